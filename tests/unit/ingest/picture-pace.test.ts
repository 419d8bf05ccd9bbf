import { describe, expect, test } from 'vitest';
import { PicturePace } from '../../../src/edge/ingest/picture-pace.ts';
import { SizeHint } from '../../../src/edge/ingest/size-hint.ts';

/** Plays keyframes at these times and says which are handed on. */
function play(pace: PicturePace, times: readonly number[]): number[] {
  return times.filter((at) => {
    if (pace.wants('keyframe', at)) return pace.take('keyframe', 20_000, at).handOn;
    pace.pass('keyframe', 20_000, at);
    return false;
  });
}
const every = (ms: number, from: number, to: number) =>
  Array.from({ length: Math.floor((to - from) / ms) + 1 }, (_, n) => from + n * ms);
const gaps = (times: readonly number[]) => times.slice(1).map((at, index) => at - (times[index] ?? 0));

describe('the pace of keyframes', () => {
  test('without one each is handed on, and no inter picture', () => {
    const pace = new PicturePace({ interest: 'keyframes' });
    expect(play(pace, [0, 100, 200])).toEqual([0, 100, 200]);
    expect(pace.wants('inter', 300)).toBe(false);
  });

  test('never further apart than asked for, and no more often than needed', () => {
    const pace = new PicturePace({ interest: 'keyframes', pace: { everyMs: 10_000 } });
    expect(play(pace, every(2_000, 0, 40_000))).toEqual([0, 2_000, 12_000, 22_000, 32_000]);
    const odd = new PicturePace({ interest: 'keyframes', pace: { everyMs: 10_000 } });
    expect(gaps(play(odd, every(4_000, 0, 60_000))).slice(1)).toEqual(Array(7).fill(8_000));
  });

  test('a camera slower than the pace: all of its keyframes', () => {
    const pace = new PicturePace({ interest: 'keyframes', pace: { everyMs: 2_000 } });
    expect(play(pace, every(5_000, 0, 30_000))).toHaveLength(7);
  });

  test('sockets read every 200 ms: no keyframe too many for a little lateness', () => {
    const pace = new PicturePace({ interest: 'keyframes', pace: { everyMs: 10_000 } });
    const times = every(2_000, 0, 600_000).map((at, n) => at + ((n * 7919) % 5) * 50);
    const handedOn = play(pace, times);
    expect(handedOn.length).toBeLessThanOrEqual(64);
    expect(Math.max(...gaps(handedOn))).toBeLessThanOrEqual(10_000 + 450);
  });

  test('MJPEG: of 25 pictures a second one in two seconds', () => {
    const pace = new PicturePace({ interest: 'keyframes', pace: { everyMs: 2_000 } });
    const handedOn = play(pace, every(40, 0, 60_000));
    expect(Math.min(...gaps(handedOn).slice(1))).toBeGreaterThan(1_900);
    expect(Math.max(...gaps(handedOn))).toBeLessThanOrEqual(2_250);
  });

  test('raised, or asked for again: the very next one; lowered: from the last one on', () => {
    const pace = new PicturePace({ interest: 'keyframes', pace: { everyMs: 10_000 } });
    play(pace, every(2_000, 0, 12_000));
    pace.set('keyframes', { everyMs: 10_000 });
    expect(play(pace, [14_000, 16_000])).toEqual([14_000]);
    pace.set('keyframes', { everyMs: 4_000 });
    expect(play(pace, [18_000, 20_000, 22_000])).toEqual([18_000, 22_000]);
    pace.set('keyframes', { everyMs: 20_000 });
    expect(play(pace, every(2_000, 24_000, 44_000))).toEqual([42_000]);
  });

  test('for ever: none; then the very next one', () => {
    const pace = new PicturePace({ interest: 'keyframes', pace: { everyMs: Number.POSITIVE_INFINITY } });
    expect(play(pace, every(2_000, 0, 60_000))).toEqual([]);
    pace.set('keyframes', { everyMs: 10_000 });
    expect(play(pace, [62_000, 64_000])).toEqual([62_000]);
  });

  test('a camera that was away for long does not change its interval for long', () => {
    const pace = new PicturePace({ interest: 'keyframes', pace: { everyMs: 10_000 } });
    play(pace, every(2_000, 0, 20_000));
    play(pace, every(2_000, 600_000, 630_000));
    expect(pace.intervalMs).toBeLessThan(2_100);
  });

  test('all, none, and all again', () => {
    const pace = new PicturePace({ interest: 'all' });
    expect(pace.wants('inter', 0)).toBe(true);
    pace.set('none');
    expect(pace.wants('keyframe', 1)).toBe(false);
    pace.set('all');
    expect(pace.wants('inter', 2)).toBe(true);
  });
});

describe('an onset seen by the sizes of pictures', () => {
  const hint = () => ({ observe: (_keyframe: boolean, bytes: number) => bytes > 15_000 });

  test('has the next keyframe handed on at once, and marked', () => {
    const pace = new PicturePace({ interest: 'keyframes', pace: { everyMs: 10_000, hints: 'early' }, hint });
    const keyframe = (at: number) => pace.take('keyframe', 10_000, at);
    expect(keyframe(0)).toEqual({ handOn: true, sizeHint: false });
    keyframe(2_000);
    pace.pass('inter', 4_000, 2_500);
    expect(pace.wants('keyframe', 4_000)).toBe(false);
    pace.pass('inter', 16_000, 4_500);
    expect(keyframe(6_000)).toEqual({ handOn: true, sizeHint: true });
    expect(keyframe(8_000)).toEqual({ handOn: false, sizeHint: false });
  });

  test('is only told where looks are to learn what hints are worth', () => {
    const pace = new PicturePace({ interest: 'keyframes', pace: { everyMs: 4_000, hints: 'told' }, hint });
    const keyframe = (at: number) => pace.take('keyframe', 10_000, at);
    keyframe(0);
    keyframe(2_000);
    keyframe(4_000);
    expect(keyframe(6_000).handOn).toBe(true);
    pace.pass('inter', 16_000, 6_500);
    expect(keyframe(8_000)).toEqual({ handOn: false, sizeHint: true });
    expect(keyframe(10_000)).toEqual({ handOn: true, sizeHint: true });
    keyframe(12_000);
    expect(keyframe(14_000)).toEqual({ handOn: true, sizeHint: false });
  });

  test('is not looked for where nobody asks', () => {
    const pace = new PicturePace({ interest: 'keyframes', pace: { everyMs: 10_000 }, hint });
    play(pace, [0, 2_000]);
    pace.pass('inter', 16_000, 2_500);
    expect(pace.wants('keyframe', 4_000)).toBe(false);
    pace.set('keyframes', { everyMs: 20_000, hints: 'early' });
    pace.pass('inter', 16_000, 4_500);
    expect(pace.wants('keyframe', 6_000)).toBe(true);
  });
});

test('the sizes of a busy camera’s pictures bring its next keyframe forward', () => {
  const hint = () => new SizeHint();
  const pace = new PicturePace({ interest: 'keyframes', pace: { everyMs: 60_000, hints: 'early' }, hint });
  for (let frame = 0; frame < 450; frame += 1) {
    if (frame % 30 === 0) play(pace, [frame * 67]);
    else pace.pass('inter', 4_000 + (frame % 7) * 50, frame * 67);
  }
  expect(pace.wants('keyframe', 30_150)).toBe(false);
  pace.pass('inter', 16_000, 30_200);
  expect(pace.take('keyframe', 20_000, 32_000)).toEqual({ handOn: true, sizeHint: true });
});
