import { type Followed, followShapes } from './follow-shapes.ts';
import { GraphError } from './graph-error.ts';
import { changeNode, type GraphNode } from './graph-node.ts';
import { intTensorFields } from './graph-tensor.ts';
import { graphField } from './onnx-fields.ts';
import type { OnnxModel } from './onnx-model.ts';
import type { Shape } from './shape.ts';
import { type ValueInfo, withDims } from './value-info.ts';

/** What a picture input is to become; what is left out stays. */
export interface InputAsk {
  readonly width?: number | undefined;
  readonly height?: number | undefined;
  readonly batch?: number | undefined;
}

/**
 * Gives a fully convolutional model another input size or batch: the input, the outputs, and every constant that
 * holds the old size. Weights stay as they are. Returns the input's shape before and after, or undefined where it has
 * the asked shape already.
 * @throws GraphError naming what binds the size.
 */
export function changeInput(
  model: OnnxModel,
  ask: InputAsk,
): { from: string; to: string; constants: number } | undefined {
  const input = pictureInput(model);
  const from = input.dims ?? [];
  const to = askedShape(from, ask);
  if (to.every((dim, axis) => dim === from[axis])) return undefined;
  // Free axes cannot be written into any constant: only a file that fixes all of them has an old size to look for.
  const fixed = isFixed(from) ? from : undefined;
  const others = model.inputs.flatMap(({ name, dims }): [string, Shape][] =>
    name !== input.name && dims !== undefined && isFixed(dims) ? [[name, dims]] : [],
  );
  const before = fixed && followShapes(model, new Map([...others, [input.name, fixed]])).shapes;
  const { shapes, targets } = followShapes(model, new Map([...others, [input.name, to]]), before);
  setConstants(model, targets);
  const shaped = (value: ValueInfo) => {
    const shape = value.name === input.name ? to : shapes.get(value.name);
    return shape === undefined ? value.fields : withDims(value, shape);
  };
  for (const no of [graphField.input, graphField.output, graphField.valueInfo]) model.changeValues(no, shaped);
  return { from: from.join('×'), to: to.join('×'), constants: targets.size };
}

/** The one input that takes a picture. @throws GraphError */
export function pictureInput(model: OnnxModel): ValueInfo {
  const candidates = model.inputs.filter(({ dims }) => dims?.length === 4);
  const [input, ...more] = candidates;
  if (input === undefined || more.length > 0) {
    const all = model.inputs.map(({ name, dims }) => `${name} [${dims?.join(',') ?? '?'}]`).join(', ');
    throw new GraphError(`it should have one input of four axes, it has ${all || 'none'}`);
  }
  return input;
}

/** Where the channels of a picture input are. */
export function layoutOf(dims: readonly (number | string)[]): 'nchw' | 'nhwc' {
  return dims[3] === 3 && dims[1] !== 3 ? 'nhwc' : 'nchw';
}

function isFixed(dims: readonly (number | string)[]): dims is Shape {
  return dims.every((dim) => typeof dim === 'number' && dim > 0);
}

function askedShape(from: readonly (number | string)[], ask: InputAsk): Shape {
  const [height, width] = layoutOf(from) === 'nchw' ? [2, 3] : [1, 2];
  return from.map((dim, axis) => {
    const asked = axis === 0 ? ask.batch : axis === height ? ask.height : axis === width ? ask.width : undefined;
    if (asked !== undefined && (!Number.isInteger(asked) || asked < 1 || asked > 8192)) {
      throw new GraphError(`an input cannot be ${asked} along axis ${axis}`);
    }
    if (asked === undefined && typeof dim === 'string') {
      throw new GraphError(`axis ${axis} of its input is free ("${dim}"): it must be asked for too`);
    }
    return asked ?? Number(dim);
  });
}

/** Constants are shared between nodes, so a node that needs another value gets one of its own. */
function setConstants(model: OnnxModel, targets: Followed['targets']): void {
  const changed = new Map<GraphNode, GraphNode[]>();
  for (const [node, { input, values }] of targets) {
    const name = `${node.outputs[0] ?? ''}/shape`;
    model.addTensor(intTensorFields(name, values));
    const inputs = node.inputs.map((each, index) => (index === input ? name : each));
    changed.set(node, [changeNode(node, inputs)]);
  }
  model.replaceNodes(changed);
}
