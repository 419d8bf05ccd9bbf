import { describe, expect, test } from 'vitest';
import {
  areaRanges,
  averagePrecision,
  type LabelledBox,
  type ScoredBox,
  standardError,
} from '../../../scripts/bench/average-precision.ts';

type Box = ScoredBox['box'];
const label = (box: Box, more: Partial<LabelledBox> = {}): LabelledBox => ({
  image: 1,
  category: 1,
  box,
  crowd: false,
  ...more,
});
const found = (box: Box, score: number, more: Partial<ScoredBox> = {}): ScoredBox => ({
  image: 1,
  category: 1,
  box,
  score,
  ...more,
});
/** 10×10, moved to the right: overlap (10 − by) / (10 + by). */
const square = (by = 0, at = 0): Box => [at + by, 0, at + by + 10, 10];

describe('average precision, worked out by hand', () => {
  test('everything found exactly', () => {
    expect(averagePrecision([label(square())], [found(square(), 0.9)])).toEqual({ ap50: 1, ap: 1 });
  });

  test('nothing found, nothing labelled', () => {
    expect(averagePrecision([label(square())], [])).toEqual({ ap50: 0, ap: 0 });
    expect(averagePrecision([], [found(square(), 0.9)])).toEqual({ ap50: 0, ap: 0 });
  });

  test('an overlap of 9/11 counts up to 0.8: seven of ten', () => {
    const { ap50, ap } = averagePrecision([label(square())], [found(square(1), 0.9)]);
    expect(ap50).toBe(1);
    expect(ap).toBeCloseTo(0.7);
  });

  test('one of two: precision 1 up to a recall of 0.5, which is 51 of 101 points', () => {
    const labels = [label(square()), label(square(0, 100))];
    expect(averagePrecision(labels, [found(square(), 0.9)]).ap50).toBeCloseTo(51 / 101);
  });

  test('a false box before the right one halves the precision; after it, it costs nothing', () => {
    const labels = [label(square())];
    expect(averagePrecision(labels, [found(square(0, 50), 0.9), found(square(), 0.8)]).ap50).toBeCloseTo(0.5);
    expect(averagePrecision(labels, [found(square(0, 50), 0.7), found(square(), 0.8)]).ap50).toBe(1);
  });

  test('the envelope: right, wrong, right is 1 up to half, then two thirds', () => {
    const labels = [label(square()), label(square(0, 100))];
    const boxes = [found(square(), 0.9), found(square(0, 50), 0.8), found(square(0, 100), 0.7)];
    expect(averagePrecision(labels, boxes).ap50).toBeCloseTo((51 + (50 * 2) / 3) / 101);
  });

  test('a label is found once: the second box for it is wrong', () => {
    const labels = [label(square()), label(square(0, 100))];
    const boxes = [found(square(), 0.9), found(square(), 0.85), found(square(0, 100), 0.7)];
    expect(averagePrecision(labels, boxes).ap50).toBeCloseTo((51 + (50 * 2) / 3) / 101);
  });

  test('boxes in a crowd are neither right nor wrong, however many, and it need not be found', () => {
    const labels = [label(square()), label([0, 50, 100, 150], { crowd: true })];
    const boxes = [found([10, 60, 20, 70], 0.99), found([30, 60, 40, 70], 0.98), found(square(), 0.5)];
    expect(averagePrecision(labels, boxes).ap50).toBe(1);
  });

  test('a box that fits a label and a crowd goes to the label', () => {
    const labels = [label([0, 0, 100, 100], { crowd: true }), label(square())];
    expect(averagePrecision(labels, [found(square(2), 0.9)]).ap50).toBe(1);
  });

  test('pictures and categories are kept apart; the mean is over categories with labels', () => {
    const labels = [label(square()), label(square(), { category: 2 })];
    const boxes = [
      found(square(), 0.9),
      found(square(), 0.9, { category: 2, image: 2 }),
      found(square(), 0.9, { category: 3 }),
    ];
    expect(averagePrecision(labels, boxes).ap50).toBeCloseTo(0.5);
  });

  test('only the best hundred of a picture count', () => {
    const noise = Array.from({ length: 100 }, (_, index) => found(square(0, 50 + index), 0.9));
    expect(averagePrecision([label(square())], [...noise, found(square(), 0.5)]).ap50).toBe(0);
    expect(averagePrecision([label(square())], [...noise.slice(1), found(square(), 0.5)]).ap50).toBeCloseTo(0.01);
  });
});

describe('labels of one area', () => {
  const small = label([0, 0, 10, 10]);
  const large = label([100, 100, 200, 200]);

  test('those of others are neither demanded nor wrong when they are found', () => {
    const boxes = [found([100, 100, 200, 200], 0.9), found([0, 0, 10, 10], 0.8)];
    expect(averagePrecision([small, large], boxes, areaRanges.small).ap50).toBe(1);
    expect(averagePrecision([small, large], boxes.slice(0, 1), areaRanges.small).ap50).toBe(0);
  });

  test('a box nobody has is wrong in its own area only', () => {
    const boxes = [found([300, 300, 500, 500], 0.9), found([0, 0, 10, 10], 0.8)];
    expect(averagePrecision([small], boxes, areaRanges.small).ap50).toBe(1);
    expect(averagePrecision([small], [found([50, 50, 60, 60], 0.9), ...boxes], areaRanges.small).ap50).toBe(0.5);
  });

  test('a label on the border belongs to the larger', () => {
    const border = label([0, 0, 32, 32]);
    const boxes = [found([0, 0, 32, 32], 0.9)];
    expect(averagePrecision([border], boxes, areaRanges.small).ap50).toBe(0);
    expect(averagePrecision([border], boxes, areaRanges.medium).ap50).toBe(1);
  });
});

describe('how far two detectors differ by chance', () => {
  const labels = [1, 2, 3, 4].map((image) => label(square(), { image }));
  const all = labels.map(({ image }) => found(square(), 0.9, { image }));

  test('not at all where they find the same', () => {
    expect(standardError(labels, all, all, [1, 2, 3, 4])).toEqual({ ap50: 0, ap: 0 });
  });

  test('by more, the less they agree; the same in every run', () => {
    const one = standardError(labels, all, all.slice(1), [1, 2, 3, 4]);
    expect(one.ap50).toBeGreaterThan(0.05);
    expect(one).toEqual(standardError(labels, all, all.slice(1), [1, 2, 3, 4]));
  });
});
