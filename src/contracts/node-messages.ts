import { z } from 'zod';
import type { Sha256 } from '../domain/ids.ts';
import { clockMarkSchema } from '../lib/clock-state.ts';

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
  /** Whether the node's clock follows a reference. */
  clock: clockMarkSchema.optional(),
  cameras: z.record(
    z.string(),
    z.strictObject({
      state: z.string(),
      reason: z.string().optional(),
      since: utcMs.optional(),
      /** What is wrong with the camera (`CameraFault` of domain/picture-condition.ts), and since when. */
      fault: z.strictObject({ fault: z.string(), since: utcMs }).optional(),
    }),
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

/** An interval in which a camera was not watched (blindness account); from inclusive, to exclusive. */
export const coverageRecordSchema = z.strictObject({
  /** Number in the node's account; rises, and may leave numbers out. */
  n: z.number().int().positive(),
  camera: z.string().min(1).max(128),
  from: utcMs,
  to: utcMs,
  /** A `CoverageReason` of domain/camera.ts. */
  reason: z.string().min(1).max(64),
});

/** One entry of the blindness account. */
export type CoverageRecord = z.infer<typeof coverageRecordSchema>;

const accountId = z.string().regex(/^[0-9a-f]{16}$/);

/** Node → gateway: the next records of the blindness account, in order, resent until acknowledged. */
export const coverageBatchSchema = z.strictObject({
  /** Names the account's life: a node whose disk was replaced begins another. */
  account: accountId,
  /** Number of the record before the first of these, 0 before the very first: what is missing shows. */
  after: z.number().int().nonnegative(),
  /** The node's clock when it sent them; absent from nodes of earlier versions. */
  clock: clockMarkSchema.optional(),
  records: z.array(coverageRecordSchema).min(1).max(256),
});

/** Records on their way. */
export type CoverageBatch = z.infer<typeof coverageBatchSchema>;

/** Gateway → node, on the acknowledgement topic: the account up to record `n` is on the gateway's disk. */
export const coverageAckSchema = z.strictObject({
  coverage: z.strictObject({ account: accountId, n: z.number().int().nonnegative() }),
});

/** An acknowledgement of the blindness account. */
export type CoverageAck = z.infer<typeof coverageAckSchema>;

/**
 * Gateway → node, on the acknowledgement topic: how many bytes of a file that comes in parts are there, from its beginning.
 * The next part begins there. The file itself is acknowledged like any other once it is whole and matches its name.
 */
export const partAckSchema = z.strictObject({
  part: z.strictObject({
    sha256: z
      .string()
      .regex(/^[0-9a-f]{64}$/)
      .transform((value) => value as Sha256),
    upTo: z.number().int().nonnegative(),
  }),
});

/** How far a file is that comes in parts. */
export type PartAck = z.infer<typeof partAckSchema>;

/** Evidence of no more bytes than this goes in one message. */
export const maxMessageBytes = 1_048_576;

/** Bytes of a part of a larger file, but for its last. */
export const partBytes = 524_288;
