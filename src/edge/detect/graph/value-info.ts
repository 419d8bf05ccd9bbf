import { dimField, shapeField, tensorTypeField, typeField, valueField } from './onnx-fields.ts';
import { intField, intsOf, messageField, readFields, textField, textOf, type WireField } from './wire.ts';

/** An input or output of a graph. */
export interface ValueInfo {
  readonly name: string;
  /** TensorProto.DataType; 0 where it is not a tensor. */
  readonly type: number;
  /** A number, or what the exporter calls a free dimension; undefined where the file states no shape. */
  readonly dims: readonly (number | string)[] | undefined;
  readonly fields: readonly WireField[];
}

/** Reads a ValueInfoProto. @throws GraphError */
export function readValueInfo(content: Uint8Array): ValueInfo {
  const fields = readFields(content, 'a value');
  const tensor = inside(inside(fields, valueField.type), typeField.tensor);
  const shape = tensor?.findLast(({ no }) => no === tensorTypeField.shape);
  return {
    name: textOf(fields, valueField.name),
    type: tensor === undefined ? 0 : (intsOf(tensor, tensorTypeField.element).at(-1) ?? 0),
    dims: shape === undefined ? undefined : readDims(readFields(shape.content, 'a shape')),
    fields,
  };
}

/** The same value with another shape, free dimensions by name; everything else about it is kept. */
export function withDims(value: ValueInfo, dims: readonly (number | string)[]): readonly WireField[] {
  const shape = messageField(
    tensorTypeField.shape,
    dims.map((dim) => messageField(shapeField.dim, [dimension(dim)])),
  );
  return value.fields.map((field) => {
    if (field.no !== valueField.type) return field;
    const type = readFields(field.content, 'a type');
    const changed = type.map((each) => {
      if (each.no !== typeField.tensor) return each;
      const tensor = readFields(each.content, 'a tensor type').filter(({ no }) => no !== tensorTypeField.shape);
      return messageField(typeField.tensor, [...tensor, shape]);
    });
    return messageField(valueField.type, changed);
  });
}

function dimension(dim: number | string): WireField {
  return typeof dim === 'number' ? intField(dimField.value, dim) : textField(dimField.param, dim);
}

function inside(fields: readonly WireField[] | undefined, no: number): WireField[] | undefined {
  const field = fields?.findLast((each) => each.no === no);
  return field === undefined ? undefined : readFields(field.content, 'a type');
}

function readDims(fields: readonly WireField[]): (number | string)[] {
  return fields
    .filter(({ no }) => no === shapeField.dim)
    .map(({ content }) => {
      const dim = readFields(content, 'a dimension');
      return intsOf(dim, dimField.value).at(-1) ?? (textOf(dim, dimField.param) || '?');
    });
}
