import { describe, expect, test } from 'vitest';
import { tensorInts } from '../../../../../src/edge/detect/graph/graph-tensor.ts';
import { OnnxModel } from '../../../../../src/edge/detect/graph/onnx-model.ts';
import { type RewriteAsk, rewriteModel } from '../../../../../src/edge/detect/graph/rewrite-model.ts';
import { type TinyNode, type TinyTensor, tinyOnnx } from '../../../../support/tiny-onnx.ts';

const ints = (name: string, values: readonly number[]): TinyTensor => ({ name, dims: [values.length], ints: values });
const node = (op: string, inputs: string, outputs: string, more: Partial<TinyNode> = {}): TinyNode => ({
  op,
  inputs: inputs.split(' '),
  outputs: outputs.split(' '),
  ...more,
});
const weights: TinyTensor = { name: 'w', dims: [4, 3, 3, 3], floats: new Float32Array(108) };
/** 3×64×64 to 4×32×32. */
const conv = node('Conv', 'x w', 'f', { ints: { strides: [2, 2], pads: [1, 1, 1, 1], kernel_shape: [3, 3] } });

function changed(
  nodes: readonly TinyNode[],
  tensors: readonly TinyTensor[],
  ask: RewriteAsk,
  dims: readonly (number | string)[] = [1, 3, 64, 64],
) {
  const bytes = tinyOnnx({
    inputs: [{ name: 'x', dims }],
    outputs: [{ name: 'y', dims: [1] }],
    tensors: [weights, ...tensors],
    nodes: [conv, ...nodes],
  });
  const result = rewriteModel(bytes, ask);
  const model = new OnnxModel(result.bytes);
  const last = model.nodes.at(-1);
  const constant = model.tensor(last?.inputs.at(-1) ?? '');
  return {
    done: result.done,
    input: model.inputs[0]?.dims,
    output: model.outputs[0]?.dims,
    constant: constant && tensorInts(constant),
  };
}
const wide: RewriteAsk = { input: { width: 96, height: 48 } };

describe('another input size', () => {
  test('a fully convolutional model: its input and outputs, nothing else', () => {
    expect(changed([node('Relu', 'f', 'y')], [], wide)).toMatchObject({
      done: ['input 1×3×64×64 → 1×3×48×96, 0 constants follow'],
      input: [1, 3, 48, 96],
      output: [1, 4, 24, 48],
    });
  });

  test.each<[string, readonly number[], readonly number[], readonly number[]]>([
    ['the size in a shape', [1, 2, 2, 32, 32], [1, 2, 2, 24, 48], [1, 2, 2, 24, 48]],
    ['the size flattened', [1, 4, 1024], [1, 4, 1152], [1, 4, 1152]],
    ['what is left is taken by itself', [1, 4, -1], [1, 4, 1152], [1, 4, -1]],
    ['copied axes', [0, 0, -1], [1, 4, 1152], [0, 0, -1]],
    ['a new axis of one', [1, 1, 4, 32, 32], [1, 1, 4, 24, 48], [1, 1, 4, 24, 48]],
  ])('Reshape: %s', (_, before, output, after) => {
    expect(changed([node('Reshape', 'f s', 'y')], [ints('s', before)], wide)).toMatchObject({
      output,
      constant: after,
    });
  });

  test('Resize: the constant size follows; a scale needs not', () => {
    const nodes = [node('Resize', 'f   s', 'y', { inputs: ['f', '', '', 's'] })];
    expect(changed(nodes, [ints('s', [1, 4, 64, 64])], wide)).toMatchObject({
      output: [1, 4, 48, 96],
      constant: [1, 4, 48, 96],
    });
    const scale: TinyTensor = { name: 's', dims: [4], floats: [1, 1, 2, 2] };
    expect(changed([node('Resize', '', 'y', { inputs: ['f', '', 's'] })], [scale], wide)).toMatchObject({
      output: [1, 4, 48, 96],
    });
  });

  test('slices to the end follow, whatever their step', () => {
    const tensors = [ints('from', [1]), ints('to', [2 ** 53 - 1]), ints('axis', [2]), ints('step', [2])];
    expect(changed([node('Slice', 'f from to axis step', 'y')], tensors, wide)).toMatchObject({
      output: [1, 4, 12, 48],
    });
  });

  test('a constant that others share is left as it is for them', () => {
    const nodes = [node('Reshape', 'f s', 'flat'), node('Reshape', 'f s', 'y')];
    const bytes = tinyOnnx({
      inputs: [{ name: 'x', dims: [1, 3, 64, 64] }],
      outputs: [{ name: 'y', dims: [1] }],
      tensors: [weights, ints('s', [1, 4, 1024])],
      nodes: [conv, ...nodes],
    });
    const model = new OnnxModel(rewriteModel(bytes, wide).bytes);
    const used = model.nodes.slice(1).map(({ inputs }) => inputs[1]);
    expect(new Set(used).size).toBe(2);
    expect(model.tensor('s')).toBeDefined();
  });

  test('free axes are fixed', () => {
    expect(changed([node('Relu', 'f', 'y')], [], { ...wide, batch: 2 }, ['n', 3, 'h', 'w'])).toMatchObject({
      input: [2, 3, 48, 96],
      output: [2, 4, 24, 48],
    });
    expect(() => changed([node('Relu', 'f', 'y')], [], wide, ['n', 3, 'h', 'w'])).toThrow(
      /axis 0 of its input is free \("n"\)/,
    );
  });

  test('the size it has already: nothing is done', () => {
    expect(changed([node('Relu', 'f', 'y')], [], { input: { width: 64, height: 64 } }).done).toEqual([]);
  });
});

