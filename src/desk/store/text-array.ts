/** Type of the elements (pg_type.oid of `text`). */
const textOid = 25;
const headBytes = 20;

/**
 * A `text[]` parameter in Postgres's binary form (array_recv: dimensions, null flag, element type, length, lower bound,
 * then each element with its length). As text, an array of JSON would have every quote escaped here and unescaped there:
 * for an alert of 2 kB 17 µs and 30 µs of CPU instead of 6 µs and 20 µs.
 */
export function textArray(values: readonly string[]): Buffer {
  const sizes = values.map((value) => Buffer.byteLength(value));
  const bytes = Buffer.allocUnsafe(headBytes + sizes.reduce((sum, size) => sum + 4 + size, 0));
  const head = values.length === 0 ? [0, 0, textOid] : [1, 0, textOid, values.length, 1];
  let at = 0;
  for (const word of head) at = bytes.writeInt32BE(word, at);
  for (const [index, value] of values.entries()) {
    at = bytes.writeInt32BE(sizes[index] ?? 0, at);
    at += bytes.write(value, at);
  }
  return bytes.subarray(0, at);
}
