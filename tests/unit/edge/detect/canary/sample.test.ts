import { describe, expect, test } from 'vitest';
import type { CameraId } from '../../../../../src/domain/ids.ts';
import { isSampled } from '../../../../../src/edge/detect/canary/sample.ts';

const looks = 20_000;
const taken = (camera: string, share: number, everyMs: number) =>
  Array.from({ length: looks }, (_, index) =>
    isSampled(camera as CameraId, 1_760_000_000_000 + index * everyMs, share),
  );
const shareOf = (list: readonly boolean[]) => list.filter(Boolean).length / list.length;

describe('the sample both models see', () => {
  // Four standard deviations of a fair draw of 20,000.
  test.each([
    ['33050300101320000017', 2000],
    ['33050300101320000018', 2000],
    ['cam-1', 2000],
    ['cam-2', 10_000],
    ['cam-3', 1],
    ['人民路', 40],
  ])('camera %s, a look every %i ms, gives its fair share', (camera, everyMs) => {
    const share = 0.05;
    expect(Math.abs(shareOf(taken(camera, share, everyMs)) - share)).toBeLessThan(
      4 * Math.sqrt((share * 0.95) / looks),
    );
  });

  test('is the same each time, and another for each camera', () => {
    expect(taken('cam-1', 0.05, 2000)).toEqual(taken('cam-1', 0.05, 2000));
    const other = taken('cam-2', 0.05, 2000);
    const both = taken('cam-1', 0.05, 2000).map((own, index) => own && other[index] === true);
    expect(shareOf(both)).toBeLessThan(0.01);
  });

  test('a larger share takes what the smaller took, 0 nothing and 1 all', () => {
    const small = taken('cam-1', 0.05, 2000);
    const large = taken('cam-1', 0.2, 2000);
    expect(small.every((own, index) => !own || large[index])).toBe(true);
    expect(shareOf(taken('cam-1', 0, 2000))).toBe(0);
    expect(shareOf(taken('cam-1', 1, 2000))).toBe(1);
  });
});