describe('another batch', () => {
  test('the leading one of a shape becomes the batch', () => {
    expect(changed([node('Reshape', 'f s', 'y')], [ints('s', [1, 4, -1])], { batch: 4 })).toMatchObject({
      input: [4, 3, 64, 64],
      output: [4, 4, 1024],
      constant: [4, 4, 1024],
    });
  });
});

describe('what binds the size is named', () => {
  const big: TinyTensor = { name: 'grid', dims: [1, 4, 32, 32], floats: new Float32Array(4096) };
  test.each<[string, TinyNode[], TinyTensor[], RegExp]>([
    [
      'a constant the size of a map',
      [node('Add', 'f grid', 'y')],
      [big],
      /Add "y" combines \[1,4,24,48\] with \[1,4,32,32\]/,
    ],
    [
      'weights behind a flattened map',
      [node('Flatten', 'f', 'v'), node('Gemm', 'v fc', 'y')],
      [{ name: 'fc', dims: [4096, 2], floats: new Float32Array(8192) }],
      /Gemm "y" multiplies \[1,4608\] by \[4096,2\]: its weights bind the size/,
    ],
    [
      'an axis that is cut up',
      [node('Reshape', 'f s', 'y')],
      [ints('s', [1, 4, 32, 4, 8])],
      /Reshape "y" cuts up an axis/,
    ],
    [
      'a slice that ends at a number',
      [node('Slice', 'f from to axis', 'y')],
      [ints('from', [0]), ints('to', [16]), ints('axis', [3])],
      /Slice "y" ends at the constant 16/,
    ],
    [
      'a pooling of the whole map',
      [node('AveragePool', 'f', 'y', { ints: { kernel_shape: [32, 32] } })],
      [],
      /exactly the 32×32 map/,
    ],
    ['an operator that is not followed', [node('NonZero', 'f', 'y')], [], /NonZero "y": sizes are not followed/],
    ['a shape that is computed', [node('Reshape', 'f f', 'y')], [], /takes its shape from a computation/],
    ['a value from nowhere', [node('Add', 'f ghost', 'y')], [], /uses "ghost", which nothing before it gives/],
  ])('%s', (_, nodes, tensors, message) => {
    expect(() => changed(nodes, tensors, wide)).toThrow(message);
  });

  test('a size that does not divide by the stride', () => {
    const up: TinyTensor = { name: 's', dims: [4], floats: [1, 1, 2, 2] };
    const nodes = [
      node('Resize', '', 'u', { inputs: ['f', '', 's'] }),
      node('Concat', 'u x', 'y', { int: { axis: 1 } }),
    ];
    expect(() => changed(nodes, [up], { input: { width: 64, height: 49 } })).toThrow(
      /must divide by the model's coarsest stride/,
    );
  });

  test('an absurd size', () => {
    expect(() => changed([node('Relu', 'f', 'y')], [], { input: { width: 0, height: 64 } })).toThrow(/cannot be 0/);
    expect(() => changed([node('Relu', 'f', 'y')], [], { input: { width: 1e6, height: 64 } })).toThrow(
      /cannot be 1000000/,
    );
  });
});
