import {
  createHash,
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  type KeyObject,
  sign,
  verify,
} from 'node:crypto';
import { closeSync, existsSync, fsyncSync, mkdirSync, openSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import type { Signature } from '../domain/alert.ts';
import { AppError, messageOf } from './errors.ts';
import { canonicalJson } from './hash.ts';

/** Id of a public key: the first 16 hex digits of the SHA-256 of its SPKI DER form. */
export function keyIdOf(publicKey: KeyObject): string {
  return createHash('sha256')
    .update(publicKey.export({ type: 'spki', format: 'der' }))
    .digest('hex')
    .slice(0, 16);
}

/** Id of a public key given as PEM. Throws on what is none. */
export function keyIdOfPem(pem: string): string {
  return keyIdOf(createPublicKey(pem));
}

/** An Ed25519 private key that signs canonical JSON (RFC 8785, RFC 8032). */
export class SigningKey {
  readonly keyId: string;
  readonly publicKey: KeyObject;
  readonly #privateKey: KeyObject;

  constructor(privateKey: KeyObject) {
    if (privateKey.asymmetricKeyType !== 'ed25519') {
      throw new AppError('MB_KEY_UNREADABLE', `an Ed25519 key is needed, this one is ${privateKey.asymmetricKeyType}`);
    }
    this.#privateKey = privateKey;
    this.publicKey = createPublicKey(privateKey);
    this.keyId = keyIdOf(this.publicKey);
  }

  sign(value: unknown): Signature {
    const bytes = Buffer.from(canonicalJson(value));
    return { keyId: this.keyId, value: sign(null, bytes, this.#privateKey).toString('base64url') };
  }

  publicPem(): string {
    return this.publicKey.export({ type: 'spki', format: 'pem' }).toString();
  }
}

/** Between which times a key is good, UTC ms, and which keys of its holder came before it. */
export interface KeyTerm {
  /** Before this it is not known yet. */
  readonly notBefore?: number | undefined;
  /** After this it no longer counts. */
  readonly notAfter?: number | undefined;
  /** From this on, whatever it signed is refused. */
  readonly revokedAt?: number | undefined;
  /** Ids of the keys it took over from; it may speak under their name. */
  readonly succeeds?: readonly string[] | undefined;
}

/** What a receiver finds when it checks a signature. The last two are verdicts on a signature that is good. */
export type KeyVerdict = 'valid' | 'unknown-key' | 'bad-signature' | 'revoked-key' | 'expired-key';

/** The public keys a receiver trusts, each with its term. */
export class KeyRing {
  #keys = new Map<string, { readonly key: KeyObject; readonly term: KeyTerm }>();

  constructor(pems: readonly string[] = []) {
    for (const pem of pems) this.add(pem);
  }

  add(pem: string, term: KeyTerm = {}): void {
    const key = createPublicKey(pem);
    this.#keys.set(keyIdOf(key), { key, term });
  }

  /** Trusts these and no others from now on; throws, and changes nothing, on what is not a public key. */
  replaceAll(entries: readonly { readonly pem: string; readonly term: KeyTerm }[]): void {
    const next = new KeyRing();
    for (const { pem, term } of entries) next.add(pem, term);
    this.#keys = next.#keys;
  }

  has(keyId: string): boolean {
    return this.#keys.has(keyId);
  }

  /** Whether a key of this id is trusted, or one that took over from it. */
  knows(keyId: string): boolean {
    return this.has(keyId) || [...this.#keys.keys()].some((each) => this.speaksFor(each, keyId));
  }

  /** Whether a key is another one or took over from it. */
  speaksFor(keyId: string, name: string): boolean {
    return keyId === name || (this.#keys.get(keyId)?.term.succeeds ?? []).includes(name);
  }

  /**
   * Whether a trusted key made this signature over the value's canonical form. `at` (UTC ms, of the receiver's own
   * clock: a signer may write any time into what it signs) judges the key's term as well; without it only the signature.
   */
  verify(value: unknown, signature: Signature, at?: number): KeyVerdict {
    return this.verifyText(canonicalJson(value), signature, at);
  }

  /** As `verify`, where the canonical form is there already. */
  verifyText(canonical: string, signature: Signature, at?: number): KeyVerdict {
    const known = this.#keys.get(signature.keyId);
    if (known === undefined) return 'unknown-key';
    // 64 bytes in the one spelling that decodes to them alone: else a signature could be changed and still count.
    if (!/^[\w-]{85}[AQgw]$/.test(signature.value)) return 'bad-signature';
    if (!verify(null, Buffer.from(canonical), known.key, Buffer.from(signature.value, 'base64url')))
      return 'bad-signature';
    return at === undefined ? 'valid' : termVerdict(known.term, at);
  }
}

function termVerdict({ notBefore, notAfter, revokedAt }: KeyTerm, at: number): KeyVerdict {
  if (revokedAt !== undefined && at >= revokedAt) return 'revoked-key';
  // Whatever comes too early is good later: it is waited for, as for a key that is still to be configured.
  if (notBefore !== undefined && at < notBefore) return 'unknown-key';
  return notAfter !== undefined && at > notAfter ? 'expired-key' : 'valid';
}

/**
 * Reads a private key from a PEM file.
 * @throws AppError MB_KEY_UNREADABLE naming the file and the command that helps: missing, not a key, or open to others.
 */
export function loadSigningKey(path: string): SigningKey {
  try {
    requirePrivate(path);
    return new SigningKey(createPrivateKey(readFileSync(path)));
  } catch (error) {
    const missing = (error as { code?: unknown }).code === 'ENOENT';
    const hint = missing ? `; make one with \`maplebridge keys generate --out ${path}\`` : '';
    throw new AppError('MB_KEY_UNREADABLE', `${path}: ${messageOf(error)}${hint}`, { cause: error });
  }
}

/** Windows has no such modes: there the folder's access list guards the file. */
function requirePrivate(path: string): void {
  const mode = statSync(path).mode & 0o777;
  if (process.platform === 'win32' || (mode & 0o077) === 0) return;
  throw new Error(
    `mode ${mode.toString(8).padStart(4, '0')} lets others at a private key: \`chmod 600 ${path}\`, and replace the key if anybody may have read it`,
  );
}

/**
 * Reads an Ed25519 public key from a file, as PEM text without whatever stands around it: equal keys are equal texts.
 * @throws AppError MB_KEY_UNREADABLE naming the file.
 */
export function loadPublicKey(path: string): string {
  try {
    const key = createPublicKey(readFileSync(path, 'utf8'));
    if (key.asymmetricKeyType !== 'ed25519')
      throw new Error(`an Ed25519 key is needed, this is ${key.asymmetricKeyType}`);
    return key.export({ type: 'spki', format: 'pem' }).toString();
  } catch (error) {
    throw new AppError('MB_KEY_UNREADABLE', `${path}: ${messageOf(error)}`, { cause: error });
  }
}

/** Makes a key pair: `<path>` (PKCS#8, mode 0600) and `<path>.pub` (SPKI). Throws MB_KEY_UNREADABLE rather than overwrite. */
export function generateSigningKey(path: string): SigningKey {
  const { privateKey } = generateKeyPairSync('ed25519');
  const key = new SigningKey(privateKey);
  if (existsSync(path)) {
    throw new AppError('MB_KEY_UNREADABLE', `${path} exists already and is not overwritten: move it away first`);
  }
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  writeSynced(path, privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(), 0o600);
  writeFileSync(`${path}.pub`, key.publicPem(), { mode: 0o644 });
  return key;
}

/** On the disk when this returns: what a key has signed must not outlive the key. */
function writeSynced(path: string, text: string, mode: number): void {
  const file = openSync(path, 'wx', mode);
  try {
    writeFileSync(file, text);
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
}
