import { floatAttribute, type GraphNode, makeNode, soleOutput } from './graph-node.ts';
import { tensorFloats } from './graph-tensor.ts';
import { graphField } from './onnx-fields.ts';
import type { OnnxModel } from './onnx-model.ts';
import { raiseOpset } from './raise-opset.ts';

const third = { alpha: 1 / 6, beta: 0.5 } as const;

/** One block found: its last node gives `output`, and all of them can go. */
interface Block {
  readonly kind: 'hard-swish' | 'hard-sigmoid';
  readonly x: string;
  readonly last: GraphNode;
  readonly others: readonly GraphNode[];
}

/**
 * Folds what exporters write for hard-swish, `x · clip(x + 3, 0, 6) / 6` in any order of operands and of the division
 * (or a multiplication by 1/6, or HardSigmoid with α = 1/6, β = ½), into HardSwish nodes, and the same without the
 * factor x into HardSigmoid. Each intermediate value must be used by nothing else. Where the opset cannot be raised to
 * 14, HardSwish is written as HardSigmoid · x, which is its definition.
 * Source: Howard et al., "Searching for MobileNetV3", §5.2; ONNX operators HardSwish (14), HardSigmoid (6).
 */
export function foldHardSwish(model: OnnxModel): { hardSwish: number; hardSigmoid: number } {
  // A nested graph may use any value of this one by name; before opset 7 operands did not broadcast by themselves.
  if (model.opset < 7 || model.nodes.some(({ nested }) => nested)) return { hardSwish: 0, hardSigmoid: 0 };
  const blocks = new Finder(model).blocks();
  const count = (kind: Block['kind']) => blocks.filter((block) => block.kind === kind).length;
  if (blocks.length === 0) return { hardSwish: 0, hardSigmoid: 0 };
  const whole = count('hard-swish') > 0 && raiseOpset(model);
  replace(model, blocks, whole);
  return { hardSwish: count('hard-swish'), hardSigmoid: count('hard-sigmoid') };
}

function replace(model: OnnxModel, blocks: readonly Block[], whole: boolean): void {
  const replacements = new Map<GraphNode, GraphNode[]>();
  const gone = new Set<string>();
  for (const { kind, x, last, others } of blocks) {
    for (const node of others) {
      replacements.set(node, []);
      gone.add(soleOutput(node));
    }
    replacements.set(last, written(kind, x, soleOutput(last), whole));
  }
  model.replaceNodes(replacements);
  const uses = model.uses();
  const unused = model.nodes.filter((node) => node.op === 'Constant' && !uses.has(node.outputs[0] ?? ''));
  model.replaceNodes(new Map(unused.map((node) => [node, []])));
  model.changeValues(graphField.valueInfo, (value) => (gone.has(value.name) ? undefined : value.fields));
}

function written(kind: Block['kind'], x: string, output: string, whole: boolean): GraphNode[] {
  if (kind === 'hard-sigmoid') return [makeNode('HardSigmoid', [x], [output], third)];
  if (whole) return [makeNode('HardSwish', [x], [output])];
  const gate = `${output}/gate`;
  return [makeNode('HardSigmoid', [x], [gate], third), makeNode('Mul', [x, gate], [output])];
}

/** Finds blocks from their clip, or their HardSigmoid, outwards. */
class Finder {
  readonly #model: OnnxModel;
  readonly #uses: ReadonlyMap<string, number>;
  readonly #producers = new Map<string, GraphNode>();
  readonly #users = new Map<string, GraphNode>();
  readonly #ranks = new Map<string, number>();

