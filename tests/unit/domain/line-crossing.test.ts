import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Point } from '../../../src/domain/geometry.ts';
import { crossingOf } from '../../../src/domain/line-crossing.ts';

/** From left to right: its left is above it, its right below. */
const flat: readonly Point[] = [
  [0.2, 0.5],
  [0.8, 0.5],
];
/** From top to bottom: its left is the picture's right. */
const upright: readonly Point[] = [
  [0.5, 0.2],
  [0.5, 0.8],
];
/** A corner: to the right, then down. */
const corner: readonly Point[] = [
  [0.2, 0.4],
  [0.6, 0.4],
  [0.6, 0.8],
];
/** A tip that points up. */
const tip: readonly Point[] = [
  [0.3, 0.7],
  [0.5, 0.3],
  [0.7, 0.7],
];

describe('crossing a line', () => {
  test.each([
    ['down over it', flat, [0.5, 0.4], [0.5, 0.6], 'in'],
    ['up over it', flat, [0.5, 0.6], [0.5, 0.4], 'out'],
    ['aslant', flat, [0.1, 0.3], [0.7, 0.7], 'in'],
    ['over an upright one to the right', upright, [0.4, 0.5], [0.6, 0.5], 'out'],
    ['over an upright one to the left', upright, [0.6, 0.5], [0.4, 0.5], 'in'],
    ['just short of it', flat, [0.5, 0.4], [0.5, 0.499], undefined],
    ['along it, above', flat, [0.3, 0.49], [0.7, 0.49], undefined],
    ['on it, lengthwise', flat, [0.3, 0.5], [0.7, 0.5], undefined],
    ['past its first end', flat, [0.19, 0.4], [0.19, 0.6], undefined],
    ['past its last end', flat, [0.81, 0.4], [0.81, 0.6], undefined],
    ['just inside its first end', flat, [0.21, 0.4], [0.21, 0.6], 'in'],
    ['just inside its last end', flat, [0.79, 0.4], [0.79, 0.6], 'in'],
    ['around its end', flat, [0.9, 0.49], [0.9, 0.51], undefined],
    ['nowhere', flat, [0.5, 0.5], [0.5, 0.5], undefined],
    ['from above, ending on it', flat, [0.5, 0.4], [0.5, 0.5], 'in'],
    ['from it, down', flat, [0.5, 0.5], [0.5, 0.6], undefined],
    ['from below, ending on it', flat, [0.5, 0.6], [0.5, 0.5], undefined],
    ['from it, up', flat, [0.5, 0.5], [0.5, 0.4], 'out'],
    ['over the first leg of a corner', corner, [0.4, 0.3], [0.4, 0.5], 'in'],
    ['over its second leg', corner, [0.7, 0.6], [0.5, 0.6], 'in'],
    ['through the corner itself', corner, [0.7, 0.3], [0.5, 0.5], 'in'],
    ['back through it', corner, [0.5, 0.5], [0.7, 0.3], 'out'],
    ['through a tip, side to side', tip, [0.3, 0.5], [0.7, 0.5], undefined],
    ['into a tip and no further', tip, [0.3, 0.5], [0.5, 0.5], 'in'],
    ['past a tip', tip, [0.3, 0.29], [0.7, 0.29], undefined],
    ['over a line of one point', [[0.5, 0.5]], [0.4, 0.4], [0.6, 0.6], undefined],
  ] as [string, readonly Point[], Point, Point, string | undefined][])('%s', (_what, line, from, to, expected) => {
    expect(crossingOf(from, to, line)).toBe(expected);
  });

  const point = fc.tuple(fc.integer({ min: 0, max: 8 }), fc.integer({ min: 0, max: 8 })) as fc.Arbitrary<Point>;
  const value = { in: 1, out: -1, none: 0 } as const;
  const crossed = (from: Point, to: Point, line: readonly Point[]) => value[crossingOf(from, to, line) ?? 'none'];

  // A line from edge to edge of all that is walked parts it in two: what counts is on which side one ends.
  const dividing = fc
    .array(fc.integer({ min: 0, max: 8 }), { minLength: 2, maxLength: 5 })
    .map((ys): Point[] => [[-9, ys[0] ?? 0], ...ys.map((y, index): Point => [index * 2, y]), [99, ys.at(-1) ?? 0]]);

  test('walks that touch and turn on the line as they like come out with the sum of its crossings', () => {
    fc.assert(
      fc.property(fc.array(point, { minLength: 2, maxLength: 12 }), dividing, (walk, line) => {
        const steps = walk.slice(1).map((to, index) => crossed(walk[index] ?? to, to, line));
        const [first, last] = [walk[0], walk.at(-1)] as [Point, Point];
        const sum = steps.reduce<number>((total, step) => total + step, 0);
        expect(sum).toBe(crossed(first, last, line));
        expect(Math.abs(sum)).toBeLessThanOrEqual(1);
      }),
      { numRuns: 2_000, seed: 11 },
    );
  });

  test('back is the other way, and so is a line drawn from its other end', () => {
    const apart = fc.tuple(
      fc.double({ min: 0.3, max: 0.7, noNaN: true }),
      fc.double({ min: 0.01, max: 0.4, noNaN: true }),
    );
    fc.assert(
      fc.property(apart, apart, ([x1, up], [x2, down]) => {
        const [above, below]: [Point, Point] = [
          [x1, 0.5 - up],
          [x2, 0.5 + down],
        ];
        expect(crossingOf(above, below, flat)).toBe('in');
        expect(crossingOf(below, above, flat)).toBe('out');
        expect(crossingOf(above, below, flat.toReversed())).toBe('out');
      }),
      { numRuns: 200, seed: 12 },
    );
  });
});
