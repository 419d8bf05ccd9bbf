import { randomBytes } from 'node:crypto';

const pattern = /^00-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})$/;

/** A new W3C `traceparent` (Trace Context level 1 §3.2), sampled. */
export function newTraceparent(): string {
  return `00-${randomBytes(16).toString('hex')}-${randomBytes(8).toString('hex')}-01`;
}

/** The 32-hex trace id of a `traceparent`, or undefined when it is not one. */
export function traceIdOf(traceparent: string): string | undefined {
  return pattern.exec(traceparent)?.[1];
}
