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

/** Direction from one point to another, degrees. */
const slope = (from: Point, to: Point) => (Math.atan2(to[1] - from[1], to[0] - from[0]) * 180) / Math.PI;
/** A wedge of so many degrees, lying, with its tip at (0.8, 0.52). */
const wedge = (degrees: number): Point[] => {
  const half = 0.6 * Math.tan((degrees * Math.PI) / 360);
  return [
    [0.8, 0.52],
    [0.2, 0.52 + half],
    [0.2, 0.52 - half],
  ];
};

test.each<[number, number]>([
  // The tip's distance is the width by the sine of half the angle, and no more than four times the width.
  [90, 0.8424],
  [40, 0.8877],
  [29, 0.9198],
  [28, 0.92],
  [4, 0.92],
])('a corner of %i° reaches to %f', (degrees, right) => {
  const xs = widenedZone(wedge(degrees), 0.03, 1).map(([x]) => x);
  expect(Math.max(...xs)).toBeCloseTo(right, 3);
});

test('where the tip is cut off, its edges still go in the direction they had, at both sides of the cut', () => {
  const wide = widenedZone(wedge(10), 0.03, 1);
  expect(wide).toHaveLength(4);
  const [upper, lower] = wide.filter(([x]) => x > 0.5).toSorted((a, b) => a[1] - b[1]);
  const [left] = wide.filter(([x]) => x < 0.5).toSorted((a, b) => a[1] - b[1]);
  expect([upper, lower, left]).not.toContain(undefined);
  expect(slope(left ?? [0, 0], upper ?? [0, 0])).toBeCloseTo(5, 1);
  expect((upper?.[1] ?? 0) + (lower?.[1] ?? 0)).toBeCloseTo(1.04, 3);
});

test('what lies outside the picture is cut off, and no edge turns', () => {
  // Its right corner would come to lie at x = 1.12.
  const roof: Point[] = [
    [0.98, 0.5],
    [0.5, 0.8],
    [0.5, 0.2],
  ];
  const wide = widenedZone(roof, 0.1, 1);
  const onBorder = wide.filter(([x]) => x === 1).toSorted((a, b) => a[1] - b[1]);
  expect(onBorder).toHaveLength(2);
  const lower = wide.filter(([, y]) => y > 0.8);
  expect(lower).toHaveLength(1);
  expect(slope(lower[0] ?? [0, 0], onBorder[1] ?? [0, 0])).toBeCloseTo(slope([0.5, 0.8], [0.98, 0.5]), 1);
});

test('a zone that is wider than the picture all round is the picture', () => {
  const wide = widenedZone(square, 0.8, 1).map((point) => point.join());
  expect(new Set(wide)).toEqual(new Set(['0,0', '1,0', '1,1', '0,1']));
});

test('the kerbs that ship keep their corners', () => {
  const kerb: Point[] = [
    [0.3536, 0.4226],
    [0.8345, 0.5993],
    [0.8266, 0.7175],
    [0.2845, 0.477],
  ];
  expect(widenedZone(kerb, 0.03, 640 / 360)).toEqual([
    [0.3517, 0.3913],
    [0.8531, 0.5755],
    [0.8411, 0.7549],
    [0.2327, 0.485],
  ]);
});

test('by nothing it is what it was', () => expect(widenedZone(square, 0, 16 / 9)).toEqual(square));
