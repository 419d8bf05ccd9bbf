import { describe, expect, test } from 'vitest';
import type { AccessUnit } from '../../../../src/domain/access-unit.ts';
import type { CameraId } from '../../../../src/domain/ids.ts';
import { clipTimeline } from '../../../../src/edge/evidence/clip-timeline.ts';

interface Sent {
  readonly at: number;
  /** The camera’s own time; its session began at 0 unless given. */
  readonly pts?: number;
  readonly key?: boolean;
  readonly codec?: AccessUnit['codec'];
}

const unit = ({ at, pts = at, key = false, codec = 'h264' }: Sent): AccessUnit => ({
  ...{ cameraId: 'c' as CameraId, codec, keyframe: key, data: Buffer.alloc(1) },
  ...{ rtpTimestamp: 0, ptsMs: pts, ntpMs: undefined, receivedAt: at },
});

const play = (...sent: readonly Sent[]) => clipTimeline(sent.map(unit));
const times = (timeline: ReturnType<typeof clipTimeline>) => timeline.units.map(({ ptsMs }) => ptsMs);
/** Pictures every 100 ms, a keyframe every 500. */
const steady = (from: number, to: number, ptsFrom = from): Sent[] =>
  Array.from({ length: (to - from) / 100 }, (_, index) => ({
    at: from + index * 100,
    pts: ptsFrom + index * 100,
    key: index % 5 === 0,
  }));

describe('the time line of a clip', () => {
  test('follows the camera’s own steps, whenever pictures arrive', () => {
    const bursts = steady(5_000, 6_000, 90_000).map((sent) => ({ ...sent, at: Math.ceil(sent.at / 400) * 400 }));
    expect(times(play(...bursts))).toEqual([0, 100, 200, 300, 400, 500, 600, 700, 800, 900]);
  });

  test('pictures shown in another order than they come keep their times', () => {
    const shown = [0, 300, 100, 200, 600, 400, 500];
    const sent = shown.map((pts, index) => ({ at: index * 100, pts, key: index === 0 }));
    expect(times(play(...sent))).toEqual(shown);
  });

  test('what comes before the first keyframe is left out', () => {
    expect(times(play({ at: 0 }, { at: 100 }, { at: 200, key: true }, { at: 300 }))).toEqual([0, 100]);
    expect(times(play({ at: 0 }, { at: 100 }))).toEqual([]);
  });

  test.each([
    { what: 'its time began anew', ptsFrom: 0 },
    { what: 'its time went on elsewhere', ptsFrom: 500_000 },
  ])('a camera that was away for three seconds: $what', ({ ptsFrom }) => {
    const timeline = play(...steady(0, 1_000), ...steady(4_000, 5_000, ptsFrom));
    expect(times(timeline).slice(9, 12)).toEqual([900, 4_000, 4_100]);
    expect(timeline.gaps).toEqual([{ atMs: 900, ms: 3_100 }]);
  });

  test('back within an instant, and its time began anew: nothing is shown before what came before', () => {
    const timeline = play(...steady(0, 300), ...steady(350, 650, 0));
    expect(times(timeline)).toEqual([0, 100, 200, 350, 450, 550]);
    expect(timeline.gaps).toEqual([]);
  });

  test('after it came back nothing before its first keyframe is taken', () => {
    const back = [
      { at: 4_000, pts: 0 },
      { at: 4_100, pts: 100 },
      { at: 4_200, pts: 200, key: true },
    ];
    expect(times(play(...steady(0, 2_000), ...back)).slice(-2)).toEqual([1_900, 4_200]);
  });

  test('another codec begins anew', () => {
    const back = [
      { at: 1_000, pts: 1_000 },
      { at: 1_100, pts: 1_100, key: true },
    ].map((sent) => ({
      ...sent,
      codec: 'h265' as const,
    }));
    expect(times(play(...steady(0, 1_000), ...back)).slice(-2)).toEqual([900, 1_100]);
  });

  test('one picture in two seconds is a rate and no gap', () => {
    const slow = Array.from({ length: 6 }, (_, index) => ({ at: index * 2_000, key: true }));
    expect(play(...slow).gaps).toEqual([]);
  });
});
