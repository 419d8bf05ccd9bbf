import { GraphError } from './graph-error.ts';
import { type GraphNode, intAttribute, intsAttribute, nodeTitle, textAttribute } from './graph-node.ts';
import { axisOf, broadcast, type Shape } from './shape.ts';

/** What a rule may ask. */
export interface RuleContext {
  readonly opset: number;
  /** Shapes of the node's inputs; an input left out is undefined. */
  readonly inputs: readonly (Shape | undefined)[];
  /** Shapes of the inputs with the size the file was written for; undefined while those are being found. */
  readonly before: readonly (Shape | undefined)[] | undefined;
  /** Integers of a constant input. */
  ints(index: number): readonly number[] | undefined;
  /** Numbers of a constant float input. */
  floats(index: number): readonly number[] | undefined;
}

type Rule = (node: GraphNode, context: RuleContext) => Shape[];

/** The shape of an input that must be there. @throws GraphError */
export function need(node: GraphNode, context: RuleContext, index: number): Shape {
  const shape = context.inputs[index];
  if (shape === undefined) throw new GraphError(`${nodeTitle(node)} lacks its input ${index}`);
  return shape;
}

/** A list that is an attribute in older opsets and a constant input in newer ones. @throws GraphError */
function listOf(node: GraphNode, context: RuleContext, name: string, index: number): readonly number[] {
  if (node.attributes.has(name)) return intsAttribute(node, name);
  if ((node.inputs[index] ?? '') === '') return [];
  const values = context.ints(index);
  if (values === undefined) throw new GraphError(`${nodeTitle(node)} takes its ${name} from a computation`);
  return values;
}

const same: Rule = (node, context) => [need(node, context, 0)];

const elementwise: Rule = (node, context) => [
  node.inputs.map((_, index) => need(node, context, index)).reduce((a, b) => broadcast(a, b, nodeTitle(node))),
];

/** Size along one axis after a window has slid over it. Source: ONNX operators Conv, MaxPool. */
function slid(node: GraphNode, axis: number, size: number, kernel: number, rank: number): number {
  const at = (name: string, index: number, fallback: number) => intsAttribute(node, name)[index] ?? fallback;
  const stride = at('strides', axis, 1);
  const dilation = at('dilations', axis, 1);
  const mode = textAttribute(node, 'auto_pad', 'NOTSET');
  if (mode.startsWith('SAME')) return Math.ceil(size / stride);
  const pad = mode === 'VALID' ? 0 : at('pads', axis, 0) + at('pads', axis + rank, 0);
  const steps = (size + pad - dilation * (kernel - 1) - 1) / stride;
  return (intAttribute(node, 'ceil_mode', 0) === 1 ? Math.ceil(steps) : Math.floor(steps)) + 1;
}

const convolution: Rule = (node, context) => {
  const [batch = 0, channels = 0, ...spatial] = need(node, context, 0);
  const [filters = 0, depth = 0, ...kernel] = need(node, context, 1);
  if (channels !== depth * intAttribute(node, 'group', 1) || kernel.length !== spatial.length) {
    throw new GraphError(`${nodeTitle(node)} does not fit its weights`);
  }
  return [[batch, filters, ...spatial.map((size, axis) => slid(node, axis, size, kernel[axis] ?? 1, spatial.length))]];
};

const pooling: Rule = (node, context) => {
  const [batch = 0, channels = 0, ...spatial] = need(node, context, 0);
  const kernel = intsAttribute(node, 'kernel_shape');
  const out = (size: number, axis: number) => slid(node, axis, size, kernel[axis] ?? 1, spatial.length);
  // A window of the whole map is a global pooling in disguise: at another size it would no longer be one.
  const before = context.before?.[0]?.slice(2) ?? spatial;
  const whole = before.every((size, axis) => size > 1 && out(size, axis) === 1);
  if (whole && before.some((size, axis) => size !== spatial[axis])) {
    throw new GraphError(`${nodeTitle(node)} takes in exactly the ${before.join('×')} map of the present size`);
  }
  if (kernel.length !== spatial.length) throw new GraphError(`${nodeTitle(node)} has no window for each axis`);
  return [[batch, channels, ...spatial.map(out)]];
};

