import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { anchorOf, type Box, bottomCentre, insidePolygon, iou, type Point } from '../../../src/domain/geometry.ts';
import { PolygonSamples } from '../../../src/domain/polygon-samples.ts';

const unit = fc.double({ min: 0, max: 1, noNaN: true });
const box = fc.tuple(unit, unit, unit, unit).map(([x1, y1, x2, y2]): Box => {
  return [Math.min(x1, x2), Math.min(y1, y2), Math.max(x1, x2), Math.max(y1, y2)];
});

function areaOf(polygon: readonly Point[]): number {
  const doubled = polygon.reduce((sum, [x, y], index) => {
    const [nextX, nextY] = polygon[(index + 1) % polygon.length] ?? [x, y];
    return sum + x * nextY - nextX * y;
  }, 0);
  return Math.abs(doubled) / 2;
}

/** The part of a polygon on one side of an upright or a level line (Sutherland–Hodgman). */
function cut(polygon: readonly Point[], axis: 0 | 1, at: number, keeps: 1 | -1): Point[] {
  const side = (point: Point) => (point[axis] - at) * keeps;
  return polygon.flatMap((point, index): Point[] => {
    const next = polygon[(index + 1) % polygon.length] ?? point;
    const [a, b] = [side(point), side(next)];
    const share = a / (a - b);
    const between: Point = [point[0] + (next[0] - point[0]) * share, point[1] + (next[1] - point[1]) * share];
    return [...(a >= 0 ? [point] : []), ...(a >= 0 !== b >= 0 ? [between] : [])];
  });
}

const inBox = (polygon: readonly Point[], [x1, y1, x2, y2]: Box) =>
  cut(cut(cut(cut(polygon, 0, x1, 1), 0, x2, -1), 1, y1, 1), 1, y2, -1);

describe('triggering anchors', () => {
  test.each([
    ['bottom', [0.3, 0.8]],
    ['centre', [0.3, 0.5]],
    ['top', [0.3, 0.2]],
    [undefined, [0.3, 0.8]],
  ] as const)('%s', (anchor, [x, y]) => {
    const [foundX, foundY] = anchorOf([0.2, 0.2, 0.4, 0.8], anchor);
    expect([foundX, foundY]).toEqual([expect.closeTo(x, 12), expect.closeTo(y, 12)]);
  });

  test('lie in the box, whatever it is', () => {
    fc.assert(
      fc.property(box, (each) => {
        expect(anchorOf(each)).toEqual(bottomCentre(each));
        for (const anchor of ['bottom', 'centre', 'top'] as const) {
          const [x, y] = anchorOf(each, anchor);
          expect(x).toBeGreaterThanOrEqual(each[0]);
          expect(x).toBeLessThanOrEqual(each[2]);
          expect(y).toBeGreaterThanOrEqual(each[1]);
          expect(y).toBeLessThanOrEqual(each[3]);
        }
      }),
      { numRuns: 100, seed: 1 },
    );
  });
});

describe('inside a polygon', () => {
  const ell: readonly Point[] = [
    [0.2, 0.2],
    [0.8, 0.2],
    [0.8, 0.4],
    [0.4, 0.4],
    [0.4, 0.8],
    [0.2, 0.8],
  ];

  test.each([
    [[0.3, 0.3], true],
    [[0.7, 0.3], true],
    [[0.3, 0.7], true],
    [[0.5, 0.5], false],
    [[0.7, 0.5], false],
    [[0.199, 0.5], false],
    [[0.201, 0.5], true],
    [[0.399, 0.401], true],
    [[0.401, 0.401], false],
    [[0.9, 0.3], false],
  ] as [Point, boolean][])('%j of an L: %s', (point, expected) => {
    expect(insidePolygon(point, ell)).toBe(expected);
    expect(insidePolygon(point, ell.toReversed())).toBe(expected);
  });

  test('a box is the polygon of its corners', () => {
    fc.assert(
      fc.property(box, unit, unit, (each, x, y) => {
        const [x1, y1, x2, y2] = each;
        const inside = x > x1 && x < x2 && y > y1 && y < y2;
        const edge = x === x1 || x === x2 || y === y1 || y === y2;
        const corners: Point[] = [
          [x1, y1],
          [x2, y1],
          [x2, y2],
          [x1, y2],
        ];
        if (!edge) expect(insidePolygon([x, y], corners)).toBe(inside);
      }),
      { numRuns: 500, seed: 2 },
    );
  });

  test.each([
    [[]],
    [[[0.5, 0.5]]],
    [
      [
        [0, 0],
        [1, 1],
      ],
    ],
  ] as [Point[]][])('nothing is inside %j', (polygon) => {
    expect(insidePolygon([0.5, 0.4], polygon)).toBe(false);
  });
});

