import { describe, expect, test } from 'vitest';
import { hatchBars } from '../../../scripts/footage/stage/set/hatch-bars.ts';
import { levelGeometry } from '../../../scripts/footage/stage/set/level-geometry.ts';
import { ribbonGeometry } from '../../../scripts/footage/stage/set/ribbon.ts';
import type { GroundPoint } from '../../../scripts/footage/stage/site.ts';
import { areaOf, facesUp, spanOf } from './geometry-measures.ts';

const square: readonly GroundPoint[] = [
  [0, 0],
  [4, 0],
  [4, 2],
  [0, 2],
];
const corner: readonly GroundPoint[] = [
  [0, 0],
  [6, 0],
  [6, 2],
  [2, 2],
  [2, 5],
  [0, 5],
];

describe('a level piece of ground', () => {
  test.each([
    ['a rectangle', square, 8],
    ['the same the other way round', square.toReversed(), 8],
    ['an L', corner, 18],
  ])('%s is whole and looks up', (_name, points, area) => {
    const geometry = levelGeometry(points, 3);

    expect(areaOf(geometry)).toBeCloseTo(area, 5);
    expect(facesUp(geometry)).toBe(true);
  });

  test.each([0, 0.7, Math.PI / 2])('repeats its texture every so many metres, turned by %s', (turn) => {
    const geometry = levelGeometry(square, 2, turn);
    const uv = geometry.getAttribute('uv');
    const positions = geometry.getAttribute('position');

    for (let index = 1; index < uv.count; index += 1) {
      const way = Math.hypot(
        positions.getX(index) - positions.getX(0),
        positions.getY(index) - positions.getY(0),
        positions.getZ(index) - positions.getZ(0),
      );
      expect(Math.hypot(uv.getX(index) - uv.getX(0), uv.getY(index) - uv.getY(0))).toBeCloseTo(way / 2, 5);
    }
  });
});

describe('a strip along a line', () => {
  test.each<[string, GroundPoint[], number]>([
    [
      'along x',
      [
        [0, 0],
        [10, 0],
      ],
      10,
    ],
    [
      'back along x',
      [
        [10, 0],
        [0, 0],
      ],
      10,
    ],
    [
      'along z',
      [
        [0, 0],
        [0, 5],
      ],
      5,
    ],
    [
      'aslant',
      [
        [0, 0],
        [3, 4],
      ],
      5,
    ],
  ])('%s has its width and looks up', (_name, points, lengthM) => {
    const geometry = ribbonGeometry(points, 0.5);

    expect(areaOf(geometry)).toBeCloseTo(lengthM * 0.5, 5);
    expect(facesUp(geometry)).toBe(true);
    expect(spanOf(geometry, 'y')).toBe(0);
  });

  test('counts its way in metres over a corner', () => {
    const geometry = ribbonGeometry(
      [
        [0, 0],
        [3, 0],
        [3, 4],
      ],
      0.2,
    );
    const uv = geometry.getAttribute('uv');

    expect(uv.getX(uv.count - 1)).toBeCloseTo(7, 6);
  });
});

describe('hatching', () => {
  test.each<[string, readonly GroundPoint[], 1 | -1]>([
    ['a rectangle, rising', square, 1],
    ['a rectangle, falling', square, -1],
    ['an L', corner, 1],
  ])('%s: every bar begins and ends on the border and runs inside', (_name, polygon, slope) => {
    const bars = hatchBars(polygon, { spacingM: 0.5, slope });

    expect(bars.length).toBeGreaterThan(3);
    for (const [from, to] of bars) {
      expect((to[1] - from[1]) / (to[0] - from[0])).toBeCloseTo(slope, 6);
      expect(isInside([(from[0] + to[0]) / 2, (from[1] + to[1]) / 2], polygon)).toBe(true);
      expect(isInside([from[0] - 0.01, from[1] - 0.01 * slope], polygon)).toBe(false);
      expect(isInside([to[0] + 0.01, to[1] + 0.01 * slope], polygon)).toBe(false);
    }
  });

  test('bars lie as far apart as wanted', () => {
    const [first, second] = hatchBars(square, { spacingM: 0.5, slope: 1 });
    const offset = (bar: readonly [GroundPoint, GroundPoint] | undefined) => (bar ? bar[0][1] - bar[0][0] : Number.NaN);

    expect((offset(second) - offset(first)) / Math.SQRT2).toBeCloseTo(0.5, 6);
  });

  test('a line has none', () => {
    expect(
      hatchBars(
        [
          [0, 0],
          [5, 5],
        ],
        { spacingM: 0.5, slope: 1 },
      ),
    ).toEqual([]);
  });
});

function isInside([x, z]: GroundPoint, polygon: readonly GroundPoint[]): boolean {
  let inside = false;
  for (const [index, [x1, z1]] of polygon.entries()) {
    const [x2, z2] = polygon[(index + 1) % polygon.length] ?? [x1, z1];
    if (z1 > z !== z2 > z && x < x1 + ((z - z1) / (z2 - z1)) * (x2 - x1)) inside = !inside;
  }
  return inside;
}
