import { GraphError } from './graph-error.ts';
import { type GraphNode, readNode } from './graph-node.ts';
import { type GraphTensor, readTensor } from './graph-tensor.ts';
import { attributeField, graphField, modelField, opsetField, tensorField, tensorType } from './onnx-fields.ts';
import { readValueInfo, type ValueInfo } from './value-info.ts';
import {
  bytesField,
  floatField,
  floatsOf,
  intField,
  intsOf,
  messageField,
  readFields,
  textOf,
  type WireField,
  writeFields,
} from './wire.ts';

/** A field of the graph; nodes are kept read. */
type Item =
  | { readonly field: WireField; readonly node?: undefined }
  | { readonly node: GraphNode; readonly field?: undefined };

/**
 * An ONNX file, opened for changes. Only what is changed is written anew; everything else goes back as it came,
 * known to us or not.
 * Source: onnx.proto (IR version 3 and later).
 */
export class OnnxModel {
  #fields: WireField[];
  #items: Item[];
  #tensors: Map<string, GraphTensor> | undefined;

  /** @throws GraphError where the bytes are no ONNX model. */
  constructor(bytes: Uint8Array) {
    this.#fields = readFields(bytes, 'the model');
    const graph = this.#fields.findLast(({ no }) => no === modelField.graph);
    if (graph === undefined) throw new GraphError('not an ONNX file: it holds no graph');
    this.#items = readFields(graph.content, 'the graph').map((field) =>
      field.no === graphField.node ? { node: readNode(field.content) } : { field },
    );
    if (this.nodes.length === 0) throw new GraphError('not an ONNX file: its graph has no nodes');
  }

  get irVersion(): number {
    return intsOf(this.#fields, modelField.irVersion).at(-1) ?? 0;
  }

  /** Version of ONNX's own operators. */
  get opset(): number {
    return this.opsets.get('') ?? 0;
  }

  /** Version by domain. */
  get opsets(): ReadonlyMap<string, number> {
    return new Map(
      this.#fields
        .filter(({ no }) => no === modelField.opsetImport)
        .map(({ content }) => {
          const fields = readFields(content, 'an opset');
          const domain = textOf(fields, opsetField.domain);
          return [domain === 'ai.onnx' ? '' : domain, intsOf(fields, opsetField.version).at(-1) ?? 1];
        }),
    );
  }

  get nodes(): readonly GraphNode[] {
    return this.#items.flatMap(({ node }) => (node === undefined ? [] : [node]));
  }

  /** Inputs a caller has to give: older exporters list the weights as inputs too, those are left out. */
  get inputs(): readonly ValueInfo[] {
    const weights = this.weightNames();
    return this.values(graphField.input).filter(({ name }) => !weights.has(name));
  }

  get outputs(): readonly ValueInfo[] {
    return this.values(graphField.output);
  }

  /** Values of one kind, by their field number in the graph. */
  values(no: number): ValueInfo[] {
    return this.#graphFields(no).map(({ content }) => readValueInfo(content));
  }

  /** Names of the stored weights. */
  weightNames(): ReadonlySet<string> {
    return new Set(this.#graphFields(graphField.initializer).map(({ content }) => readTensor(content).name));
  }

  /** A constant by name: a stored weight, or the value of a Constant node. */
  tensor(name: string): GraphTensor | undefined {
    this.#tensors ??= this.#readTensors();
    return this.#tensors.get(name);
  }

  /** How often each value is used by nodes and as an output. */
  uses(): ReadonlyMap<string, number> {
    const counts = new Map<string, number>();
    const count = (name: string) => counts.set(name, (counts.get(name) ?? 0) + 1);
    for (const { inputs } of this.nodes) for (const name of inputs) count(name);
    for (const { name } of this.outputs) count(name);
    return counts;
  }

  /** Puts others in the place of nodes; an empty list removes. */
  replaceNodes(replacements: ReadonlyMap<GraphNode, readonly GraphNode[]>): void {
    this.#items = this.#items.flatMap((item): readonly Item[] => {
      const others = item.node === undefined ? undefined : replacements.get(item.node);
      return others === undefined ? [item] : others.map((node) => ({ node }));
    });
    this.#tensors = undefined;
  }

  /** Adds a constant. */
  addTensor(fields: readonly WireField[]): void {
    this.#items.push({ field: messageField(graphField.initializer, fields) });
    this.#tensors = undefined;
  }

  /** Keeps, changes or (undefined) removes each value of one kind. */
  changeValues(no: number, change: (value: ValueInfo) => readonly WireField[] | undefined): void {
    this.#items = this.#items.flatMap((item): readonly Item[] => {
      if (item.field?.no !== no) return [item];
      const value = readValueInfo(item.field.content);
      const changed = change(value);
      if (changed === undefined) return [];
      return changed === value.fields ? [item] : [{ field: messageField(no, changed) }];
    });
  }

  /** Raises the version of ONNX's own operators and, where it is lower, that of the file. */
  raise(opset: number | undefined, irVersion: number): void {
    this.#fields = this.#fields.map((field) => {
      if (field.no === modelField.irVersion && this.irVersion < irVersion) return intField(field.no, irVersion);
      if (opset === undefined || field.no !== modelField.opsetImport) return field;
      const own = readFields(field.content, 'an opset');
      if (!['', 'ai.onnx'].includes(textOf(own, opsetField.domain))) return field;
      const others = own.filter(({ no }) => no !== opsetField.version);
      return messageField(field.no, [...others, intField(opsetField.version, opset)]);
    });
  }

  /** The file. */
  toBytes(): Uint8Array<ArrayBuffer> {
    const items = this.#items.map(({ node, field }) => field ?? bytesField(graphField.node, writeFields(node.fields)));
    const graph = messageField(modelField.graph, items);
    const last = this.#fields.findLastIndex(({ no }) => no === modelField.graph);
    return writeFields(this.#fields.map((field, index) => (index === last ? graph : field)));
  }

  #graphFields(no: number): WireField[] {
    return this.#items.flatMap(({ field }) => (field?.no === no ? [field] : []));
  }

  #readTensors(): Map<string, GraphTensor> {
    const tensors = new Map<string, GraphTensor>();
    for (const { content } of this.#graphFields(graphField.initializer)) {
      const tensor = readTensor(content);
      tensors.set(tensor.name, tensor);
    }
    for (const node of this.nodes) {
      const [output] = node.outputs;
      if (node.op !== 'Constant' || output === undefined) continue;
      const tensor = constantOf(node);
      if (tensor !== undefined) tensors.set(output, tensor);
    }
    return tensors;
  }
}

/** Value of a Constant node, in any of the forms the standard has for numbers. */
function constantOf(node: GraphNode): GraphTensor | undefined {
  const value = node.attributes.get('value')?.findLast(({ no }) => no === attributeField.tensor);
  if (value !== undefined) return readTensor(value.content);
  const make = (type: number, dims: readonly number[], values: readonly WireField[]) =>
    readTensor(
      writeFields([...dims.map((dim) => intField(tensorField.dims, dim)), intField(tensorField.type, type), ...values]),
    );
  for (const name of ['value_float', 'value_floats', 'value_int', 'value_ints'] as const) {
    const attribute = node.attributes.get(name);
    if (attribute === undefined) continue;
    const floats = name.startsWith('value_float');
    const no = {
      value_float: attributeField.float,
      value_floats: attributeField.floats,
      value_int: attributeField.int,
      value_ints: attributeField.ints,
    }[name];
    const values = floats
      ? floatsOf(attribute, no).map((each) => floatField(tensorField.floats, each))
      : intsOf(attribute, no).map((each) => intField(tensorField.ints64, each));
    const type = floats ? tensorType.float : tensorType.int64;
    return make(type, name.endsWith('s') ? [values.length] : [], values);
  }
  return undefined;
}
