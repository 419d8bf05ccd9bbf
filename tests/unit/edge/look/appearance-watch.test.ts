import { describe, expect, test } from 'vitest';
import type { Box } from '../../../../src/domain/geometry.ts';
import type { TrackId } from '../../../../src/domain/ids.ts';
import type { Picture } from '../../../../src/domain/picture.ts';
import type { Track } from '../../../../src/domain/track.ts';
import { AppearanceWatch } from '../../../../src/edge/appearance-watch.ts';
import { detection } from '../../../support/detections.ts';

const here: Box = [0.1, 0.1, 0.3, 0.5];
const there: Box = [0.6, 0.1, 0.8, 0.5];
const picture = (width: number): Picture => ({
  ...{ width, height: width, format: 'rgb24', data: new Uint8Array(0) },
  ...{ sourceWidth: 640, sourceHeight: 640 },
});
const track = (box: Box, state: Track['state'] = 'confirmed', id = 't1'): Track => ({
  ...{ id: id as TrackId, state, class: 'person', box, score: 0.8, bestScore: 0.9 },
  ...{ firstSeenAt: 0, lastSeenAt: 0, hits: 5, velocity: [0, 0] },
});

function watch() {
  const asked: { width: number; boxes: readonly Box[] }[] = [];
  const service = {
    classes: new Set(['person'] as const),
    refreshMs: 10_000,
    look: async ({ width }: Picture, boxes: readonly Box[]) => {
      asked.push({ width, boxes });
      return boxes.map((box) => (box === there ? undefined : new Float32Array([1])));
    },
  };
  const appearance = new AppearanceWatch(service);
  const tell = (boxes: readonly Box[], tracks: readonly Track[], at: number, kind: 'person' | 'car' = 'person') =>
    appearance.tell(
      boxes.map((box) => detection(kind, 0.8, box)),
      [picture(100), picture(400), picture(200)],
      { tracks, at },
    );
  return { asked, tell };
}

describe('AppearanceWatch', () => {
  test.each<[string, readonly Track[], number]>([
    ['somebody new is asked about', [], 1],
    ['somebody where only a lost track was', [track(here, 'lost')], 1],
    ['somebody who moved away from where anybody was', [track(there)], 1],
    ['somebody followed, the first time', [track(here)], 1],
  ])('%s', async (_what, tracks, times) => {
    const { asked, tell } = watch();
    const [told] = await tell([here], tracks, 0);
    expect(asked).toHaveLength(times);
    expect(told?.appearance).toEqual(new Float32Array([1]));
    // The largest picture tells most.
    expect(asked[0]?.width).toBe(400);
  });

  test('somebody followed is asked about again after a while only', async () => {
    const { asked, tell } = watch();
    for (const at of [0, 2_000, 9_999]) await tell([here], [track(here)], at);
    expect(asked).toHaveLength(1);
    await tell([here], [track(here)], 10_000);
    expect(asked).toHaveLength(2);
    // A track that is gone and comes again under its id is new.
    await tell([], [], 12_000);
    await tell([here], [track(here)], 14_000);
    expect(asked).toHaveLength(3);
  });

  test('what the model does not know is not asked about, and what it cannot tell stays without', async () => {
    const { asked, tell } = watch();
    expect((await tell([here], [], 0, 'car'))[0]?.appearance).toBeUndefined();
    expect(asked).toHaveLength(0);
    const [first, second] = await tell([there, here], [], 0);
    expect(first?.appearance).toBeUndefined();
    expect(second?.appearance).toBeDefined();
    expect(asked[0]?.boxes).toEqual([there, here]);
  });
});
