import { z } from 'zod';
import type { Sha256, UtcMs } from '../domain/ids.ts';
import { canonicalJson, sha256, zeroHash } from '../lib/hash.ts';
import type { KeyRing, KeyVerdict, SigningKey } from '../lib/keys.ts';

const sha256Hex = z
  .string()
  .regex(/^[0-9a-f]{64}$/)
  .transform((value) => value as Sha256);
const count = z.number().int().nonnegative();

/** What a desk signs of its audit log: how long it is, and a hash of all of it. */
export const checkpointSchema = z.strictObject({
  format: z.literal('maplebridge-checkpoint/1'),
  /** Which desk: `audit.deskId`. */
  origin: z.string().min(1).max(128),
  /** 1, 2, 3, … of this desk. */
  number: z.number().int().positive(),
  /** Hash of the checkpoint before, as canonical JSON with its signature; 64 zeros for the first. */
  previous: sha256Hex,
  /** Records covered: 1 up to this one. */
  size: count,
  /** Root of the Merkle tree over the records' bodies (RFC 9162 §2.1.1). */
  root: sha256Hex,
  /** Hash of the newest record in the chain; 64 zeros without records. */
  head: sha256Hex,
  at: count.transform((value): UtcMs => value),
  /** Clock-sync state of the desk when it signed. */
  clock: z.looseObject({ state: z.string().max(32) }),
  /** Why it was signed: `interval` while it grows, `stop` at the end of a service, `request` for an export or a proof. */
  purpose: z.enum(['interval', 'stop', 'request']),
  /** Ed25519 over RFC 8785 canonical JSON of all the rest. */
  signature: z.strictObject({ keyId: z.string().regex(/^[0-9a-f]{16}$/), value: z.string().max(128) }),
});

/** A signed checkpoint. */
export type Checkpoint = z.output<typeof checkpointSchema>;

/** A checkpoint to be signed. */
export type CheckpointDraft = Omit<Checkpoint, 'format' | 'number' | 'previous' | 'signature'>;

/** Signs the checkpoint that follows another. */
export function signCheckpoint(draft: CheckpointDraft, before: Checkpoint | undefined, key: SigningKey): Checkpoint {
  const { number, previous } = afterCheckpoint(before);
  const signed = { format: 'maplebridge-checkpoint/1', number, previous, ...draft } as const;
  return { ...signed, signature: key.sign(signed) };
}

/** Number and link of the checkpoint that follows another. */
export function afterCheckpoint(before: Checkpoint | undefined): { number: number; previous: Sha256 } {
  if (before === undefined) return { number: 1, previous: zeroHash };
  return { number: before.number + 1, previous: sha256(canonicalJson(before)) };
}

/** Whether a trusted key signed it. */
export function checkCheckpoint(checkpoint: Checkpoint, keys: KeyRing): KeyVerdict {
  const { signature, ...signed } = checkpoint;
  return keys.verify(signed, signature);
}

/** A checkpoint out of its JSON; undefined where the text is none. */
export function parseCheckpoint(text: string): Checkpoint | undefined {
  try {
    const result = checkpointSchema.safeParse(JSON.parse(text));
    return result.success ? result.data : undefined;
  } catch {
    return undefined;
  }
}
