import { describe, expect, test } from 'vitest';
import { OnnxModel } from '../../../../../src/edge/detect/graph/onnx-model.ts';
import { rewriteModel } from '../../../../../src/edge/detect/graph/rewrite-model.ts';
import { type TinyModel, type TinyNode, type TinyTensor, tinyOnnx } from '../../../../support/tiny-onnx.ts';

const scalar = (name: string, value: number): TinyTensor => ({ name, dims: [1], floats: [value] });
const constants = [scalar('three', 3), scalar('zero', 0), scalar('six', 6), scalar('sixth', 1 / 6), scalar('seven', 7)];

const node = (op: string, inputs: string, output: string, more: Partial<TinyNode> = {}): TinyNode => ({
  op,
  inputs: inputs.split(' '),
  outputs: [output],
  ...more,
});
const add = node('Add', 'x three', 'a');
const clip = node('Clip', 'a zero six', 'c');

function folded(nodes: readonly TinyNode[], more: Partial<TinyModel> = {}) {
  const bytes = tinyOnnx({
    inputs: [{ name: 'x', dims: [1, 4, 8, 8] }],
    outputs: [{ name: 'y', dims: [1, 4, 8, 8] }],
    tensors: constants,
    nodes,
    ...more,
  });
  const { bytes: after, done } = rewriteModel(bytes, { foldHardSwish: true });
  const model = new OnnxModel(after);
  return { done, opset: model.opset, ops: model.nodes.map(({ op }) => op), model };
}

describe('hard-swish is folded however it is written', () => {
  test.each<[string, TinyNode[]]>([
    ['x · clip / 6', [add, clip, node('Mul', 'x c', 'm'), node('Div', 'm six', 'y')]],
    ['clip · x / 6', [add, clip, node('Mul', 'c x', 'm'), node('Div', 'm six', 'y')]],
    ['3 + x', [node('Add', 'three x', 'a'), clip, node('Mul', 'x c', 'm'), node('Div', 'm six', 'y')]],
    ['x · clip · 1/6', [add, clip, node('Mul', 'x c', 'm'), node('Mul', 'sixth m', 'y')]],
    ['x · (clip / 6)', [add, clip, node('Div', 'c six', 'd'), node('Mul', 'x d', 'y')]],
    ['(1/6 · clip) · x', [add, clip, node('Mul', 'sixth c', 'd'), node('Mul', 'd x', 'y')]],
    ['x / 6 · clip', [add, clip, node('Div', 'x six', 'd'), node('Mul', 'd c', 'y')]],
    ['x · HardSigmoid', [node('HardSigmoid', 'x', 'g', { float: { alpha: 1 / 6 } }), node('Mul', 'x g', 'y')]],
  ])('%s', (_, nodes) => {
    expect(folded(nodes)).toMatchObject({ done: ['1 hard-swish folded'], ops: ['HardSwish'], opset: 14 });
  });

  test('constants as Constant nodes, as scalars, in their own fields; unused ones go', () => {
    const value = (name: string, floats: readonly number[]): TinyNode => ({
      op: 'Constant',
      inputs: [],
      outputs: [name],
      tensor: { value: { name: '', dims: [], floats, plain: true } },
    });
    const nodes = [
      value('k3', [3]),
      node('Add', 'x k3', 'a'),
      clip,
      node('Mul', 'x c', 'm'),
      node('Div', 'm six', 'y'),
    ];
    expect(folded(nodes).ops).toEqual(['HardSwish']);
  });

  test('constants as attributes of Constant nodes', () => {
    const three = node('Constant', '', 'k3', { inputs: [], float: { value_float: 3 } });
    const nodes = [three, node('Add', 'x k3', 'a'), clip, node('Mul', 'x c', 'm'), node('Div', 'm six', 'y')];
    expect(folded(nodes).ops).toEqual(['HardSwish']);
  });

  test('without the factor x it is a hard-sigmoid, which needs no newer opset', () => {
    const nodes = [add, clip, node('Div', 'c six', 'y')];
    expect(folded(nodes, { opset: 11 })).toMatchObject({
      done: ['1 hard-sigmoid folded'],
      ops: ['HardSigmoid'],
      opset: 11,
    });
  });

  test('where the opset cannot be raised it is written by its definition', () => {
    const nodes = [
      node('Softmax', 'x', 's'),
      node('Add', 's three', 'a'),
      clip,
      node('Mul', 's c', 'm'),
      node('Div', 'm six', 'y'),
    ];
    expect(folded(nodes, { opset: 11 })).toMatchObject({ ops: ['Softmax', 'HardSigmoid', 'Mul'], opset: 11 });
  });

  test('raising the opset turns the sizes of Split into an input', () => {
    const split: TinyNode = {
      op: 'Split',
      inputs: ['x'],
      outputs: ['p', 'q'],
      int: { axis: 1 },
      ints: { split: [1, 3] },
    };
    const nodes = [split, node('Add', 'q three', 'a'), clip, node('Mul', 'q c', 'm'), node('Div', 'm six', 'y')];
    const { model, ops } = folded(nodes, { opset: 11 });
    expect(ops).toEqual(['Split', 'HardSwish']);
    expect(model.nodes[0]?.inputs).toHaveLength(2);
    expect([...(model.nodes[0]?.attributes.keys() ?? [])]).toEqual(['axis']);
    expect(model.tensor(model.nodes[0]?.inputs[1] ?? '')?.dims).toEqual([2]);
  });
});

describe('what is not a hard-swish stays', () => {
  const whole = [add, clip, node('Mul', 'x c', 'm'), node('Div', 'm six', 'y')];
  test.each<[string, TinyNode[]]>([
    ['another offset', [node('Add', 'x six', 'a'), ...whole.slice(1)]],
    ['another bound', [add, node('Clip', 'a zero seven', 'c'), ...whole.slice(2)]],
    ['another divisor', [...whole.slice(0, 3), node('Div', 'm seven', 'y')]],
    ['a quotient the other way round', [...whole.slice(0, 3), node('Div', 'six m', 'y')]],
    ['another factor', [add, clip, node('Mul', 'three c', 'm'), node('Div', 'm six', 'y')]],
    ['another slope', [node('HardSigmoid', 'x', 'g', { float: { alpha: 0.2 } }), node('Mul', 'x g', 'y')]],
    [
      'an intermediate that is used elsewhere',
      [...whole.slice(0, 3), node('Div', 'm six', 'z'), node('Add', 'z c', 'y')],
    ],
    ['an operator of another domain', [add, clip, node('Mul', 'x c', 'm'), node('Mod', 'm six', 'y')]],
  ])('%s', (_, nodes) => {
    const { done, ops } = folded(nodes);
    expect(done).toEqual([]);
    expect(ops).toEqual(nodes.map(({ op }) => op));
  });

  test('an intermediate that is an output of the graph', () => {
    const outputs = ['y', 'c'].map((name) => ({ name, dims: [1, 4, 8, 8] }));
    expect(folded(whole, { outputs }).done).toEqual([]);
  });

  test('a constant with more axes than x, which would add them to the result', () => {
    const tensors = [
      ...constants.filter(({ name }) => name !== 'three'),
      { name: 'three', dims: [1, 1, 1, 1, 1], floats: [3] },
    ];
    expect(folded(whole, { tensors }).done).toEqual([]);
  });
});
