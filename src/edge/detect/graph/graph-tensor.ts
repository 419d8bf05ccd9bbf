import { GraphError } from './graph-error.ts';
import { tensorField, tensorType, tensorTypeNames } from './onnx-fields.ts';
import { bytesField, floatsOf, intField, intsOf, readFields, textField, textOf, type WireField } from './wire.ts';

/** A constant tensor; its values stay in the file until they are asked for. */
export interface GraphTensor {
  readonly name: string;
  readonly dims: readonly number[];
  /** TensorProto.DataType. */
  readonly type: number;
  readonly fields: readonly WireField[];
}

/** Longest constant whose values are read: shapes and scalars are short. */
const maxValues = 4096;
const maxRank = 16;

/** Reads a TensorProto. @throws GraphError */
export function readTensor(content: Uint8Array): GraphTensor {
  const fields = readFields(content, 'a tensor');
  const dims = intsOf(fields, tensorField.dims);
  const name = textOf(fields, tensorField.name);
  if (dims.length > maxRank || dims.some((dim) => !Number.isSafeInteger(dim) || dim < 0)) {
    throw new GraphError(`tensor "${name}" has the impossible shape [${dims.slice(0, maxRank).join(',')}]`);
  }
  return { name, dims, type: intsOf(fields, tensorField.type).at(-1) ?? 0, fields };
}

/** Values of a short int32 or int64 tensor; undefined for any other. */
export function tensorInts(tensor: GraphTensor): number[] | undefined {
  const { type, fields } = tensor;
  const count = elements(tensor);
  if (count > maxValues || (type !== tensorType.int64 && type !== tensorType.int32)) return undefined;
  const raw = fields.findLast(({ no }) => no === tensorField.raw)?.content;
  const values =
    raw === undefined
      ? intsOf(fields, type === tensorType.int64 ? tensorField.ints64 : tensorField.ints32)
      : rawInts(raw, type === tensorType.int64 ? 8 : 4);
  return values.length === count ? values : undefined;
}

/** Values of a short float32 tensor; undefined for any other. */
export function tensorFloats(tensor: GraphTensor): number[] | undefined {
  const { type, fields } = tensor;
  const count = elements(tensor);
  if (count > maxValues || type !== tensorType.float) return undefined;
  const raw = fields.findLast(({ no }) => no === tensorField.raw);
  const values = raw === undefined ? floatsOf(fields, tensorField.floats) : floatsOf([raw], tensorField.raw);
  return values.length === count ? values : undefined;
}

/** Fields of a one-dimensional int64 tensor. */
export function intTensorFields(name: string, values: readonly number[]): WireField[] {
  const raw = new DataView(new ArrayBuffer(8 * values.length));
  for (const [index, value] of values.entries()) raw.setBigInt64(8 * index, BigInt(value), true);
  return [
    intField(tensorField.dims, values.length),
    intField(tensorField.type, tensorType.int64),
    textField(tensorField.name, name),
    bytesField(tensorField.raw, new Uint8Array(raw.buffer)),
  ];
}

/** How messages name a tensor's element type. */
export function typeName(type: number): string {
  return tensorTypeNames[type] ?? `type ${type}`;
}

function elements(tensor: GraphTensor): number {
  return tensor.dims.reduce((product, dim) => product * dim, 1);
}

function rawInts(raw: Uint8Array, width: 4 | 8): number[] {
  if (raw.length % width !== 0 || raw.length > maxValues * width) return [];
  const view = new DataView(raw.buffer, raw.byteOffset, raw.byteLength);
  return Array.from({ length: raw.length / width }, (_, index) =>
    width === 8 ? Number(view.getBigInt64(index * 8, true)) : view.getInt32(index * 4, true),
  );
}
