import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Box } from '../../../../../src/domain/geometry.ts';
import { packOptions } from '../../../../../src/edge/detect/packing/pack-options.ts';
import {
  type Asked,
  type Layout,
  type PackOptions,
  type Placement,
  packPictures,
} from '../../../../../src/edge/detect/packing/pack-pictures.ts';
import { overlaps, type Rect } from '../../../../../src/edge/detect/packing/rect.ts';
import { planRegions } from '../../../../../src/edge/detect/packing/region-plan.ts';

const input = { width: 416, height: 416 };
const free = { ...input, step: 32 };
const options = packOptions({ fit: 'letterbox', ...input });

const box = fc
  .tuple(...Array.from({ length: 4 }, () => fc.double({ min: 0, max: 1, noNaN: true })))
  .map(([a = 0, b = 0, c = 0, d = 0]): Box => [Math.min(a, c), Math.min(b, d), Math.max(a, c), Math.max(b, d)]);
const asked: fc.Arbitrary<Asked> = fc.record(
  {
    width: fc.integer({ min: 1, max: 416 }),
    height: fc.integer({ min: 1, max: 416 }),
    regions: fc.array(box, { maxLength: 8 }),
  },
  { requiredKeys: ['width', 'height'] },
);
const settings = fc.record({ gap: fc.constantFrom(0, 8, 16, 32), align: fc.constantFrom(1, 8, 32) });

const shown = ({ x, y, source }: Placement): Rect => ({ x, y, width: source.width, height: source.height });

/** A rectangle with half the gap on each side that it shares with another. */
const withGap = (rect: Rect, gap: number): Rect => ({ ...rect, width: rect.width + gap, height: rect.height + gap });

const everyPair = (layout: Layout, check: (a: Rect, b: Rect) => boolean) =>
  layout.placements.every((one, index) =>
    layout.placements.slice(index + 1).every((other) => check(shown(one), shown(other))),
  );

describe('packing, for any pictures and regions', () => {
  const packs = (of: typeof input & { step?: number }) =>
    fc.tuple(fc.array(asked, { maxLength: 12 }), settings).map(([pictures, changed]) => {
      const used: PackOptions = { ...options, ...changed };
      return { pictures, used, layouts: packPictures(pictures, of, used) };
    });

  test.each([
    ['fixed inputs', input],
    ['free inputs', free],
  ])('%s: inside, apart, everything once', (_, of) => {
    fc.assert(
      fc.property(packs(of), ({ pictures, used, layouts }) => {
        for (const layout of layouts) {
          expect(layout.placements.length).toBeGreaterThan(0);
          for (const { x, y, width, height } of layout.placements.map(shown)) {
            expect(Math.min(x, y)).toBeGreaterThanOrEqual(0);
            expect(x + width).toBeLessThanOrEqual(layout.width);
            expect(y + height).toBeLessThanOrEqual(layout.height);
          }
          const apart = (a: Rect, b: Rect) => !overlaps(withGap(a, used.gap), b) && !overlaps(a, withGap(b, used.gap));
          expect(everyPair(layout, apart)).toBe(true);
        }
        const placed = layouts.flatMap(({ placements }) =>
          placements.map((each) => JSON.stringify([each.picture, each.source])),
        );
        const planned = pictures.flatMap((each, index) =>
          planRegions(each, each.regions, of, used).map((source) => JSON.stringify([index, source])),
        );
        expect(placed.sort()).toEqual(planned.sort());
      }),
      { numRuns: 200 },
    );
  });

  test('fixed inputs have the size of the model, free ones the least multiple of the step', () => {
    fc.assert(
      fc.property(packs(free), ({ pictures, layouts }) => {
        for (const { width, height, placements } of layouts) {
          // Who asks for all of a picture gets the full input.
          if (placements.some(({ picture }) => pictures[picture]?.regions === undefined)) {
            expect([width, height]).toEqual([input.width, input.height]);
            continue;
          }
          const right = Math.max(...placements.map(({ x, source }) => x + source.width));
          const bottom = Math.max(...placements.map(({ y, source }) => y + source.height));
          expect([width, height]).toEqual([Math.ceil(right / 32) * 32, Math.ceil(bottom / 32) * 32]);
        }
      }),
      { numRuns: 100 },
    );
    const [one] = packPictures([{ width: 10, height: 10 }], input, options);
    expect(one).toMatchObject(input);
  });

  test('free inputs have never more pixels than one for each rectangle, runs counted in', () => {
    const cost = ({ width, height }: { width: number; height: number }) => width * height + options.runCost;
    const rounded = ({ width, height }: Rect) => ({
      width: Math.ceil(width / 32) * 32,
      height: Math.ceil(height / 32) * 32,
    });
    fc.assert(
      fc.property(fc.array(asked, { maxLength: 12 }), (all) => {
        const pictures = all.filter(({ regions }) => regions !== undefined);
        const total = packPictures(pictures, free, options).reduce((sum, layout) => sum + cost(layout), 0);
        const alone = pictures
          .flatMap((each) => planRegions(each, each.regions, free, options))
          .reduce((sum, rect) => sum + cost(rounded(rect)), 0);
        expect(total).toBeLessThanOrEqual(alone);
      }),
      { numRuns: 200 },
    );
  });
});

