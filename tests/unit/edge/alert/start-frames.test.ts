import { describe, expect, test } from 'vitest';
import type { AccessUnit } from '../../../../src/domain/access-unit.ts';
import type { CameraId, TrackId } from '../../../../src/domain/ids.ts';
import type { Track } from '../../../../src/domain/track.ts';
import { StartFrames } from '../../../../src/edge/alert/start-frames.ts';

const limits = { maxCount: 3, maxBytes: 1_000 };

function unit(at: number, { keyframe = true, bytes = 100 } = {}): AccessUnit {
  const common = { cameraId: 'c' as CameraId, codec: 'h264' as const, rtpTimestamp: 0, ntpMs: undefined };
  return { ...common, keyframe, data: Buffer.alloc(bytes), ptsMs: at, receivedAt: at };
}

const track: Track = {
  id: 't1' as TrackId,
  state: 'confirmed',
  class: 'car',
  box: [0.1, 0.2, 0.3, 0.4],
  score: 0.8,
  bestScore: 0.8,
  firstSeenAt: 0,
  lastSeenAt: 0,
  hits: 3,
  velocity: [0, 0],
};

/** Looks at keyframes every two seconds, each with the moments still needed. */
function play(starts: StartFrames, looks: Readonly<Record<number, readonly number[]>>): void {
  for (const [at, moments] of Object.entries(looks))
    starts.note({ unit: unit(Number(at)), at: Number(at), tracks: [track] }, moments);
}

describe('start frames', () => {
  test('the picture of the look on which a condition began is kept until nothing needs it', () => {
    const starts = new StartFrames(limits);
    play(starts, { 0: [], 2000: [2_000], 4000: [2_000], 6000: [2_000, 6_000] });
    expect(starts.of(2_000)).toMatchObject({ at: 2_000, unit: { receivedAt: 2_000 } });
    expect(starts.of(2_000)?.boxes.get(track.id)).toEqual(track.box);
    play(starts, { 8000: [6_000] });
    expect([starts.of(2_000), starts.of(6_000)?.at]).toEqual([undefined, 6_000]);
    play(starts, { 10000: [] });
    expect(starts.bytes).toBe(0);
  });

  test('between keyframes it is the newest keyframe before, without boxes', () => {
    const starts = new StartFrames(limits);
    starts.keyframe(unit(0));
    starts.keyframe(unit(2_000));
    starts.note({ unit: unit(3_200, { keyframe: false }), at: 3_200, tracks: [track] }, [3_200]);
    expect(starts.of(3_200)).toMatchObject({ at: 2_000, boxes: new Map() });
  });

  test('a camera that is looked at on keyframes only holds none while nothing goes on', () => {
    const starts = new StartFrames(limits);
    const last = unit(0);
    starts.keyframe(last);
    starts.note({ unit: last, at: 0, tracks: [] }, []);
    play(starts, { 2000: [] });
    starts.note({ unit: unit(3_000, { keyframe: false }), at: 3_000, tracks: [] }, [3_000]);
    expect(starts.of(3_000)).toBeUndefined();
  });

  test('a window whose beginning moves on keeps the last picture before its beginning', () => {
    const starts = new StartFrames(limits);
    play(starts, { 0: [0], 2000: [0], 4000: [2_000] });
    expect(starts.of(2_000)?.at).toBe(0);
  });

  test.each([
    { laterMs: 30_000, kept: true },
    { laterMs: 30_001, kept: false },
  ])('a beginning told $laterMs ms later has a picture: $kept', ({ laterMs, kept }) => {
    const starts = new StartFrames(limits);
    play(starts, { [laterMs]: [0] });
    expect(starts.of(0) !== undefined).toBe(kept);
  });

  test('several conditions of one moment share a picture', () => {
    const starts = new StartFrames({ maxCount: 1, maxBytes: 100 });
    play(starts, { 0: [0, 0] });
    starts.note({ unit: unit(500, { keyframe: false }), at: 500, tracks: [] }, [0, 400]);
    expect([starts.bytes, starts.refused, starts.of(400)?.at]).toEqual([100, 0, 0]);
  });

  test.each([
    { what: 'count', limits: { maxCount: 2, maxBytes: 1_000 }, kept: [0, 2_000] },
    { what: 'bytes', limits: { maxCount: 9, maxBytes: 299 }, kept: [0, 2_000] },
    { what: 'none at all', limits: { maxCount: 0, maxBytes: 1_000 }, kept: [] },
  ])('full by $what: those already under way keep theirs', ({ limits: these, kept }) => {
    const starts = new StartFrames(these);
    play(starts, { 0: [0], 2000: [0, 2_000], 40000: [0, 2_000, 40_000] });
    expect([0, 2_000, 40_000].filter((moment) => starts.of(moment) !== undefined)).toEqual(kept);
    expect(starts.refused).toBeGreaterThan(0);
    expect(starts.bytes).toBeLessThanOrEqual(these.maxBytes);
  });
});
