import { randomBytes } from 'node:crypto';
import { sha256 } from './hash.ts';

/** A `traceparent` taken apart (Trace Context level 1 §3.2.2). */
export interface TraceParent {
  /** 32 hex digits, not all zero. */
  readonly traceId: string;
  /** 16 hex digits, not all zero. */
  readonly spanId: string;
  readonly sampled: boolean;
}

const form = /^(?!ff)([0-9a-f]{2})-(?!0{32})([0-9a-f]{32})-(?!0{16})([0-9a-f]{16})-([0-9a-f]{2})(-.*)?$/;

/** A new W3C `traceparent` (Trace Context level 1 §3.2), sampled. */
export function newTraceparent(): string {
  return `00-${randomBytes(16).toString('hex')}-${randomBytes(8).toString('hex')}-01`;
}

/** Undefined where it is none: version `ff`, ids of zeros, or a version 0 with more behind it (§3.2.2.1 to §3.2.2.4). */
export function parseTraceparent(text: string): TraceParent | undefined {
  const [, version, traceId, spanId, flags = '0', more] = form.exec(text) ?? [];
  if (traceId === undefined || spanId === undefined || (version === '00' && more !== undefined)) return undefined;
  return { traceId, spanId, sampled: (Number.parseInt(flags, 16) & 1) === 1 };
}

/**
 * Id of the span that a hop opens in a trace. Derived from what the hop is about, so that another process names it as its
 * parent without being told, and a hop that is done twice is one span.
 */
export function spanIdOf({ traceId, spanId }: TraceParent, hop: string): string {
  return sha256(`${traceId}-${spanId}-${hop}`).slice(0, 16);
}
