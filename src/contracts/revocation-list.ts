import { z } from 'zod';
import type { UtcMs } from '../domain/ids.ts';
import type { KeyRing, SigningKey } from '../lib/keys.ts';
import { describeIssues } from './alert-check.ts';

const utcMs = z.number().int().nonnegative();
const keyId = z.string().regex(/^[0-9a-f]{16}$/);

const revocationListSchema = z.strictObject({
  format: z.literal('maplebridge-revocations/1'),
  /** Grows with every change, so that an older list is not taken for the newest. */
  serial: z.number().int().positive(),
  issuedAt: utcMs,
  revoked: z
    .array(
      z.strictObject({
        keyId,
        /** Whatever was taken in from then on is refused, UTC ms. */
        at: utcMs,
        reason: z.string().min(1).max(500),
      }),
    )
    .max(10_000),
});

const revocationFileSchema = z.strictObject({
  list: revocationListSchema,
  signature: z.strictObject({ keyId, value: z.string().max(128) }).optional(),
});

/** Keys that must no longer be believed. */
export type RevocationList = z.output<typeof revocationListSchema>;

/** One of them. */
export type Revocation = RevocationList['revoked'][number];

/** A list that may be believed, or why it may not. */
export type RevocationCheck =
  | { readonly ok: true; readonly list: RevocationList }
  | { readonly ok: false; readonly reason: string };

/** A list without entries, to begin with. */
export const noRevocations: RevocationList = {
  format: 'maplebridge-revocations/1',
  serial: 1,
  issuedAt: 0,
  revoked: [],
};

/** Adds a key, or moves its revocation back in time; the list never shrinks, and a revocation never becomes later. */
export function withRevocation(list: RevocationList, entry: Revocation, issuedAt: UtcMs): RevocationList {
  const known = list.revoked.find((each) => each.keyId === entry.keyId);
  const at = Math.min(entry.at, known?.at ?? entry.at);
  const others = list.revoked.filter((each) => each.keyId !== entry.keyId);
  return { ...list, serial: list.serial + 1, issuedAt, revoked: [...others, { ...entry, at }] };
}

/** The text of a list's file; signed where an administrator's key is given. */
export function revocationText(list: RevocationList, key: SigningKey | undefined): string {
  return `${JSON.stringify({ list, ...(key === undefined ? {} : { signature: key.sign(list) }) }, null, 2)}\n`;
}

/** Reads a list's text. `administrators`: keys one of which must have signed it; undefined where the file's mode guards it. */
export function readRevocations(text: string, administrators: KeyRing | undefined): RevocationCheck {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return { ok: false, reason: 'not JSON' };
  }
  const parsed = revocationFileSchema.safeParse(value);
  if (!parsed.success) return { ok: false, reason: describeIssues(parsed.error) };
  const { list, signature } = parsed.data;
  if (administrators === undefined) return { ok: true, list };
  if (signature === undefined) return { ok: false, reason: 'not signed by an administrator' };
  const verdict = administrators.verify(list, signature);
  return verdict === 'valid' ? { ok: true, list } : { ok: false, reason: `its signature is ${verdict}` };
}

/** Why a newer list may not take the place of one that is at work; undefined: it may. */
export function whyNotAfter(before: RevocationList, next: RevocationList): string | undefined {
  if (next.serial < before.serial) return `serial ${next.serial} is older than ${before.serial}, which is at work`;
  const dropped = before.revoked.filter(
    ({ keyId: id, at }) => !next.revoked.some((each) => each.keyId === id && each.at <= at),
  );
  const [first] = dropped;
  return first === undefined ? undefined : `it takes back the revocation of key ${first.keyId}`;
}
