import { describe, expect, test } from 'vitest';
import { guessAdapters } from '../../../../src/edge/detect/guess-adapter.ts';
import { readyReader } from '../../../../src/edge/detect/ready.ts';

const read = readyReader({
  width: 64,
  height: 32,
  strides: [],
  classes: ['person', undefined, 'car'],
  scoreThreshold: 0.3,
});
const output = (rows: readonly (readonly number[])[], dims: readonly number[] = [rows.length, 6]) => [
  { name: 'detections', dims, data: Float32Array.from(rows.flat()) },
];

describe('outputs that are boxes already', () => {
  test('no object is no box', () => {
    expect(read(output([]))).toEqual([]);
    expect(read(output([], [1, 0, 6]))).toEqual([]);
  });

  test('rows of a fixed number, filled up with nothing', () => {
    const rows = [[1, 2, 11, 12, 0.5, 2], ...Array.from({ length: 4 }, () => [0, 0, 0, 0, 0, 0])];
    expect(read(output(rows, [1, 5, 6]))).toEqual([{ x1: 1, y1: 2, x2: 11, y2: 12, score: 0.5, class: 'car' }]);
  });

  test.each([
    ['beyond the classes', 3],
    ['below the first', -1],
    ['between two', 0.5],
    ['no number', Number.NaN],
  ])('a class index %s: no box', (_, index) => expect(read(output([[1, 2, 11, 12, 0.9, index]]))).toEqual([]));

  test.each<[string, ReturnType<typeof output>]>([
    ['none', []],
    ['seven numbers a row', output([[1, 2, 3, 4, 5, 6, 7]], [1, 7])],
    [
      'two pictures',
      output(
        [
          [1, 2, 3, 4, 0.9, 0],
          [1, 2, 3, 4, 0.9, 0],
        ],
        [2, 1, 6],
      ),
    ],
    ['a second output', [...output([]), ...output([])]],
    ['fewer numbers than its shape says', output([[1, 2, 3, 4, 0.9, 0]], [2, 6])],
  ])('%s: refused', (_, outputs) => expect(() => read(outputs)).toThrow(/^ready: expected one output \[n,6\], got /));
});

describe('recognised by its shape', () => {
  const picture = { name: 'images', width: 64, height: 32, layout: 'nchw' } as const;
  const kinds = (...dims: (number | string)[][]) =>
    guessAdapters(
      dims.map((each, index) => ({ name: `out${index}`, type: 'float32', dims: each })),
      picture,
    ).flatMap(({ kind, unfit }) => (unfit === undefined ? [kind] : []));

  test.each<[string, (number | string)[][], string[]]>([
    ['a free number of boxes', [['n', 6]], ['ready']],
    ['the same with its batch', [[1, 300, 6]], ['ready']],
    // 8 × 4 + 4 × 2 + 2 × 1 cells of one class.
    ['YOLOX of one class, tried first', [[1, 42, 6]], ['yolox', 'ready']],
    ['a free batch', [['batch', 300, 6]], []],
    [
      'two outputs',
      [
        ['n', 6],
        ['n', 6],
      ],
      [],
    ],
  ])('%s', (_, dims, expected) => expect(kinds(...dims)).toEqual(expected));
});
