import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { GraphError } from '../../../../../src/edge/detect/graph/graph-error.ts';
import { OnnxModel } from '../../../../../src/edge/detect/graph/onnx-model.ts';
import { rewriteModel } from '../../../../../src/edge/detect/graph/rewrite-model.ts';
import { reshapedLike } from '../../../../../src/edge/detect/graph/shape.ts';
import { textField } from '../../../../../src/edge/detect/graph/wire.ts';
import { type TinyModel, tinyOnnx } from '../../../../support/tiny-onnx.ts';

const unknown = [textField(999, 'something newer than we are')];
const sample: TinyModel = {
  inputs: [
    { name: 'x', dims: [1, 3, 8, 8] },
    { name: 'three', dims: [1] },
    { name: 'orig_target_sizes', dims: [1, 2], type: 'int64' },
  ],
  outputs: [{ name: 'y', dims: [1, 192] }],
  opset: 11,
  irVersion: 3,
  tensors: [
    { name: 'three', dims: [1], floats: [3] },
    { name: 'zero', dims: [], floats: [0] },
    { name: 'six', dims: [], floats: [6] },
    { name: 's', dims: [2], ints: [1, 192] },
  ],
  nodes: [
    { op: 'Add', inputs: ['x', 'three'], outputs: ['a'] },
    { op: 'Clip', inputs: ['a', 'zero', 'six'], outputs: ['c'] },
    { op: 'Mul', inputs: ['x', 'c'], outputs: ['m'] },
    { op: 'Div', inputs: ['m', 'six'], outputs: ['h'] },
    { op: 'Reshape', inputs: ['h', 's'], outputs: ['y'] },
  ],
  unknown,
};
const everything = {
  freezeWeights: true,
  foldHardSwish: true,
  targetSize: { width: 16, height: 8 },
  input: { width: 16, height: 8 },
  batch: 2,
} as const;

describe('rewriteModel', () => {
  test('says what it did, and does it all', () => {
    const { bytes, done } = rewriteModel(tinyOnnx(sample), everything);
    expect(done).toEqual([
      '1 weights listed as inputs are constants',
      '1 hard-swish folded',
      'boxes in pixels of 16×8',
      'input 1×3×8×8 → 2×3×8×16, 1 constants follow',
    ]);
    const model = new OnnxModel(bytes);
    expect(model).toMatchObject({ opset: 14, irVersion: 7 });
    expect(model.inputs.map(({ name }) => name)).toEqual(['x']);
    expect(model.outputs[0]?.dims).toEqual([2, 384]);
  });

  test('what is not understood is kept', () => {
    const { bytes } = rewriteModel(tinyOnnx(sample), everything);
    // One at the end of the model, one in the only node that stayed.
    expect(Buffer.from(bytes).toString('latin1').split('something newer').length - 1).toBe(2);
  });

  test('nothing to do: the very same bytes', () => {
    const bytes = tinyOnnx({ ...sample, inputs: [{ name: 'x', dims: [1, 3, 8, 8] }], nodes: sample.nodes.slice(0, 1) });
    expect(
      rewriteModel(bytes, { freezeWeights: true, foldHardSwish: true, targetSize: { width: 1, height: 1 } }),
    ).toEqual({ bytes, done: [] });
    expect(Buffer.compare(new OnnxModel(bytes).toBytes(), bytes)).toBe(0);
  });

  test('done twice, the second finds nothing', () => {
    const { bytes } = rewriteModel(tinyOnnx(sample), everything);
    expect(rewriteModel(bytes, everything).done).toEqual([]);
  });

  test.each([
    ['nothing', ''],
    ['text', 'this is not a model'],
    ['HTML', '<!doctype html><title>404</title>'],
    ['zeros', '\0'.repeat(64)],
    ['a length beyond its end', '\x3a\xff\xff\xff\x7f'],
  ])('%s is no model', (_, text) => {
    expect(() => rewriteModel(Buffer.from(text, 'latin1'), everything)).toThrow(/not an ONNX file/);
  });

  test('damaged files give a result or a clear refusal, soon', () => {
    const whole = tinyOnnx(sample);
    const damage = fc.array(fc.tuple(fc.nat(whole.length - 1), fc.nat(255)), { minLength: 1, maxLength: 8 });
    fc.assert(
      fc.property(damage, fc.nat(whole.length), (changes, cut) => {
        const bytes = Buffer.from(whole.subarray(0, cut % 3 === 0 ? cut : whole.length));
        for (const [at, value] of changes) if (at < bytes.length) bytes[at] = value;
        try {
          expect(rewriteModel(bytes, everything).bytes.length).toBeGreaterThan(0);
        } catch (error) {
          expect(error).toBeInstanceOf(GraphError);
        }
      }),
      { numRuns: 2000 },
    );
  });

  test('a file of a million empty fields is refused, not read into memory', () => {
    expect(() => rewriteModel(Buffer.from('\x0a\x00'.repeat(1_000_001), 'latin1'), {})).toThrow(
      /more than 1000000 fields/,
    );
  });
});

describe('where a Reshape leads when its input changes', () => {
  test('unchanged axes keep their result, so the old shape leads to the old result', () => {
    const dims = fc.array(fc.integer({ min: 1, max: 6 }), { minLength: 1, maxLength: 5 });
    fc.assert(
      fc.property(dims, fc.nat(3), (from, at) => {
        const start = Math.min(at, from.length - 1);
        const to = [...from.slice(0, start), from.slice(start).reduce((a, b) => a * b, 1)];
        expect(reshapedLike(from, to, from)).toEqual(to);
        const next = from.map((dim) => dim * 2);
        const result = reshapedLike(from, to, next);
        const size = (shape: readonly number[]) => shape.reduce((a, b) => a * b, 1);
        if (result !== undefined) expect(size(result)).toBe(size(next));
      }),
    );
  });
});
