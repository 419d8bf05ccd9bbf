import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { bottomCentre, insidePolygon, iou, type Point } from '../../src/domain/geometry.ts';
import type { Track } from '../../src/domain/track.ts';
import { DecoderPool } from '../../src/edge/decode/decoder-pool.ts';
import { detectSchema } from '../../src/edge/detect/config.ts';
import { loadDetector } from '../../src/edge/detect/load-detector.ts';
import { loadManifest } from '../../src/edge/detect/model-manifest.ts';
import { trackSchema } from '../../src/edge/track/config.ts';
import { createTracker } from '../../src/edge/track/create-tracker.ts';
import { createLogger } from '../../src/lib/log.ts';
import { Metrics } from '../../src/lib/metrics.ts';
import { keyframesOf } from '../support/keyframes.ts';
import { noSharedReason, sharedDir } from '../support/shared.ts';
import { countedIds } from '../support/track-script.ts';

const log = createLogger('test');
const shared = sharedDir ?? '';
/** The lane in front; the queue at the light and the cars beside the road stand outside. */
const lane: readonly Point[] = [
  [0.41, 0.62],
  [0.6, 0.62],
  [0.9, 0.95],
  [0.47, 0.95],
];

const reason = sharedDir === undefined ? ` (${noSharedReason})` : '';

describe.skipIf(sharedDir === undefined)(`keyframes to tracks on shared footage${reason}`, () => {
  const decoder = new DecoderPool({ workers: 1, queueCapacity: 8, log, metrics: new Metrics() });
  beforeAll(() => decoder.start(new AbortController().signal));
  afterAll(() => decoder.stop());

  /** Confirmed tracks seen in the lane, look by look; `s` is the second of the look. */
  async function inLane(footage: string, modelId: string): Promise<{ s: number; track: Track }[]> {
    const detector = await loadDetector({
      ...detectSchema.parse({ models: [{ id: modelId }] }),
      store: { manifest: loadManifest(), mirror: join(shared, 'models') },
      log,
      metrics: new Metrics(),
    });
    const tracker = createTracker({ config: trackSchema.parse({}), newId: countedIds() });
    const found: { s: number; track: Track }[] = [];
    for (const unit of await keyframesOf(join(shared, 'footage', footage))) {
      const decoded = await decoder.decode(unit, detector.input);
      if (!decoded.ok) throw new Error(decoded.detail);
      const look = await detector.detect({ picture: decoded.picture, priority: { severity: 2, deadlineMs: 0 } });
      const tracks = tracker.update(look.detections, unit.ptsMs);
      const seen = tracks.filter((track) => track.state === 'confirmed' && track.lastSeenAt === unit.ptsMs);
      const here = seen.filter((track) => insidePolygon(bottomCentre(track.box), lane));
      found.push(...here.map((track) => ({ s: unit.ptsMs / 1000, track })));
    }
    await detector.close();
    return found;
  }

  test.each(['yolox-nano-416', 'picodet-s-416'])('%s: the parked car is one track, on every look', async (modelId) => {
    const looks = await inLane('street-parked.mp4', modelId);
    expect(new Set(looks.map(({ track }) => track.id)).size).toBe(1);
    expect(looks.map(({ s }) => s)).toEqual(Array.from({ length: 34 }, (_, index) => 6 + index * 2));
    const [first] = looks;
    for (const { track } of looks) expect(iou(track.box, first?.track.box ?? track.box)).toBeGreaterThan(0.6);
  });

  test.each(['yolox-nano-416', 'picodet-s-416'])(
    '%s: who passes is in the lane on one look at most',
    async (modelId) => {
      const looks = await inLane('street-passing.mp4', modelId);
      const perTrack = Map.groupBy(looks, ({ track }) => track.id);
      for (const seen of perTrack.values()) expect(seen.length).toBeLessThanOrEqual(1);
    },
  );
});