describe('packing', () => {
  const quarter: Box = [0.3, 0.3, 0.5, 0.7];

  test('people of four cameras share one input', () => {
    const cameras = Array.from({ length: 4 }, () => ({ width: 416, height: 234, regions: [quarter] }));
    const layouts = packPictures(cameras, input, options);
    expect(layouts).toHaveLength(1);
    expect(layouts[0]?.placements.map(({ picture }) => picture).sort()).toEqual([0, 1, 2, 3]);
  });

  test('a region fills what a whole picture leaves free', () => {
    const layouts = packPictures(
      [
        { width: 416, height: 234 },
        { width: 416, height: 234, regions: [[0.3, 0.3, 0.5, 0.5]] },
      ],
      input,
      options,
    );
    expect(layouts).toHaveLength(1);
  });

  test('free inputs are not shared: what is found in a picture does not depend on the others', () => {
    const one = {
      width: 416,
      height: 234,
      regions: [
        [0.1, 0.1, 0.15, 0.2],
        [0.8, 0.7, 0.9, 0.9],
      ] as Box[],
    };
    const alone = packPictures([one], free, options);
    const together = packPictures([one, one, { width: 416, height: 234 }], free, options);
    const of = (picture: number) =>
      together
        .filter(({ placements }) => placements[0]?.picture === picture)
        .map((layout) => ({ ...layout, placements: layout.placements.map((each) => ({ ...each, picture: 0 })) }));
    expect(of(0)).toEqual(alone);
    expect(of(1)).toEqual(alone);
    expect(together.every(({ placements }) => new Set(placements.map(({ picture }) => picture)).size === 1)).toBe(true);
  });

  test('a whole picture lies at the origin, as without packing', () => {
    expect(packPictures([{ width: 416, height: 234 }], input, options)).toEqual([
      { ...input, placements: [{ picture: 0, source: { x: 0, y: 0, width: 416, height: 234 }, x: 0, y: 0 }] },
    ]);
  });

  test('nothing to look at: no input', () => {
    expect(packPictures([{ width: 416, height: 234, regions: [] }], input, options)).toEqual([]);
    expect(packPictures([], input, options)).toEqual([]);
  });

  test('a stretched model sees every picture whole and alone', () => {
    const stretch = packOptions({ fit: 'stretch', ...input });
    const pictures = [
      { ...input, regions: [quarter] },
      { ...input, regions: [] },
    ];
    const layouts = packPictures(pictures, input, stretch);
    expect(layouts.map(({ placements }) => placements)).toEqual(
      [0, 1].map((picture) => [{ picture, source: { x: 0, y: 0, ...input }, x: 0, y: 0 }]),
    );
  });
});
