import { changeNode, type GraphNode, intsAttribute } from './graph-node.ts';
import { intTensorFields } from './graph-tensor.ts';
import type { OnnxModel } from './onnx-model.ts';

/** First version with HardSwish. */
const hardSwishOpset = 14;
/** Version of the file format that opset 14 came with. */
const irVersion = 7;

/** Operators that mean in opset 14 what they meant in 11 (Split: with its sizes as an input). */
const unchanged = new Set([
  ...[
    'Abs',
    'Add',
    'AveragePool',
    'Cast',
    'Ceil',
    'Clip',
    'Concat',
    'Constant',
    'ConstantOfShape',
    'Conv',
    'ConvTranspose',
  ],
  ...[
    'DepthToSpace',
    'Div',
    'Equal',
    'Erf',
    'Exp',
    'Expand',
    'Flatten',
    'Floor',
    'Gather',
    'Gemm',
    'GlobalAveragePool',
  ],
  ...['GlobalMaxPool', 'HardSigmoid', 'Identity', 'LeakyRelu', 'Log', 'MatMul', 'Max', 'MaxPool', 'Min', 'Mul', 'Neg'],
  ...['PRelu', 'Pad', 'Pow', 'ReduceMax', 'ReduceMean', 'Relu', 'Reshape', 'Resize', 'Shape', 'Sigmoid', 'Slice'],
  ...['Softplus', 'SpaceToDepth', 'Split', 'Sqrt', 'Sub', 'Tanh', 'Tile', 'Transpose', 'Where'],
]);

/**
 * Takes a model of opset 11–13 to 14 where all its operators allow; returns whether it is there now.
 * Source: ONNX Operator Changelog. Split alone changed: in 13 its sizes went from an attribute to an input.
 */
export function raiseOpset(model: OnnxModel): boolean {
  if (model.opset >= hardSwishOpset) return true;
  const nodes = model.nodes;
  const allowed =
    model.opset >= 11 && nodes.every((node) => node.domain !== '' || (unchanged.has(node.op) && !node.nested));
  if (!allowed) return false;
  if (model.opset < 13) splitSizesAsInput(model, nodes);
  model.raise(hardSwishOpset, irVersion);
  return true;
}

function splitSizesAsInput(model: OnnxModel, nodes: readonly GraphNode[]): void {
  const changed = new Map<GraphNode, GraphNode[]>();
  for (const node of nodes) {
    const sizes = node.op === 'Split' && node.domain === '' ? intsAttribute(node, 'split') : [];
    if (sizes.length === 0) continue;
    const name = `${node.outputs[0] ?? ''}/sizes`;
    model.addTensor(intTensorFields(name, sizes));
    changed.set(node, [changeNode(node, [node.inputs[0] ?? '', name], 'split')]);
  }
  model.replaceNodes(changed);
}