const globalPooling: Rule = (node, context) => {
  const [batch = 0, channels = 0, ...spatial] = need(node, context, 0);
  return [[batch, channels, ...spatial.map(() => 1)]];
};

const concat: Rule = (node, context) => {
  const first = need(node, context, 0);
  const axis = axisOf(intAttribute(node, 'axis', 1), first.length, nodeTitle(node));
  let sum = 0;
  for (const [index] of node.inputs.entries()) {
    const each = need(node, context, index);
    const fits = each.length === first.length && each.every((dim, at) => at === axis || dim === first[at]);
    if (!fits)
      throw new GraphError(
        `${nodeTitle(node)} joins [${first.join(',')}] and [${each.join(',')}]: the size must divide by the model's coarsest stride`,
      );
    sum += each[axis] ?? 0;
  }
  return [first.map((dim, at) => (at === axis ? sum : dim))];
};

const split: Rule = (node, context) => {
  const from = need(node, context, 0);
  const axis = axisOf(intAttribute(node, 'axis', 0), from.length, nodeTitle(node));
  const size = from[axis] ?? 0;
  const given = listOf(node, context, 'split', 1);
  const chunk = Math.ceil(size / node.outputs.length);
  const sizes = given.length > 0 ? given : node.outputs.map((_, index) => Math.min(chunk, size - index * chunk));
  if (sizes.length !== node.outputs.length || sizes.reduce((a, b) => a + b, 0) !== size) {
    throw new GraphError(`${nodeTitle(node)} cuts ${size} into ${sizes.slice(0, 16).join(', ')}`);
  }
  return sizes.map((part) => from.map((dim, at) => (at === axis ? part : dim)));
};

/** Ends beyond this mean "to the end": exporters write the largest int32 or int64. */
const toTheEnd = 2 ** 31 - 1;

const slice: Rule = (node, context) => {
  const from = need(node, context, 0);
  const starts = listOf(node, context, 'starts', 1);
  const ends = listOf(node, context, 'ends', 2);
  const axes = listOf(node, context, 'axes', 3);
  const steps = listOf(node, context, 'steps', 4);
  const result = [...from];
  for (const [index, start] of starts.entries()) {
    const axis = axisOf(axes[index] ?? index, from.length, nodeTitle(node));
    const size = from[axis] ?? 0;
    const end = ends[index] ?? toTheEnd;
    const step = steps[index] ?? 1;
    const changed = context.before !== undefined && context.before[0]?.[axis] !== size;
    if (step < 1) throw new GraphError(`${nodeTitle(node)} runs backwards, which is not followed`);
    if (changed && end >= 0 && end < toTheEnd)
      throw new GraphError(`${nodeTitle(node)} ends at the constant ${end} of an axis that would change`);
    const clamp = (at: number) => Math.min(size, Math.max(0, at < 0 ? at + size : at));
    result[axis] = Math.ceil((clamp(end) - clamp(start)) / step);
  }
  return [result];
};

const transpose: Rule = (node, context) => {
  const from = need(node, context, 0);
  const order = intsAttribute(node, 'perm');
  const perm = order.length > 0 ? order : from.map((_, axis) => from.length - 1 - axis);
  return [perm.map((axis) => from[axis] ?? 0)];
};

const flatten: Rule = (node, context) => {
  const from = need(node, context, 0);
  const axis = intAttribute(node, 'axis', 1);
  const cut = axis < 0 ? axis + from.length : axis;
  const size = (part: Shape) => part.reduce((product, dim) => product * dim, 1);
  return [[size(from.slice(0, cut)), size(from.slice(cut))]];
};

const unsqueeze: Rule = (node, context) => {
  const from = need(node, context, 0);
  const list = listOf(node, context, 'axes', 1);
  const axes = new Set(list.map((axis) => axisOf(axis, from.length + list.length, nodeTitle(node))));
  const rest = [...from];
  return [Array.from({ length: from.length + axes.size }, (_, axis) => (axes.has(axis) ? 1 : (rest.shift() ?? 0)))];
};

