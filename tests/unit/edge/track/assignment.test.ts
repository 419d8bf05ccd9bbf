import { describe, expect, test } from 'vitest';
import { assign, type Pair } from '../../../../src/edge/track/assignment.ts';
import { seededRandom } from '../../../../src/simulator/seeded-random.ts';

const pair = (row: number, column: number, cost: number): Pair => ({ row, column, cost });
const chosen = (pairs: readonly Pair[], unmatched: number) =>
  assign(pairs, unmatched)
    .map(({ row, column }) => `${row}-${column}`)
    .sort();

/** Cost of a choice, rows without a column counted in, less what leaving all of them out would cost. */
const worth = (pairs: readonly Pair[], unmatched: number) => pairs.reduce((sum, { cost }) => sum + cost - unmatched, 0);

/** The best there is, by trying everything. */
function best(pairs: readonly Pair[], unmatched: number): number {
  const [first, ...others] = pairs;
  if (first === undefined) return 0;
  const free = others.filter(({ row, column }) => row !== first.row && column !== first.column);
  return Math.min(best(others, unmatched), first.cost - unmatched + best(free, unmatched));
}

describe('assignment', () => {
  test.each([
    ['nothing', [], []],
    ['one', [pair(3, 7, 1)], ['3-7']],
    ['too dear', [pair(0, 0, 10)], []],
    [
      'the best pair alone would leave the other row the dearest',
      [pair(0, 0, 1), pair(0, 1, 2), pair(1, 0, 2)],
      ['0-1', '1-0'],
    ],
    ['more rows than columns', [pair(0, 0, 3), pair(1, 0, 1), pair(2, 0, 2)], ['1-0']],
    ['more columns than rows', [pair(0, 0, 3), pair(0, 1, 1), pair(0, 2, 2)], ['0-1']],
    ['the same pair twice: the cheaper', [pair(0, 0, 9), pair(0, 0, 1), pair(0, 1, 5)], ['0-0']],
    ['groups apart', [pair(0, 5, 1), pair(9, 2, 1), pair(9, 5, 1)], ['0-5', '9-2']],
  ])('%s', (_, pairs, expected) => expect(chosen(pairs, 10)).toEqual(expected));

  test('a row is left out where that is cheaper than a chain of worse pairs', () => {
    const pairs = [pair(0, 0, 0), pair(0, 1, 4), pair(1, 0, 0.5)];
    expect(chosen(pairs, 10)).toEqual(['0-1', '1-0']);
    expect(chosen(pairs, 4)).toEqual(['0-0']);
  });

  test('costs below nothing, as a score has them', () => {
    expect(chosen([pair(0, 0, -1), pair(0, 1, -3), pair(1, 1, -2.5)], 0)).toEqual(['0-0', '1-1']);
  });

  test('no choice is better, in a thousand random ones', () => {
    const draw = seededRandom(7);
    for (let round = 0; round < 1000; round += 1) {
      const [rows, columns] = [1 + Math.floor(draw() * 5), 1 + Math.floor(draw() * 5)];
      const pairs = Array.from({ length: rows * columns }, (_, index) =>
        pair(index % rows, Math.floor(index / rows), Math.round(draw() * 20) / 2),
      ).filter(() => draw() < 0.6);
      const found = assign(pairs, 7);
      expect(new Set(found.map(({ row }) => row)).size).toBe(found.length);
      expect(new Set(found.map(({ column }) => column)).size).toBe(found.length);
      expect(worth(found, 7)).toBeCloseTo(best(pairs, 7));
    }
  });
});