  constructor(model: OnnxModel) {
    this.#model = model;
    this.#uses = model.uses();
    for (const node of model.nodes) {
      for (const name of node.outputs) this.#producers.set(name, node);
      for (const name of node.inputs) {
        // Whoever has a second user is not folded, whichever it is.
        if (!this.#users.has(name)) this.#users.set(name, node);
      }
    }
    for (const { name, dims } of [...model.values(graphField.valueInfo), ...model.inputs]) {
      if (dims !== undefined) this.#ranks.set(name, dims.length);
    }
  }

  blocks(): Block[] {
    return this.#model.nodes.flatMap((node) => {
      const block = node.op === 'HardSigmoid' ? this.#fromHardSigmoid(node) : this.#fromClip(node);
      return block === undefined ? [] : [block];
    });
  }

  #fromHardSigmoid(gate: GraphNode): Block | undefined {
    const [x] = gate.inputs;
    const fits = near(floatAttribute(gate, 'alpha', 0.2), 1 / 6) && near(floatAttribute(gate, 'beta', 0.5), 0.5);
    if (x === undefined || gate.domain !== '' || !fits) return undefined;
    const last = this.#soleUser(gate, 'Mul');
    return last !== undefined && other(last, soleOutput(gate)) === x
      ? { kind: 'hard-swish', x, last, others: [gate] }
      : undefined;
  }

  #fromClip(clip: GraphNode): Block | undefined {
    if (clip.op !== 'Clip' || clip.domain !== '' || !this.#clipsTo(clip, 0, 6)) return undefined;
    const add = this.#producers.get(clip.inputs[0] ?? '');
    if (add?.op !== 'Add' || add.domain !== '' || !this.#once(add)) return undefined;
    const x = add.inputs.find((name) => this.#isConstant(other(add, name), 3, name));
    if (x === undefined) return undefined;
    const others = [add, clip];
    // clip / 6, then perhaps · x
    const sixth = this.#sixthOf(clip, x);
    if (sixth !== undefined) {
      const last = this.#soleUser(sixth, 'Mul');
      return last !== undefined && other(last, soleOutput(sixth)) === x
        ? { kind: 'hard-swish', x, last, others: [...others, sixth] }
        : { kind: 'hard-sigmoid', x, last: sixth, others };
    }
    const product = this.#soleUser(clip, 'Mul');
    const factor = product && other(product, soleOutput(clip));
    if (product === undefined || factor === undefined) return undefined;
    // clip · x, then / 6
    if (factor === x) {
      const last = this.#sixthOf(product, x);
      return last && { kind: 'hard-swish', x, last, others: [...others, product] };
    }
    // clip · (x / 6)
    const scaled = this.#producers.get(factor);
    const isSixth =
      scaled !== undefined && this.#once(scaled) && scaled.inputs.includes(x) && this.#isSixth(scaled, x, x);
    return isSixth ? { kind: 'hard-swish', x, last: product, others: [...others, scaled] } : undefined;
  }

  /** The node that alone uses a node's output, and divides it by 6. */
  #sixthOf(node: GraphNode, like: string): GraphNode | undefined {
    const user = this.#soleUser(node, 'Div') ?? this.#soleUser(node, 'Mul');
    return user !== undefined && this.#isSixth(user, soleOutput(node), like) ? user : undefined;
  }

  #isSixth(node: GraphNode, value: string, like: string): boolean {
    if (node.domain !== '') return false;
    if (node.op === 'Div') return node.inputs[0] === value && this.#isConstant(node.inputs[1], 6, like);
    return node.op === 'Mul' && this.#isConstant(other(node, value), 1 / 6, like);
  }

  #soleUser(node: GraphNode, op: string): GraphNode | undefined {
    const user = this.#users.get(soleOutput(node));
    return this.#once(node) && user?.op === op && user.domain === '' ? user : undefined;
  }

  #once(node: GraphNode): boolean {
    return node.outputs.length === 1 && this.#uses.get(soleOutput(node)) === 1;
  }

  #clipsTo(clip: GraphNode, low: number, high: number): boolean {
    if (this.#model.opset < 11) {
      return near(floatAttribute(clip, 'min', Number.NaN), low) && near(floatAttribute(clip, 'max', Number.NaN), high);
    }
    const [value = '', min, max] = clip.inputs;
    return this.#isConstant(min, low, value) && this.#isConstant(max, high, value);
  }

  /** A float32 scalar of this value, written in a way that does not add axes to what it is combined with. */
  #isConstant(name: string | undefined, value: number, like: string): boolean {
    const tensor = name === undefined ? undefined : this.#model.tensor(name);
    if (tensor === undefined || tensor.dims.length > Math.max(1, this.#ranks.get(like) ?? 1)) return false;
    const values = tensorFloats(tensor);
    return values?.length === 1 && near(values[0] ?? Number.NaN, value);
  }
}

/** The other operand of a node with two. */
function other(node: GraphNode, name: string): string | undefined {
  const [a, b] = node.inputs;
  if (node.inputs.length !== 2) return undefined;
  return a === name ? b : a;
}

/** Equal but for float32 rounding. */
function near(a: number, b: number): boolean {
  return Math.abs(a - b) < 1e-6;
}