const squeeze: Rule = (node, context) => {
  const from = need(node, context, 0);
  const list = listOf(node, context, 'axes', 1).map((axis) => axisOf(axis, from.length, nodeTitle(node)));
  const gone = (dim: number, axis: number) => (list.length > 0 ? list.includes(axis) : dim === 1);
  if (from.some((dim, axis) => gone(dim, axis) && dim !== 1))
    throw new GraphError(`${nodeTitle(node)} drops an axis of [${from.join(',')}] that is not 1`);
  return [from.filter((dim, axis) => !gone(dim, axis))];
};

const matMul: Rule = (node, context) => {
  const [a, b] = [need(node, context, 0), need(node, context, 1)];
  if (a.length < 2 || b.length < 2 || a.at(-1) !== b.at(-2))
    throw new GraphError(
      `${nodeTitle(node)} multiplies [${a.join(',')}] by [${b.join(',')}]: its weights bind the size`,
    );
  return [[...broadcast(a.slice(0, -2), b.slice(0, -2), nodeTitle(node)), a.at(-2) ?? 0, b.at(-1) ?? 0]];
};

const gemm: Rule = (node, context) => {
  const turned = (index: number, flag: string) => {
    const [rows = 0, columns = 0] = need(node, context, index);
    return intAttribute(node, flag, 0) === 1 ? [columns, rows] : [rows, columns];
  };
  const [a, b] = [turned(0, 'transA'), turned(1, 'transB')];
  if (a[1] !== b[0])
    throw new GraphError(
      `${nodeTitle(node)} multiplies [${a.join(',')}] by [${b.join(',')}]: its weights bind the size`,
    );
  return [[a[0] ?? 0, b[1] ?? 0]];
};

const reduce: Rule = (node, context) => {
  const from = need(node, context, 0);
  const list = listOf(node, context, 'axes', 1).map((axis) => axisOf(axis, from.length, nodeTitle(node)));
  const gone = (axis: number) => list.length === 0 || list.includes(axis);
  const keep = intAttribute(node, 'keepdims', 1) === 1;
  return [from.flatMap((dim, axis) => (gone(axis) ? (keep ? [1] : []) : [dim]))];
};

const pad: Rule = (node, context) => {
  const from = need(node, context, 0);
  const pads = listOf(node, context, 'pads', 1);
  return [from.map((dim, axis) => dim + (pads[axis] ?? 0) + (pads[axis + from.length] ?? 0))];
};

const depthToSpace: Rule = (node, context) => {
  const [batch = 0, channels = 0, height = 0, width = 0] = need(node, context, 0);
  const block = intAttribute(node, 'blocksize', 1);
  return [[batch, channels / block ** 2, height * block, width * block]];
};

const spaceToDepth: Rule = (node, context) => {
  const [batch = 0, channels = 0, height = 0, width = 0] = need(node, context, 0);
  const block = intAttribute(node, 'blocksize', 1);
  return [[batch, channels * block ** 2, height / block, width / block]];
};

const rules = new Map<string, Rule>();
const rule = (names: string, each: Rule) => {
  for (const name of names.split(' ')) rules.set(name, each);
};
rule('Abs BatchNormalization Cast Ceil Clip Dropout Elu Erf Exp Floor Gelu HardSigmoid HardSwish Identity', same);
rule('InstanceNormalization LayerNormalization LeakyRelu Log LogSoftmax Mish Neg Reciprocal Relu Round Selu', same);
rule('Sigmoid Softmax Softplus Softsign Sqrt Tanh ThresholdedRelu', same);
rule('Add Sub Mul Div Pow Max Min PRelu', elementwise);
rule('Conv', convolution);
rule('MaxPool AveragePool LpPool', pooling);
rule('GlobalAveragePool GlobalMaxPool', globalPooling);
rule('Concat', concat);
rule('Split', split);
rule('Slice', slice);
rule('Transpose', transpose);
rule('Flatten', flatten);
rule('Unsqueeze', unsqueeze);
rule('Squeeze', squeeze);
rule('MatMul', matMul);
rule('Gemm', gemm);
rule('ReduceMean ReduceMax ReduceMin ReduceSum', reduce);
rule('Pad', pad);
rule('DepthToSpace', depthToSpace);
rule('SpaceToDepth', spaceToDepth);

/** How an operator's outputs follow from its inputs; undefined for one that is not followed. */
export function shapeRule(node: GraphNode): Rule | undefined {
  return node.domain === '' ? rules.get(node.op) : undefined;
}
