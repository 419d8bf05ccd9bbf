/**
 * A copy of `buffer[start, end)` in memory of its own. For small things kept as long as a camera: one out of Node's pool
 * would hold 8 KB of it.
 */
export function ownCopy(buffer: Buffer, start = 0, end = buffer.length): Buffer {
  const copy = Buffer.allocUnsafeSlow(end - start);
  buffer.copy(copy, 0, start, end);
  return copy;
}
