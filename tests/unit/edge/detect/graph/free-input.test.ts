import { describe, expect, test } from 'vitest';
import { freeInput } from '../../../../../src/edge/detect/graph/free-input.ts';
import { OnnxModel } from '../../../../../src/edge/detect/graph/onnx-model.ts';
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

function freed(
  nodes: readonly TinyNode[],
  tensors: readonly TinyTensor[] = [],
  dims: (number | string)[] = [1, 3, 64, 64],
) {
  const bytes = freeInput(
    tinyOnnx({
      inputs: [{ name: 'x', dims }],
      outputs: [{ name: 'y', dims: [1, 4, 32, 32] }],
      tensors: [weights, ...tensors],
      nodes: [conv, ...nodes],
    }),
    32,
  );
  const model = bytes && new OnnxModel(bytes);
  return model && { input: model.inputs[0]?.dims, output: model.outputs[0]?.dims };
}

describe('an input whose size is left free', () => {
  test('a fully convolutional model: height and width have names, in the output too', () => {
    expect(freed([node('Relu', 'f', 'y')])).toEqual({
      input: [1, 3, 'x/2', 'x/3'],
      output: [1, 4, 'y/2', 'y/3'],
    });
  });

  test('cells laid out one after the other, counted by the runtime', () => {
    expect(freed([node('Reshape', 'f s', 'y')], [ints('s', [1, 4, -1])])?.output).toEqual([1, 4, 'y/2']);
  });

  test.each<[string, TinyNode[], TinyTensor[], (number | string)[]]>([
    ['a Reshape holds the size', [node('Reshape', 'f s', 'y')], [ints('s', [1, 4, 1024])], [1, 3, 64, 64]],
    ['an operator that sizes are not followed through', [node('NonZero', 'f', 'y')], [], [1, 3, 64, 64]],
    ['an input that has no fixed size', [node('Relu', 'f', 'y')], [], [1, 3, 'height', 'width']],
    ['an input that is no picture', [node('Relu', 'f', 'y')], [], [1, 3]],
  ])('refused: %s', (_, nodes, tensors, dims) => expect(freed(nodes, tensors, dims)).toBeUndefined());

  test('refused: not an ONNX file', () => expect(freeInput(Buffer.from('no model'), 32)).toBeUndefined());
});
