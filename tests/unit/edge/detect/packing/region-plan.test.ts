import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Box } from '../../../../../src/domain/geometry.ts';
import { packOptions } from '../../../../../src/edge/detect/packing/pack-options.ts';
import { contains, type Rect } from '../../../../../src/edge/detect/packing/rect.ts';
import { needsOverview, planRegions } from '../../../../../src/edge/detect/packing/region-plan.ts';
import { tilePictureSpec, tileRegions } from '../../../../../src/edge/detect/packing/tiles.ts';

const input = { width: 416, height: 416 };
const picture = { width: 416, height: 234 };
const options = packOptions({ fit: 'letterbox', ...input });
const whole: Rect = { x: 0, y: 0, ...picture };
const plan = (regions: readonly Box[] | undefined, changed = {}) =>
  planRegions(picture, regions, input, { ...options, ...changed });

describe('planned regions', () => {
  test.each<[string, Box[] | undefined, Rect[]]>([
    ['none given: the whole picture', undefined, [whole]],
    ['an empty list: nothing', [], []],
    [
      'no area, outside, not a number: nothing',
      [
        [0.5, 0.5, 0.5, 0.6],
        [1.2, 0, 1.4, 1],
        [Number.NaN, 0, 1, 1],
      ],
      [],
    ],
    ['all of it: the whole picture', [[0, 0, 1, 1]], [whole]],
    ['inverted: nothing', [[0.6, 0.6, 0.4, 0.4]], []],
    [
      'at least 16 px around it, from a multiple of 32 to a multiple of 32',
      [[0.5, 0.5, 0.6, 0.6]],
      [{ x: 192, y: 96, width: 96, height: 96 }],
    ],
    ['at a corner it ends with the picture', [[0.9, 0.85, 1, 1]], [{ x: 320, y: 160, width: 96, height: 74 }]],
    [
      'two that overlap are one',
      [
        [0.1, 0.1, 0.3, 0.3],
        [0.25, 0.25, 0.4, 0.4],
      ],
      [{ x: 0, y: 0, width: 192, height: 128 }],
    ],
    [
      'two far apart are two',
      [
        [0.05, 0.1, 0.1, 0.2],
        [0.8, 0.7, 0.85, 0.8],
      ],
      [
        { x: 0, y: 0, width: 64, height: 96 },
        { x: 288, y: 128, width: 96, height: 96 },
      ],
    ],
    [
      'most of the picture in parts: the whole picture',
      [
        [0, 0, 0.45, 1],
        [0.6, 0, 1, 1],
      ],
      [whole],
    ],
  ])('%s', (_, regions, expected) => expect(plan(regions)).toEqual(expected));

  test('for any regions: inside the picture, no larger than the input, every region in one of them', () => {
    const side = fc.double({ min: 0, max: 1, noNaN: true });
    const region = fc
      .tuple(side, side, side, side)
      .map(([a, b, c, d]): Box => [Math.min(a, c), Math.min(b, d), Math.max(a, c), Math.max(b, d)]);
    const size = fc.record({ width: fc.integer({ min: 1, max: 416 }), height: fc.integer({ min: 1, max: 416 }) });
    fc.assert(
      fc.property(size, fc.array(region, { maxLength: 8 }), (of, regions) => {
        const planned = planRegions(of, regions, input, options);
        for (const rect of planned) expect(contains({ x: 0, y: 0, ...of }, rect)).toBe(true);
        for (const [x1, y1, x2, y2] of regions) {
          if (!(x2 > x1 && y2 > y1)) continue;
          const asked = {
            x: x1 * of.width,
            y: y1 * of.height,
            width: (x2 - x1) * of.width,
            height: (y2 - y1) * of.height,
          };
          const grown = (rect: Rect) => ({
            x: rect.x - 1,
            y: rect.y - 1,
            width: rect.width + 2,
            height: rect.height + 2,
          });
          const isTiny = asked.width < 1e-5 || asked.height < 1e-5;
          expect(isTiny || planned.some((rect) => contains(grown(rect), asked))).toBe(true);
        }
      }),
      { numRuns: 300 },
    );
  });
});

describe('tiles', () => {
  test('one tile is the picture', () => {
    expect(tileRegions({ columns: 1, rows: 1, overlap: 0.2 })).toEqual([[0, 0, 1, 1]]);
  });

  test('cover the picture, each with a fifth in common with the next', () => {
    const tiles = tileRegions({ columns: 2, rows: 1, overlap: 0.2 });
    expect(tiles.map((tile) => tile.map((value) => Math.round(value * 1000)))).toEqual([
      [0, 0, 556, 1000],
      [444, 0, 1000, 1000],
    ]);
  });

  test.each([
    [2, 1, 0.2],
    [2, 2, 0],
    [3, 2, 0.25],
    [4, 3, 0.5],
  ])('%i×%i, overlap %d: every tile is one rectangle that fits the input', (columns, rows, overlap) => {
    const config = { columns, rows, overlap };
    const spec = tilePictureSpec(config, { ...input, fit: 'letterbox', format: 'rgb24' });
    const large = { width: spec.width, height: spec.height };
    const planned = planRegions(large, tileRegions(config), input, options);
    expect(planned).toHaveLength(columns * rows);
    for (const rect of planned) {
      expect(rect.width).toBeLessThanOrEqual(input.width);
      expect(rect.height).toBeLessThanOrEqual(input.height);
      expect(rect.width).toBeGreaterThan(input.width - 2);
    }
    expect(needsOverview(large, tileRegions(config), input, options)).toBe(true);
  });

  test('a large picture without regions is covered, one person in it is not all of it', () => {
    const large = { width: 1280, height: 720 };
    const planned = planRegions(large, undefined, input, options);
    expect(planned.every(({ width, height }) => width <= 416 && height <= 416)).toBe(true);
    for (const point of [
      { x: 0, y: 0 },
      { x: 1279, y: 719 },
      { x: 640, y: 360 },
      { x: 415, y: 415 },
    ]) {
      expect(planned.some((rect) => contains(rect, { ...point, width: 1, height: 1 }))).toBe(true);
    }
    expect(needsOverview(large, undefined, input, options)).toBe(true);
    expect(needsOverview(large, [[0.5, 0.5, 0.6, 0.7]], input, options)).toBe(false);
    expect(needsOverview(picture, undefined, input, options)).toBe(false);
  });
});
