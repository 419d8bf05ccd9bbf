import { z } from 'zod';
import type { Signature } from '../domain/alert.ts';
import type { KeyRing, SigningKey } from '../lib/keys.ts';

/** An Ed25519 signature over the canonical form (RFC 8785) of what it stands beside. */
export const signatureSchema = z.strictObject({ keyId: z.string().max(64), value: z.string().max(128) });

/** Something signed, as it travels and lies in files. */
export interface SignedDocument<T = unknown> {
  readonly document: T;
  readonly signature: Signature;
}

/** Largest signed document that is read: a report that names 10,000 nodes. */
export const maxDocumentBytes = 4_194_304;

/** Signs a document. */
export function signDocument<T>(document: T, key: SigningKey): SignedDocument<T> {
  return { document, signature: key.sign(document) };
}

/** A document whose signature and shape were checked, or what is wrong with it. */
export type OpenedDocument<T> =
  | { readonly ok: true; readonly document: T; readonly signature: Signature }
  | { readonly ok: false; readonly reason: string };

/** Reads a signed document from text and checks who signed it, then its shape. `at`: now, UTC ms. Never throws. */
export function openDocument<S extends z.ZodType>(
  text: string,
  schema: S,
  keys: KeyRing,
  at?: number,
): OpenedDocument<z.output<S>> {
  if (text.length > maxDocumentBytes) return { ok: false, reason: `larger than ${maxDocumentBytes} bytes` };
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return { ok: false, reason: 'not JSON' };
  }
  const envelope = z.strictObject({ document: z.unknown(), signature: signatureSchema }).safeParse(value);
  if (!envelope.success) return { ok: false, reason: 'not a signed document' };
  const { document, signature } = envelope.data;
  const sealed = keys.verify(document, signature, at);
  if (sealed !== 'valid') return { ok: false, reason: `${sealed}: signed by ${signature.keyId}` };
  const parsed = schema.safeParse(document);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    return { ok: false, reason: `${issue?.path.join('.') ?? ''}: ${issue?.message ?? 'not of this kind'}` };
  }
  return { ok: true, document: parsed.data, signature };
}
