import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { area, type Box } from '../../../../src/domain/geometry.ts';
import {
  boundingBox,
  coveredArea,
  gapBetween,
  groupTouching,
  overlapOfSmaller,
} from '../../../../src/edge/scene/rule/box-groups.ts';

const step = fc.integer({ min: 0, max: 12 });
/** On a grid of twelfths, so that areas can be counted. */
const box = fc
  .tuple(step, step, step, step)
  .map(([a, b, c, d]): Box => [Math.min(a, b) / 12, Math.min(c, d) / 12, Math.max(a, b) / 12, Math.max(c, d) / 12]);

describe('boxes together', () => {
  test('cover what a count of cells says', () => {
    fc.assert(
      fc.property(fc.array(box, { maxLength: 6 }), (boxes) => {
        let cells = 0;
        for (let x = 0.5; x < 12; x += 1) {
          for (let y = 0.5; y < 12; y += 1) {
            const inside = ([x1, y1, x2, y2]: Box) => x / 12 > x1 && x / 12 < x2 && y / 12 > y1 && y / 12 < y2;
            if (boxes.some(inside)) cells += 1;
          }
        }
        expect(coveredArea(boxes)).toBeCloseTo(cells / 144, 9);
      }),
    );
  });

  test('lie in the box around them', () => {
    fc.assert(
      fc.property(fc.array(box, { minLength: 1, maxLength: 6 }), (boxes) => {
        const around = boundingBox(boxes);
        for (const each of boxes) if (area(each) > 0) expect(overlapOfSmaller(each, around)).toBeCloseTo(1, 9);
      }),
    );
  });

  test.each<[string, Box, Box, number]>([
    ['touching', [0, 0, 0.2, 0.2], [0.2, 0, 0.4, 0.2], 0],
    ['side by side, in picture heights', [0, 0, 0.2, 0.2], [0.3, 0, 0.4, 0.2], 0.2],
    ['one above the other', [0, 0, 0.2, 0.2], [0, 0.3, 0.2, 0.4], 0.1],
    ['across the corner', [0, 0, 0.2, 0.2], [0.35, 0.6, 0.5, 0.7], 0.5],
  ])('a gap: %s', (_what, a, b, gap) => {
    expect(gapBetween(a, b, 2)).toBeCloseTo(gap, 9);
    expect(gapBetween(b, a, 2)).toBeCloseTo(gap, 9);
  });

  test('are one group as far as each is near to another of it', () => {
    const things = [0, 0.3, 0.1, 0.8, 0.2].map((x) => ({ x, box: [x, 0, x + 0.06, 0.06] as Box }));
    const groups = groupTouching(things, { reach: 1, aspect: 1 });
    expect(groups.map((group) => group.map(({ x }) => x).sort())).toEqual([[0, 0.1, 0.2, 0.3], [0.8]]);
    expect(groupTouching(things, { reach: 0.5, aspect: 1 })).toHaveLength(5);
  });
});
