import { createHash } from 'node:crypto';
import canonicalize from 'canonicalize';
import type { Sha256 } from '../domain/ids.ts';

/** SHA-256 of bytes or UTF-8 text, lower-case hex. */
export function sha256(...parts: readonly (string | Uint8Array)[]): Sha256 {
  const hash = createHash('sha256');
  for (const part of parts) hash.update(part);
  return hash.digest('hex') as Sha256;
}

/** RFC 8785 canonical JSON; undefined members are left out as JSON does. Throws on a cycle or a non-finite number. */
export function canonicalJson(value: unknown): string {
  const text = canonicalize(value);
  if (text === undefined) throw new TypeError('value has no JSON form');
  return text;
}

/** 64 zeros: the hash before the first link of a chain. */
export const zeroHash = '0'.repeat(64) as Sha256;
