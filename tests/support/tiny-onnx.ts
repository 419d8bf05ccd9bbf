import {
  attributeField,
  dimField,
  graphField,
  modelField,
  nodeField,
  opsetField,
  shapeField,
  tensorField,
  tensorType,
  tensorTypeField,
  typeField,
  valueField,
} from '../../src/edge/detect/graph/onnx-fields.ts';
import {
  bytesField,
  floatField,
  intField,
  messageField,
  textField,
  type WireField,
  writeFields,
} from '../../src/edge/detect/graph/wire.ts';

/** A constant of a test's model. */
export interface TinyTensor {
  readonly name: string;
  readonly dims: readonly number[];
  readonly floats?: readonly number[] | Float32Array;
  readonly ints?: readonly number[];
  /** Values in their own field instead of raw bytes. */
  readonly plain?: boolean;
}

/** A node of a test's model. */
export interface TinyNode {
  readonly op: string;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly int?: Readonly<Record<string, number>>;
  readonly ints?: Readonly<Record<string, readonly number[]>>;
  readonly float?: Readonly<Record<string, number>>;
  readonly tensor?: Readonly<Record<string, TinyTensor>>;
}

/** An input or output of a test's model. */
export interface TinyValue {
  readonly name: string;
  readonly dims: readonly (number | string)[];
  readonly type?: 'float' | 'int64';
}

/** A whole model. */
export interface TinyModel {
  readonly inputs: readonly TinyValue[];
  readonly outputs: readonly TinyValue[];
  readonly nodes: readonly TinyNode[];
  readonly tensors?: readonly TinyTensor[];
  readonly opset?: number;
  readonly irVersion?: number;
  /** Fields we know nothing of, at the end of the model and of each node. */
  readonly unknown?: readonly WireField[];
}

const attributeTypes = { float: 1, int: 2, tensor: 4, ints: 7 } as const;

/** Writes an ONNX file, of which the runtime can make a session. */
export function tinyOnnx(model: TinyModel): Buffer {
  const { unknown = [], opset = 13, irVersion = 7 } = model;
  const graph = [
    ...model.nodes.map((each) => messageField(graphField.node, [...nodeFields(each), ...unknown])),
    textField(2, 'tiny'),
    ...(model.tensors ?? []).map((each) => messageField(graphField.initializer, tensorFields(each))),
    ...model.inputs.map((each) => messageField(graphField.input, valueFields(each))),
    ...model.outputs.map((each) => messageField(graphField.output, valueFields(each))),
  ];
  return Buffer.from(
    writeFields([
      intField(modelField.irVersion, irVersion),
      messageField(modelField.opsetImport, [textField(opsetField.domain, ''), intField(opsetField.version, opset)]),
      messageField(modelField.graph, graph),
      ...unknown,
    ]),
  );
}

function nodeFields(node: TinyNode): WireField[] {
  const attribute = (name: string, type: number, values: readonly WireField[]) =>
    messageField(nodeField.attribute, [
      textField(attributeField.name, name),
      ...values,
      intField(attributeField.type, type),
    ]);
  return [
    ...node.inputs.map((name) => textField(nodeField.input, name)),
    ...node.outputs.map((name) => textField(nodeField.output, name)),
    textField(nodeField.op, node.op),
    ...Object.entries(node.int ?? {}).map(([name, value]) =>
      attribute(name, attributeTypes.int, [intField(attributeField.int, value)]),
    ),
    ...Object.entries(node.ints ?? {}).map(([name, values]) =>
      attribute(
        name,
        attributeTypes.ints,
        values.map((value) => intField(attributeField.ints, value)),
      ),
    ),
    ...Object.entries(node.float ?? {}).map(([name, value]) =>
      attribute(name, attributeTypes.float, [floatField(attributeField.float, value)]),
    ),
    ...Object.entries(node.tensor ?? {}).map(([name, value]) =>
      attribute(name, attributeTypes.tensor, [messageField(attributeField.tensor, tensorFields(value))]),
    ),
  ];
}

function tensorFields({ name, dims, floats, ints, plain }: TinyTensor): WireField[] {
  return [
    ...dims.map((dim) => intField(tensorField.dims, dim)),
    intField(tensorField.type, ints === undefined ? tensorType.float : tensorType.int64),
    ...(plain === true
      ? [
          ...(floats === undefined ? [] : [...floats].map((value) => floatField(tensorField.floats, value))),
          ...(ints ?? []).map((value) => intField(tensorField.ints64, value)),
        ]
      : [
          bytesField(
            tensorField.raw,
            new Uint8Array((ints ? BigInt64Array.from(ints, BigInt) : Float32Array.from(floats ?? [])).buffer),
          ),
        ]),
    textField(tensorField.name, name),
  ];
}

function valueFields({ name, dims, type = 'float' }: TinyValue): WireField[] {
  const shape = dims.map((dim) =>
    messageField(shapeField.dim, [
      typeof dim === 'number' ? intField(dimField.value, dim) : textField(dimField.param, dim),
    ]),
  );
  return [
    textField(valueField.name, name),
    messageField(valueField.type, [
      messageField(typeField.tensor, [
        intField(tensorTypeField.element, tensorType[type]),
        messageField(tensorTypeField.shape, shape),
      ]),
    ]),
  ];
}

/**
 * A model whose outputs are given, whatever the picture (which it reads, so that a NaN in it would show): a detector's
 * real output layout without a detector.
 */
export function constantModel(input: TinyValue, outputs: readonly TinyTensor[], more: Partial<TinyModel> = {}): Buffer {
  const floats = outputs.filter(({ ints }) => ints === undefined);
  return tinyOnnx({
    inputs: [input, ...(more.inputs ?? [])],
    outputs: outputs.map(({ name, dims, ints }) => ({ name, dims, type: ints === undefined ? 'float' : 'int64' })),
    tensors: [
      { name: 'zero', dims: [1], floats: [0] },
      // As in a real one, a constant holds the input's size: what comes out is that of this size.
      { name: 'all', dims: [1], ints: [input.dims.map(Number).reduce((product, dim) => product * dim, 1)] },
      ...outputs.map((each) => ({ ...each, name: `${each.name}/value` })),
    ],
    nodes: [
      { op: 'Reshape', inputs: [input.name, 'all'], outputs: ['flat'] },
      { op: 'ReduceMax', inputs: ['flat'], outputs: ['brightest'], int: { keepdims: 0 } },
      { op: 'Mul', inputs: ['brightest', 'zero'], outputs: ['nothing'] },
      ...floats.map(({ name }) => ({ op: 'Add', inputs: [`${name}/value`, 'nothing'], outputs: [name] })),
      ...outputs
        .filter((each) => !floats.includes(each))
        .map(({ name }) => ({ op: 'Identity', inputs: [`${name}/value`], outputs: [name] })),
      ...(more.nodes ?? []),
    ],
  });
}
