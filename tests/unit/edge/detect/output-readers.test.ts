import { describe, expect, test } from 'vitest';
import type { OutputTensor, ReaderOptions } from '../../../../src/edge/detect/candidate.ts';
import { gflReader } from '../../../../src/edge/detect/gfl.ts';
import { yoloxReader } from '../../../../src/edge/detect/yolox.ts';

/** A 64×32 input: 8×4 cells at stride 8, 4×2 at stride 16; class 1 has no canonical name. */
const options: ReaderOptions = {
  width: 64,
  height: 32,
  strides: [8, 16],
  classes: ['person', undefined, 'car'],
  scoreThreshold: 0.3,
};

const tensor = (name: string, data: Float32Array): OutputTensor => ({ name, dims: [data.length], data });

describe('yolox', () => {
  const cells = 8 * 4 + 4 * 2;
  const output = (cell: number, row: readonly number[]) => {
    const data = new Float32Array(cells * 8);
    data.set(row, cell * 8);
    return [tensor('output', data)];
  };
  const read = yoloxReader(options);

  test('reads a box of the first grid: centre from its cell, size from the logarithm', () => {
    // Cell (column 2, row 1) of stride 8; centre half a cell in, 2 × 1 cells large.
    const [found] = read(output(1 * 8 + 2, [0.5, 0.5, Math.log(2), 0, 0.8, 0.1, 0, 0.9]));
    expect(found?.class).toBe('car');
    expect(found?.score).toBeCloseTo(0.72);
    expect([found?.x1, found?.y1, found?.x2, found?.y2].map((v) => Math.round(v ?? 0))).toEqual([12, 8, 28, 16]);
  });

  test('the second grid starts where the first ends', () => {
    const [found] = read(output(32 + 3, [0, 0, 0, 0, 1, 1, 0, 0]));
    expect(found).toMatchObject({ class: 'person', x1: 40, y1: -8, x2: 56, y2: 8 });
  });

  test.each([
    ['score just below the threshold', [0, 0, 0, 0, 0.5, 0.59, 0, 0], 0],
    ['score just above it', [0, 0, 0, 0, 0.5, 0.61, 0, 0], 1],
    ['objectness below it', [0, 0, 0, 0, 0.29, 1, 0, 0], 0],
    ['best class has no canonical name', [0, 0, 0, 0, 1, 0.8, 0.9, 0.7], 0],
  ])('%s', (_, row, count) => expect(read(output(0, row))).toHaveLength(count));

  test.each([
    ['no output', []],
    ['an output of another size', [tensor('output', new Float32Array(85))]],
  ])('%s is refused', (_, outputs) => expect(() => read(outputs)).toThrow(/expected output \[1,40,8\]/));
});

describe('gfl', () => {
  const read = gflReader(options);
  /** Logits that put all weight on one bin, or spread it evenly. */
  const side = (bin: number | 'even') => Array.from({ length: 8 }, (_, each) => (bin === each ? 50 : 0));
  const outputs = (cell: number, scores: readonly number[], sides: readonly (number | 'even')[]) => {
    const all = [
      new Float32Array(32 * 3),
      new Float32Array(8 * 3),
      new Float32Array(32 * 32),
      new Float32Array(8 * 32),
    ];
    const level = cell < 32 ? 0 : 1;
    const at = level === 0 ? cell : cell - 32;
    all[level]?.set(scores, at * 3);
    all[level + 2]?.set(sides.flatMap(side), at * 32);
    return all.map((data, index) => tensor(`o${index}`, data));
  };

  test('sides are expectations in cells from the centre of the cell', () => {
    // Cell (column 4, row 2) of stride 8: centre (36, 20).
    const [found] = read(outputs(2 * 8 + 4, [0, 0, 0.6], [1, 2, 3, 0]));
    expect(found).toMatchObject({ class: 'car', x1: 28, y1: 4, x2: 60, y2: 20 });
    expect(found?.score).toBeCloseTo(0.6);
  });

  test('an even distribution is 3.5 cells; second grid', () => {
    const [found] = read(outputs(32, [0.9, 0, 0], ['even', 'even', 'even', 'even']));
    expect(found).toMatchObject({ class: 'person', x1: 8 - 56, y1: 8 - 56, x2: 64, y2: 64 });
  });

  test('below the threshold or without canonical name: nothing', () => {
    expect(read(outputs(0, [0.29, 0, 0], [1, 1, 1, 1]))).toEqual([]);
    expect(read(outputs(0, [0.5, 0.9, 0], [1, 1, 1, 1]))).toEqual([]);
  });

  test('outputs of another size are refused', () => {
    expect(() => read(outputs(0, [1, 0, 0], [1, 1, 1, 1]).slice(0, 3))).toThrow(/expected an output/);
  });
});
