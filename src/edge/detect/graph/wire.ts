import { BinaryReader, BinaryWriter, WireType } from '@bufbuild/protobuf/wire';
import { GraphError } from './graph-error.ts';

/** More fields than any message of a real model has; a file of nothing but tags must not fill memory. */
const maxFields = 1_000_000;
/** More integers than any shape or attribute has. */
const maxValues = 65_536;

/** One field of a protobuf message as it stands in the file. */
export interface WireField {
  readonly no: number;
  readonly type: WireType;
  /** The value without tag and length. */
  readonly content: Uint8Array;
  /** The whole field with its tag: what is written back when nobody changed it. */
  readonly raw: Uint8Array;
}

/**
 * Splits a message into its fields, in order, without knowing its schema: what is not understood is kept byte for byte.
 * Source: Protocol Buffers encoding, "Message Structure".
 * @throws GraphError where the bytes are no protobuf message.
 */
export function readFields(bytes: Uint8Array, what: string): WireField[] {
  const reader = new BinaryReader(bytes);
  const fields: WireField[] = [];
  try {
    while (reader.pos < reader.len) {
      if (fields.length === maxFields) throw new Error(`more than ${maxFields} fields`);
      const start = reader.pos;
      const [no, type] = reader.tag();
      const from = reader.pos;
      const content = readContent(reader, type);
      fields.push({
        no,
        type,
        content: content ?? bytes.subarray(from, reader.pos),
        raw: bytes.subarray(start, reader.pos),
      });
    }
  } catch (error) {
    const detail = error instanceof Error ? error.message : String(error);
    throw new GraphError(`not an ONNX file: ${what} breaks off at byte ${reader.pos} of ${reader.len}: ${detail}`);
  }
  return fields;
}

/** The value of a length-delimited field; any other is skipped, and is what lies between its ends. */
function readContent(reader: BinaryReader, type: WireType): Uint8Array | undefined {
  if (type === WireType.LengthDelimited) return reader.bytes();
  // Groups are no part of ONNX, and they nest.
  if (type === WireType.StartGroup || type === WireType.EndGroup) throw new Error(`wire type ${type}`);
  reader.skip(type);
  return undefined;
}

/** The message of these fields. */
export function writeFields(fields: readonly WireField[]): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(fields.reduce((sum, field) => sum + field.raw.length, 0));
  let at = 0;
  for (const { raw } of fields) {
    bytes.set(raw, at);
    at += raw.length;
  }
  return bytes;
}

/** A length-delimited field. */
export function bytesField(no: number, content: Uint8Array): WireField {
  const head = new BinaryWriter().tag(no, WireType.LengthDelimited).uint32(content.length).finish();
  const raw = new Uint8Array(head.length + content.length);
  raw.set(head);
  raw.set(content, head.length);
  return { no, type: WireType.LengthDelimited, content, raw };
}

/** A field that holds a message. */
export function messageField(no: number, fields: readonly WireField[]): WireField {
  return bytesField(no, writeFields(fields));
}

/** A text field. */
export function textField(no: number, text: string): WireField {
  return bytesField(no, Buffer.from(text));
}

/** A varint field (int32, int64, enum). */
export function intField(no: number, value: number | bigint): WireField {
  const content = new BinaryWriter().int64(value.toString()).finish();
  return {
    no,
    type: WireType.Varint,
    content,
    raw: new BinaryWriter().tag(no, WireType.Varint).int64(value.toString()).finish(),
  };
}

/** A float field. */
export function floatField(no: number, value: number): WireField {
  const content = new BinaryWriter().float(value).finish();
  return { no, type: WireType.Bit32, content, raw: new BinaryWriter().tag(no, WireType.Bit32).float(value).finish() };
}

/** Text of the last field of this number (a later one overrides: "Last One Wins"), empty when there is none. */
export function textOf(fields: readonly WireField[], no: number): string {
  const field = fields.findLast((each) => each.no === no);
  return field === undefined ? '' : Buffer.from(field.content).toString();
}

/** Texts of a repeated field. */
export function textsOf(fields: readonly WireField[], no: number): string[] {
  return fields.filter((each) => each.no === no).map((each) => Buffer.from(each.content).toString());
}

/**
 * Integers of a field, repeated or not, packed or not. Those beyond ±2^53 lose their last digits, which matters to
 * nobody: they stand for "to the end".
 * @throws GraphError
 */
export function intsOf(fields: readonly WireField[], no: number): number[] {
  const values: number[] = [];
  for (const field of fields) {
    if (field.no !== no) continue;
    if (field.type !== WireType.Varint && field.type !== WireType.LengthDelimited) {
      throw new GraphError(`not an ONNX file: field ${no} should hold integers`);
    }
    const reader = new BinaryReader(field.content);
    try {
      while (reader.pos < reader.len && values.length <= maxValues) values.push(Number(reader.int64()));
    } catch {
      throw new GraphError(`not an ONNX file: field ${no} holds no integer`);
    }
    if (values.length > maxValues) throw new GraphError(`field ${no} holds more than ${maxValues} integers`);
  }
  return values;
}

/** Floats of a field, repeated or not, packed or not. @throws GraphError */
export function floatsOf(fields: readonly WireField[], no: number): number[] {
  const values: number[] = [];
  for (const { no: each, content } of fields) {
    if (each !== no) continue;
    if (content.length % 4 !== 0 || content.length > 4 * maxValues)
      throw new GraphError(`not an ONNX file: field ${no} should hold floats`);
    const view = new DataView(content.buffer, content.byteOffset, content.byteLength);
    for (let at = 0; at < content.length; at += 4) values.push(view.getFloat32(at, true));
  }
  return values;
}
