import { randomBytes } from 'node:crypto';

/** A new W3C `traceparent` (Trace Context level 1 §3.2), sampled. */
export function newTraceparent(): string {
  return `00-${randomBytes(16).toString('hex')}-${randomBytes(8).toString('hex')}-01`;
}
