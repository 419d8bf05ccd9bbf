import { expect, test } from 'vitest';
import { widenedZone } from '../../../scripts/footage/widened-zone.ts';
import type { Point } from '../../../src/domain/geometry.ts';

const square: Point[] = [
  [0.2, 0.2],
  [0.6, 0.2],
  [0.6, 0.6],
  [0.2, 0.6],
];

test.each([
  ['clockwise', square],
  ['the other way round', square.toReversed()],
])('every edge moves outward, %s', (_, points) => {
  const wide = widenedZone(points, 0.1, 2);
  // Of a picture twice as wide as high, a tenth of the height is a twentieth of the width.
  const [xs, ys] = [wide.map(([x]) => x), wide.map(([, y]) => y)];
  expect([Math.min(...xs), Math.min(...ys), Math.max(...xs), Math.max(...ys)]).toEqual([0.15, 0.1, 0.65, 0.7]);
});

test('corners stay in the picture', () => {
  expect(
    widenedZone(square, 0.5, 1)
      .flat()
      .every((value) => value >= 0 && value <= 1),
  ).toBe(true);
});

test('by nothing it is what it was', () => expect(widenedZone(square, 0, 16 / 9)).toEqual(square));
