import { z } from 'zod';
import type { Sha256 } from '../domain/ids.ts';
import type { KeyRing } from '../lib/keys.ts';
import { leafHash } from '../lib/merkle/tree-hash.ts';
import { verifyConsistency, verifyInclusion } from '../lib/merkle/verify-proof.ts';
import { type Checkpoint, checkCheckpoint, checkpointSchema } from './audit-checkpoint.ts';

const hex = z
  .string()
  .regex(/^[0-9a-f]{64}$/)
  .transform((value) => value as Sha256);
const count = z.number().int().nonnegative();
/** A tree has at most 2^53 leaves. */
const path = z.array(hex).max(64);

/** Some records of a desk's log with all that shows that they are in it: small enough to hand on. */
export const auditProofSchema = z.strictObject({
  format: z.literal('maplebridge-audit-proof/1'),
  checkpoint: checkpointSchema,
  records: z
    .array(
      z.strictObject({
        /** Number of the record, from 1; the tree's leaf n − 1. */
        n: count.min(1),
        /** RFC 8785 canonical JSON, exactly what the leaf hashes. */
        body: z.string(),
        /** RFC 9162 §2.1.3.1. */
        path,
      }),
    )
    .min(1)
    .max(10_000),
  /** That the log of the checkpoint begins with an older one of that size (RFC 9162 §2.1.4.1). */
  consistency: z.strictObject({ size: count, path: z.array(hex).max(128) }).optional(),
});

/** Some records of a desk's log with all that shows that they are in it. */
export type AuditProof = z.output<typeof auditProofSchema>;

/** What is wrong with a proof, in words; nothing where it holds. `older`: a checkpoint its log must begin with. */
export function proofProblems(proof: AuditProof, deskKeys: KeyRing, older?: Checkpoint): string[] {
  const { checkpoint, records, consistency } = proof;
  const problems: string[] = [];
  const name = (each: Checkpoint) => `checkpoint ${each.number}`;
  for (const each of older === undefined ? [checkpoint] : [checkpoint, older]) {
    const verdict = checkCheckpoint(each, deskKeys);
    if (verdict !== 'valid') problems.push(`${name(each)}: its signature is ${verdict} (key ${each.signature.keyId})`);
  }
  const root = Buffer.from(checkpoint.root, 'hex');
  for (const record of records) {
    const leaf = leafHash(record.body);
    const inTree = { index: record.n - 1, size: checkpoint.size, leaf, path: bytesOf(record.path), root };
    if (!verifyInclusion(inTree))
      problems.push(`record ${record.n}: is not in the log that ${name(checkpoint)} signed`);
    if (numberIn(record.body) !== record.n) problems.push(`record ${record.n}: its body names another number`);
  }
  if (older === undefined) return problems;
  if (older.origin !== checkpoint.origin) problems.push(`${name(older)}: is of another desk, ${older.origin}`);
  const grown = {
    first: older.size,
    second: checkpoint.size,
    firstRoot: Buffer.from(older.root, 'hex'),
    secondRoot: root,
    path: bytesOf(consistency?.path ?? []),
  };
  if (older.size > checkpoint.size) {
    problems.push(`the log has ${checkpoint.size} records; ${name(older)} signed ${older.size}: it was rolled back`);
  } else if (consistency !== undefined && consistency.size !== older.size) {
    problems.push(`the proof goes on from ${consistency.size} records, ${name(older)} signed ${older.size}`);
  } else if (!verifyConsistency(grown)) {
    problems.push(`the log does not begin with what ${name(older)} signed, or the proof does not show it`);
  }
  return problems;
}

function bytesOf(hashes: readonly string[]): Buffer[] {
  return hashes.map((hash) => Buffer.from(hash, 'hex'));
}

function numberIn(body: string): unknown {
  try {
    return (JSON.parse(body) as { n?: unknown } | null)?.n;
  } catch {
    return undefined;
  }
}
