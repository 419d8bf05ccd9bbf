import { hash } from 'node:crypto';

const leafPrefix = Buffer.from([0]);
const nodePrefix = Buffer.from([1]);

/** Hash of one entry of a log, 32 bytes: SHA-256(0x00 ‖ entry) (RFC 9162 §2.1.1). */
export function leafHash(entry: string | Uint8Array): Buffer {
  return sha256(leafPrefix, typeof entry === 'string' ? Buffer.from(entry) : entry);
}

/** Hash of a node from those of its children, 32 bytes: SHA-256(0x01 ‖ left ‖ right) (RFC 9162 §2.1.1). */
export function nodeHash(left: Uint8Array, right: Uint8Array): Buffer {
  return sha256(nodePrefix, left, right);
}

/** Root of a tree without entries: the hash of nothing (RFC 9162 §2.1.1). */
export const emptyRoot: Buffer = sha256();

function sha256(...parts: readonly Uint8Array[]): Buffer {
  return hash('sha256', Buffer.concat(parts), 'buffer');
}
