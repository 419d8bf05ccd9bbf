import type { Detection } from '../../src/domain/detection.ts';
import type { Box } from '../../src/domain/geometry.ts';
import type { TrackId } from '../../src/domain/ids.ts';
import { trackSchema } from '../../src/edge/track/config.ts';
import { createTracker } from '../../src/edge/track/create-tracker.ts';
import { seededRandom } from '../../src/simulator/seeded-random.ts';

/** Ten minutes of a camera that looks every two seconds. */
const looks = 300;
const everyMs = 2000;

/** Half of the objects stand, half walk to and fro; one detection in twenty is missing. */
export function crowdedLooks(objects: number): Detection[][] {
  const draw = seededRandom(objects);
  return Array.from({ length: looks }, (_, look) =>
    Array.from({ length: objects }, (_, index): Detection => {
      const isStanding = index % 2 === 0;
      const x = (index + 0.5) / objects + (isStanding ? 0 : 0.03 * Math.sin(look + index));
      const y = 0.3 + ((index * 7) % 10) / 20 + 0.004 * draw();
      const box: Box = [x - 0.03, y, x + 0.03, y + 0.15];
      return { box, score: 0.45 + 0.5 * draw(), class: isStanding ? 'car' : 'person' };
    }).filter(() => draw() > 0.05),
  );
}

/** Wall time of an update, mean of all looks. */
export function microsecondsPerUpdate(kind: 'byte' | 'iou', all: readonly (readonly Detection[])[]): number {
  let ids = 0;
  const tracker = createTracker({ config: trackSchema.parse({ kind }), newId: () => `${++ids}` as TrackId });
  const from = process.hrtime.bigint();
  for (const [look, detections] of all.entries()) tracker.update(detections, look * everyMs);
  return Number(process.hrtime.bigint() - from) / 1000 / all.length;
}