describe('overlap', () => {
  test('is symmetric, 1 for the same box and 0 for boxes apart', () => {
    fc.assert(
      fc.property(box, box, (a, b) => {
        expect(iou(a, b)).toBeCloseTo(iou(b, a), 12);
        expect(iou(a, b)).toBeGreaterThanOrEqual(0);
        expect(iou(a, b)).toBeLessThanOrEqual(1 + 1e-12);
        const [x1, y1, x2, y2] = a;
        if (iou(a, a) > 0) expect(iou(a, a)).toBeCloseTo(1, 12);
        expect(iou(a, [x1 + 2, y1, x2 + 2, y2])).toBe(0);
      }),
      { numRuns: 200, seed: 3 },
    );
  });
});

describe('the share of a polygon that boxes cover', () => {
  const lane: readonly Point[] = [
    [0.1, 0.9],
    [0.4, 0.2],
    [0.6, 0.2],
    [0.95, 0.9],
  ];

  test.each([
    ['none', [], 0],
    ['all of it', [[0, 0, 1, 1]], 1],
    ['beside it', [[0.97, 0, 1, 1]], 0],
    [
      'the same box twice',
      [
        [0, 0, 1, 0.5],
        [0, 0, 1, 0.5],
      ],
      areaOf(inBox(lane, [0, 0, 1, 0.5])) / areaOf(lane),
    ],
    [
      'two that overlap',
      [
        [0, 0, 1, 0.5],
        [0, 0.4, 1, 0.7],
      ],
      areaOf(inBox(lane, [0, 0, 1, 0.7])) / areaOf(lane),
    ],
    ['an inverted box', [[0.6, 0.6, 0.4, 0.4]], 0],
  ] as [string, Box[], number][])('%s', (_what, boxes, expected) => {
    expect(Math.abs(new PolygonSamples(lane).coveredBy(boxes) - expected)).toBeLessThan(0.02);
  });

  test('is the exact one within 0.02, for lanes of any width and pictures of any shape', () => {
    const corners = fc.tuple(unit, unit, unit, unit);
    fc.assert(
      fc.property(corners, box, fc.constantFrom(16 / 9, 4 / 3, 9 / 16), ([a, b, c, d], each, aspect) => {
        const polygon: Point[] = [
          [a * 0.4, 0.9],
          [b * 0.45, 0.1],
          [0.55 + c * 0.4, 0.1],
          [0.6 + d * 0.4, 0.9],
        ];
        const exact = areaOf(inBox(polygon, each)) / areaOf(polygon);
        expect(Math.abs(new PolygonSamples(polygon, aspect).coveredBy([each]) - exact)).toBeLessThan(0.025);
      }),
      { numRuns: 300, seed: 4 },
    );
  });

  test('of a polygon without an area is 0', () => {
    const flat: Point[] = [
      [0.1, 0.5],
      [0.5, 0.5],
      [0.9, 0.5],
    ];
    expect(new PolygonSamples(flat).coveredBy([[0, 0, 1, 1]])).toBe(0);
  });
});
