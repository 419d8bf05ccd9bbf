import { GraphError } from './graph-error.ts';
import { attributeField, attributeType, nodeField } from './onnx-fields.ts';
import {
  floatField,
  floatsOf,
  intField,
  intsOf,
  messageField,
  readFields,
  textField,
  textOf,
  textsOf,
  type WireField,
} from './wire.ts';

/** One node of a graph. */
export interface GraphNode {
  readonly op: string;
  /** Empty for the operators of ONNX itself. */
  readonly domain: string;
  readonly name: string;
  /** An empty name: an optional input that is left out. */
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly attributes: ReadonlyMap<string, readonly WireField[]>;
  /** Holds graphs of its own (If, Loop, Scan), whose nodes may use any value of this one. */
  readonly nested: boolean;
  /** As in the file. */
  readonly fields: readonly WireField[];
}

/** Reads a NodeProto. @throws GraphError */
export function readNode(content: Uint8Array): GraphNode {
  const fields = readFields(content, 'a node');
  const attributes = new Map<string, readonly WireField[]>();
  for (const field of fields) {
    if (field.no !== nodeField.attribute) continue;
    const attribute = readFields(field.content, 'an attribute');
    attributes.set(textOf(attribute, attributeField.name), attribute);
  }
  const domain = textOf(fields, nodeField.domain);
  return {
    op: textOf(fields, nodeField.op),
    domain: domain === 'ai.onnx' ? '' : domain,
    name: textOf(fields, nodeField.name),
    inputs: textsOf(fields, nodeField.input),
    outputs: textsOf(fields, nodeField.output),
    attributes,
    nested: [...attributes.values()].some((each) =>
      each.some(({ no }) => no === attributeField.graph || no === attributeField.graphs),
    ),
    fields,
  };
}

/** A new node of ONNX's own operators, with float attributes. */
export function makeNode(
  op: string,
  inputs: readonly string[],
  outputs: readonly string[],
  floats: Readonly<Record<string, number>> = {},
): GraphNode {
  const attributes = Object.entries(floats).map(([name, value]) =>
    messageField(nodeField.attribute, [
      textField(attributeField.name, name),
      floatField(attributeField.float, value),
      intField(attributeField.type, attributeType.float),
    ]),
  );
  const fields = [
    ...inputs.map((name) => textField(nodeField.input, name)),
    ...outputs.map((name) => textField(nodeField.output, name)),
    textField(nodeField.name, `${op}/${outputs[0] ?? ''}`),
    textField(nodeField.op, op),
    ...attributes,
  ];
  return readNode(messageField(0xf, fields).content);
}

/** The same node with other inputs and without the attribute named. */
export function changeNode(node: GraphNode, inputs: readonly string[], without?: string): GraphNode {
  const kept = node.fields.filter((field) => {
    if (field.no === nodeField.input) return false;
    if (field.no !== nodeField.attribute || without === undefined) return true;
    return textOf(readFields(field.content, 'an attribute'), attributeField.name) !== without;
  });
  return readNode(messageField(0xf, [...inputs.map((name) => textField(nodeField.input, name)), ...kept]).content);
}

/** How messages name a node. */
export function nodeTitle(node: GraphNode): string {
  return `${node.op} "${node.name || node.outputs[0] || ''}"`;
}

/** An integer attribute. */
export function intAttribute(node: GraphNode, name: string, fallback: number): number {
  return intsOf(node.attributes.get(name) ?? [], attributeField.int).at(-1) ?? fallback;
}

/** A list of integers, empty where there is none. */
export function intsAttribute(node: GraphNode, name: string): number[] {
  return intsOf(node.attributes.get(name) ?? [], attributeField.ints);
}

/** A float attribute. */
export function floatAttribute(node: GraphNode, name: string, fallback: number): number {
  return floatsOf(node.attributes.get(name) ?? [], attributeField.float).at(-1) ?? fallback;
}

/** A text attribute. */
export function textAttribute(node: GraphNode, name: string, fallback: string): string {
  const fields = node.attributes.get(name);
  return fields === undefined ? fallback : textOf(fields, attributeField.text);
}

/** The only output of a node. @throws GraphError */
export function soleOutput(node: GraphNode): string {
  const [output, ...more] = node.outputs;
  if (output === undefined || more.some((name) => name !== '')) {
    throw new GraphError(`${nodeTitle(node)} should have one output, it has ${node.outputs.length}`);
  }
  return output;
}
