import { createPublicKey } from 'node:crypto';
import { z } from 'zod';
import type { NodeId, UtcMs } from '../domain/ids.ts';
import { messageOf } from '../lib/errors.ts';
import { KeyRing, keyIdOf, type SigningKey } from '../lib/keys.ts';
import { describeIssues } from './alert-check.ts';

/** Whose key it is: a node's seals alerts, a gateway's signs batches. */
export type KeyHolder = { readonly kind: 'node'; readonly node: NodeId } | { readonly kind: 'gateway' };

const keyId = z.string().regex(/^[0-9a-f]{16}$/);
const utcMs = z.number().int().nonnegative();
const signature = z.strictObject({ keyId, value: z.string().max(128) });

const rotationSchema = z.strictObject({
  format: z.literal('maplebridge-key-rotation/1'),
  holder: z.discriminatedUnion('kind', [
    z.strictObject({
      kind: z.literal('node'),
      node: z
        .string()
        .min(1)
        .max(64)
        .transform((node) => node as NodeId),
    }),
    z.strictObject({ kind: z.literal('gateway') }),
  ]),
  oldKeyId: keyId,
  /** SPKI, PEM. */
  newPublicKey: z.string().max(1_000),
  from: utcMs,
  /** Until then both keys are good. */
  overlapUntil: utcMs,
});

const signedRotationSchema = z.strictObject({
  statement: rotationSchema,
  /** Of the old key: it may name its successor. Of the new one: whoever made the statement has it. */
  signatures: z.strictObject({ old: signature, new: signature }),
});

/** That a key took over from another, told by both. */
export type KeyRotation = z.output<typeof rotationSchema>;

/** A statement as it lies in a file. */
export type SignedRotation = z.output<typeof signedRotationSchema>;

/** A statement that verifies with the keys it names; whether the old key is trusted is the reader's to say. */
export type RotationCheck =
  | { readonly ok: true; readonly rotation: KeyRotation; readonly newKeyId: string; readonly signed: SignedRotation }
  | { readonly ok: false; readonly reason: string };

/** Writes and signs a statement. */
export function signRotation(
  keys: { readonly old: SigningKey; readonly next: SigningKey },
  terms: { readonly holder: KeyHolder; readonly from: UtcMs; readonly overlapUntil: UtcMs },
): SignedRotation {
  const statement: KeyRotation = {
    format: 'maplebridge-key-rotation/1',
    holder: terms.holder,
    oldKeyId: keys.old.keyId,
    newPublicKey: keys.next.publicPem(),
    from: terms.from,
    overlapUntil: terms.overlapUntil,
  };
  return { statement, signatures: { old: keys.old.sign(statement), new: keys.next.sign(statement) } };
}

/** Reads a statement's text: its shape, its times, and that the new key signed it. */
export function readRotation(text: string): RotationCheck {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return { ok: false, reason: 'not JSON' };
  }
  const parsed = signedRotationSchema.safeParse(value);
  if (!parsed.success) return { ok: false, reason: describeIssues(parsed.error) };
  const { statement, signatures } = parsed.data;
  if (statement.overlapUntil < statement.from) return { ok: false, reason: 'the overlap ends before it begins' };
  try {
    const key = createPublicKey(statement.newPublicKey);
    if (key.asymmetricKeyType !== 'ed25519') return { ok: false, reason: 'the new key is not an Ed25519 key' };
    const newKeyId = keyIdOf(key);
    if (signatures.new.keyId !== newKeyId || signatures.old.keyId !== statement.oldKeyId) {
      return { ok: false, reason: 'signed by other keys than it names' };
    }
    const made = new KeyRing([statement.newPublicKey]).verify(statement, signatures.new);
    if (made !== 'valid') return { ok: false, reason: `the new key's signature is ${made}` };
    return { ok: true, rotation: statement, newKeyId, signed: parsed.data };
  } catch (error) {
    return { ok: false, reason: `the new key: ${messageOf(error)}` };
  }
}
