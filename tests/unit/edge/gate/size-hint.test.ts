import { describe, expect, test } from 'vitest';
import { SizeHint } from '../../../../src/edge/ingest/size-hint.ts';
import { seededRandom } from '../../../../src/simulator/seeded-random.ts';

/** Bytes of inter frames of about one size. */
function frames(count: number, bytes: number, seed = 1): number[] {
  const random = seededRandom(seed);
  return Array.from({ length: count }, () => bytes * (0.8 + 0.4 * random()));
}

/** How many onsets a hint reports over some inter frames. */
const onsets = (hint: SizeHint, sizes: readonly number[]) => sizes.filter((bytes) => hint.observe(false, bytes)).length;

describe('SizeHint', () => {
  test('says nothing while it learns, nor of a quiet camera', () => {
    const hint = new SizeHint();
    expect(onsets(hint, [...frames(50, 400), ...frames(49, 40_000)])).toBe(0);
    expect(onsets(hint, frames(2000, 40_000))).toBe(0);
  });

  test('hears an onset once, on its first frame, and the next one again', () => {
    const hint = new SizeHint();
    onsets(hint, frames(500, 1000));
    expect(hint.observe(false, 5000)).toBe(true);
    expect(onsets(hint, frames(30, 5000))).toBe(0);
    onsets(hint, frames(1500, 1000));
    expect(onsets(hint, frames(5, 5000))).toBe(1);
  });

  test.each([
    { what: 'just inside: 1.3 times its usual high', factor: 1.3, heard: 0 },
    { what: 'just outside: 1.6 times', factor: 1.6, heard: 1 },
  ])('$what', ({ factor, heard }) => {
    const hint = new SizeHint();
    onsets(hint, frames(2000, 1000));
    expect(onsets(hint, [1190 * factor])).toBe(heard);
  });

  test('P-frames between B-frames are no onsets', () => {
    const hint = new SizeHint();
    const pattern = (seed: number) =>
      frames(300, 1000, seed).map((bytes, index) => (index % 3 === 0 ? bytes * 4 : bytes));
    onsets(hint, pattern(1));
    expect(onsets(hint, [...pattern(2), ...pattern(3)])).toBe(0);
  });

  test('keyframes do not count, and a size that is none is no size', () => {
    const hint = new SizeHint();
    onsets(hint, frames(500, 1000));
    expect(hint.observe(true, 60_000)).toBe(false);
    for (const bytes of [0, -1, Number.NaN, Number.POSITIVE_INFINITY]) expect(hint.observe(false, bytes)).toBe(false);
    expect(hint.observe(false, 5000)).toBe(true);
  });
});
