/** Field numbers of onnx.proto that are read or written here; every other field passes through untouched. */
export const modelField = { irVersion: 1, graph: 7, opsetImport: 8 } as const;
/** OperatorSetIdProto. */
export const opsetField = { domain: 1, version: 2 } as const;
/** GraphProto. */
export const graphField = { node: 1, initializer: 5, input: 11, output: 12, valueInfo: 13 } as const;
/** NodeProto. */
export const nodeField = { input: 1, output: 2, name: 3, op: 4, attribute: 5, domain: 7 } as const;
/** AttributeProto. */
export const attributeField = {
  name: 1,
  float: 2,
  int: 3,
  text: 4,
  tensor: 5,
  graph: 6,
  floats: 7,
  ints: 8,
  graphs: 11,
  type: 20,
} as const;
/** AttributeProto.AttributeType. */
export const attributeType = { float: 1 } as const;
/** TensorProto. */
export const tensorField = {
  dims: 1,
  type: 2,
  floats: 4,
  ints32: 5,
  ints64: 7,
  name: 8,
  raw: 9,
  location: 14,
} as const;
/** TensorProto.DataType. */
export const tensorType = { float: 1, uint8: 2, int32: 6, int64: 7 } as const;
/** Names of TensorProto.DataType, by number. */
export const tensorTypeNames: readonly string[] = [
  'undefined',
  'float32',
  'uint8',
  'int8',
  'uint16',
  'int16',
  'int32',
  'int64',
  'string',
  'bool',
  'float16',
  'float64',
  'uint32',
  'uint64',
  'complex64',
  'complex128',
  'bfloat16',
];
/** ValueInfoProto, and down to its dimensions. */
export const valueField = { name: 1, type: 2 } as const;
/** TypeProto. */
export const typeField = { tensor: 1 } as const;
/** TypeProto.Tensor. */
export const tensorTypeField = { element: 1, shape: 2 } as const;
/** TensorShapeProto. */
export const shapeField = { dim: 1 } as const;
/** TensorShapeProto.Dimension. */
export const dimField = { value: 1, param: 2 } as const;
