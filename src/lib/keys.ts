import {
  createHash,
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  type KeyObject,
  sign,
  verify,
} from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
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

/** The public keys a receiver trusts. */
export class KeyRing {
  readonly #keys = new Map<string, KeyObject>();

  constructor(pems: readonly string[] = []) {
    for (const pem of pems) this.add(pem);
  }

  add(pem: string): void {
    const key = createPublicKey(pem);
    this.#keys.set(keyIdOf(key), key);
  }

  has(keyId: string): boolean {
    return this.#keys.has(keyId);
  }

  /** Whether a trusted key made this signature over the value's canonical form. */
  verify(value: unknown, signature: Signature): 'valid' | 'unknown-key' | 'bad-signature' {
    const key = this.#keys.get(signature.keyId);
    if (key === undefined) return 'unknown-key';
    const bytes = Buffer.from(canonicalJson(value));
    return verify(null, bytes, key, Buffer.from(signature.value, 'base64url')) ? 'valid' : 'bad-signature';
  }
}

/** Reads a private key from a PEM file; throws MB_KEY_UNREADABLE naming the file. */
export function loadSigningKey(path: string): SigningKey {
  try {
    return new SigningKey(createPrivateKey(readFileSync(path)));
  } catch (error) {
    throw new AppError('MB_KEY_UNREADABLE', `${path}: ${messageOf(error)}`, { cause: error });
  }
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
  writeFileSync(path, privateKey.export({ type: 'pkcs8', format: 'pem' }), { mode: 0o600, flag: 'wx' });
  writeFileSync(`${path}.pub`, key.publicPem(), { mode: 0o644 });
  return key;
}
