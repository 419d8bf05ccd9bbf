import type { Detection } from '../../src/domain/detection.ts';
import type { Box } from '../../src/domain/geometry.ts';
import type { TrackId } from '../../src/domain/ids.ts';
import type { ObjectClass } from '../../src/domain/object-class.ts';
import type { TrackConfig } from '../../src/edge/track/config.ts';
import { createTracker } from '../../src/edge/track/create-tracker.ts';
import { byFrame, type MotBox } from './mot-file.ts';

/** Classes of MOTChallenge; what is not told, or has no class here, is followed as a person. */
const classes: Readonly<Record<number, ObjectClass>> = {
  3: 'car',
  4: 'bicycle',
  5: 'motorcycle',
  6: 'tricycle',
};

/** How the frames of a sequence became looks. */
export interface TrackerRun {
  readonly config: TrackConfig;
  readonly framesPerSecond: number;
  /** Only every n-th frame is looked at, from the first. */
  readonly every: number;
  /** Pixels. */
  readonly picture: { readonly width: number; readonly height: number };
}

/**
 * What our tracker makes of detections: every track seen on a look, tentative ones with them, as scenes take them.
 * Frames without a detection are looks too.
 */
export function runTracker(
  detections: readonly MotBox[],
  { config, framesPerSecond, every, picture }: TrackerRun,
): MotBox[] {
  let ids = 0;
  const tracker = createTracker({ config, newId: () => `${++ids}` as TrackId });
  const frames = byFrame(detections);
  const last = Math.max(0, ...frames.keys());
  const results: MotBox[] = [];
  for (let frame = 1; frame <= last; frame += every) {
    const at = ((frame - 1) / framesPerSecond) * 1000;
    const seen = (frames.get(frame) ?? []).map((each) => detectionOf(each, picture));
    for (const track of tracker.update(seen, at)) {
      if (track.state === 'removed' || track.lastSeenAt !== at) continue;
      const { width, height } = picture;
      const [x1, y1, x2, y2] = track.box;
      const box: Box = [x1 * width, y1 * height, x2 * width, y2 * height];
      results.push({ frame, id: Number(track.id), box, confidence: track.score, class: -1, visibility: -1 });
    }
  }
  return results;
}

/** The smallest picture that holds all boxes, where nobody says how large it was. */
export function extentOf(boxes: readonly MotBox[]): TrackerRun['picture'] {
  const most = (side: 2 | 3) => boxes.reduce((so, { box }) => Math.max(so, box[side]), 1);
  return { width: most(2), height: most(3) };
}

function detectionOf({ box, confidence, class: kind }: MotBox, { width, height }: TrackerRun['picture']): Detection {
  const [x1, y1, x2, y2] = box;
  return {
    box: [x1 / width, y1 / height, x2 / width, y2 / height],
    score: Math.min(1, confidence),
    class: classes[kind] ?? 'person',
  };
}
