import { z } from 'zod';
import type { Sha256 } from '../domain/ids.ts';

const utcMs = z.number().int().nonnegative();

/** Gateway → node: everything up to `n` is on the gateway's disk, and so are these files. Frees the outbox. */
export const ackSchema = z.strictObject({
  /** Highest contiguous sequence number stored; 0 when none is. */
  n: z.number().int().nonnegative(),
  /**
   * Hash of alert `n`. A node whose own alert `n` has another hash was set up anew: the word is for its former life.
   * Absent where the gateway had to pass that alert over.
   */
  hash: z
    .string()
    .regex(/^[0-9a-f]{64}$/)
    .transform((value) => value as Sha256)
    .optional(),
  /** Evidence stored since the last acknowledgement (at least once). */
  evidence: z
    .array(
      z
        .string()
        .regex(/^[0-9a-f]{64}$/)
        .transform((value) => value as Sha256),
    )
    .max(256),
});

/** A cumulative acknowledgement. */
export type Ack = z.infer<typeof ackSchema>;

/** Node → all, retained; the will says `offline`. */
export const healthSchema = z.strictObject({
  state: z.enum(['online', 'degraded', 'offline']),
  at: utcMs,
  softwareVersion: z.string(),
  cameras: z.record(
    z.string(),
    z.strictObject({ state: z.string(), reason: z.string().optional(), since: utcMs.optional() }),
  ),
  /** Scene → `available`, or why not. */
  scenes: z.record(z.string(), z.string()),
  problems: z.array(z.string()),
  outbox: z
    .strictObject({
      alerts: z.number().int(),
      evidence: z.number().int(),
      bytes: z.number().int(),
      inMemory: z.number().int(),
    })
    .optional(),
});

/** A node's own account of how it is. */
export type Health = z.infer<typeof healthSchema>;

/** An interval in which a camera was not watched (blindness account). */
export const coverageSchema = z.strictObject({
  camera: z.string(),
  from: utcMs,
  /** Absent while it lasts. */
  to: utcMs.optional(),
  reason: z.string(),
});

/** One entry of the blindness account. */
export type Coverage = z.infer<typeof coverageSchema>;

/** Payload of the coverage topic: the newest entries of a node's blindness account. */
export const coverageListSchema = z.array(coverageSchema).max(256);
