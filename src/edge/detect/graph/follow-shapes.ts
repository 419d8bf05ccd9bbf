import { GraphError } from './graph-error.ts';
import { type GraphNode, intAttribute, nodeTitle } from './graph-node.ts';
import { tensorFloats, tensorInts } from './graph-tensor.ts';
import type { OnnxModel } from './onnx-model.ts';
import { checkShape, reshaped, reshapedLike, type Shape } from './shape.ts';
import { need, type RuleContext, shapeRule } from './shape-rules.ts';

/** Shapes of every value, by name, and the constants that have to change for them. */
export interface Followed {
  readonly shapes: ReadonlyMap<string, Shape>;
  /** New values for the shape constant of a Reshape or the sizes of a Resize, by node. */
  readonly targets: ReadonlyMap<GraphNode, { readonly input: number; readonly values: readonly number[] }>;
}

/**
 * Follows the shapes of the inputs through the graph. With `before`, the shapes at the size the file was written for,
 * constants that hold that size are found and their new values given.
 * @throws GraphError naming the node at which it cannot go on.
 */
export function followShapes(
  model: OnnxModel,
  inputs: ReadonlyMap<string, Shape>,
  before?: ReadonlyMap<string, Shape>,
): Followed {
  const shapes = new Map<string, Shape>(inputs);
  const targets = new Map<GraphNode, { input: number; values: readonly number[] }>();
  const { opset } = model;
  for (const node of model.nodes) {
    if (node.op === 'Constant' && node.domain === '') continue;
    const context: RuleContext = {
      opset,
      inputs: node.inputs.map((name) => shapeOf(model, shapes, name)),
      before: before && node.inputs.map((name) => shapeOf(model, before, name)),
      ints: (index) => constant(model, node, index, tensorInts),
      floats: (index) => constant(model, node, index, tensorFloats),
    };
    const missing = node.inputs.findIndex((name, index) => name !== '' && context.inputs[index] === undefined);
    if (missing >= 0)
      throw new GraphError(`${nodeTitle(node)} uses "${node.inputs[missing]}", which nothing before it gives`);
    const results = outputsOf(node, context, (input, values) => targets.set(node, { input, values }));
    for (const [index, name] of node.outputs.entries()) {
      const shape = results[index];
      if (shape !== undefined) shapes.set(name, checkShape(shape, nodeTitle(node)));
    }
  }
  return { shapes, targets };
}

function outputsOf(
  node: GraphNode,
  context: RuleContext,
  change: (input: number, values: readonly number[]) => void,
): readonly Shape[] {
  if (node.domain === '' && node.op === 'Reshape') return [reshape(node, context, change)];
  if (node.domain === '' && (node.op === 'Resize' || node.op === 'Upsample')) return [resize(node, context, change)];
  const rule = shapeRule(node);
  if (rule === undefined) throw new GraphError(`${nodeTitle(node)}: sizes are not followed through this operator`);
  return rule(node, context);
}

function reshape(
  node: GraphNode,
  context: RuleContext,
  change: (input: number, values: readonly number[]) => void,
): Shape {
  const target = context.ints(1);
  if (target === undefined) throw new GraphError(`${nodeTitle(node)} takes its shape from a computation`);
  const allowZero = intAttribute(node, 'allowzero', 0) === 1;
  const from = need(node, context, 0);
  const old = context.before?.[0];
  if (old === undefined) return reshaped(from, target, allowZero, nodeTitle(node));
  const was = reshaped(old, target, allowZero, nodeTitle(node));
  const wanted = reshapedLike(old, was, from);
  if (wanted === undefined) {
    throw new GraphError(
      `${nodeTitle(node)} cuts up an axis that would change: [${old.join(',')}] to [${was.join(',')}]`,
    );
  }
  const asWritten = matches(from, target, allowZero, nodeTitle(node), wanted);
  if (!asWritten) change(1, wanted);
  return wanted;
}

function matches(from: Shape, target: readonly number[], allowZero: boolean, what: string, wanted: Shape): boolean {
  try {
    return reshaped(from, target, allowZero, what).every((dim, axis) => dim === wanted[axis]);
  } catch (error) {
    if (error instanceof GraphError) return false;
    throw error;
  }
}

/** Source: ONNX operator Resize (11): either scales, the third input, or sizes, the fourth. */
function resize(
  node: GraphNode,
  context: RuleContext,
  change: (input: number, values: readonly number[]) => void,
): Shape {
  const from = need(node, context, 0);
  const scales = node.op === 'Upsample' || context.opset < 11 ? context.floats(1) : context.floats(2);
  if (scales !== undefined && scales.length === from.length)
    return from.map((dim, axis) => Math.floor(dim * (scales[axis] ?? 0)));
  const sizes = context.ints(3);
  if (sizes === undefined || sizes.length !== from.length)
    throw new GraphError(`${nodeTitle(node)} takes its scale from a computation`);
  const old = context.before?.[0];
  if (old === undefined) return sizes;
  const wanted = sizes.map((size, axis) => ((from[axis] ?? 0) * size) / (old[axis] ?? 1));
  if (!wanted.every(Number.isInteger))
    throw new GraphError(`${nodeTitle(node)} leads to the constant size [${sizes.join(',')}]`);
  if (wanted.some((size, axis) => size !== sizes[axis])) change(3, wanted);
  return wanted;
}

function shapeOf(model: OnnxModel, shapes: ReadonlyMap<string, Shape>, name: string): Shape | undefined {
  return name === '' ? undefined : (shapes.get(name) ?? model.tensor(name)?.dims);
}

function constant<T>(
  model: OnnxModel,
  node: GraphNode,
  index: number,
  read: (tensor: NonNullable<ReturnType<OnnxModel['tensor']>>) => T | undefined,
): T | undefined {
  const tensor = model.tensor(node.inputs[index] ?? '');
  return tensor === undefined ? undefined : read(tensor);
}
