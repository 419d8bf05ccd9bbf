import { createHash, createPrivateKey, createPublicKey } from 'node:crypto';
import { AppError } from './errors.ts';
import { keyIdOf, SigningKey } from './keys.ts';

/** What the demo signs in with. Public by nature: everything but the demo refuses to start on it. */
export const demoSecret = 'maplebridge-demo';

/** Values people leave in place: the demo's own and what examples and other products ship with. */
export const defaultSecrets: ReadonlySet<string> = new Set([
  demoSecret,
  'change-me',
  'changeme',
  'password',
  'admin',
  'secret',
  'maplebridge',
  'public',
]);

const demoKeyNames = ['node', 'collect', 'deliver', 'audit'] as const;

/** Which of the demo's signing keys. */
export type DemoKeyName = (typeof demoKeyNames)[number];

/** PKCS#8 DER prefix of an Ed25519 private key (RFC 8410 §7); the 32-byte seed follows. */
const pkcs8Prefix = Buffer.from('302e020100300506032b657004220420', 'hex');

/** A private key anybody can derive from this source file, as PEM: for the demo and tests only. */
export function demoKeyPem(name: DemoKeyName): string {
  const seed = createHash('sha256').update(`${demoSecret}/${name}`).digest();
  const key = createPrivateKey({ key: Buffer.concat([pkcs8Prefix, seed]), format: 'der', type: 'pkcs8' });
  return key.export({ type: 'pkcs8', format: 'pem' }).toString();
}

/** The same key, ready to sign. */
export function demoSigningKey(name: DemoKeyName): SigningKey {
  return new SigningKey(createPrivateKey(demoKeyPem(name)));
}

/**
 * Refuses default keys and secrets unless this is the demo.
 * `found` names each credential as the reader knows it (`edge.yaml: broker.password`) with its value: a secret, a
 * private key, or the PEM text of a public key that is to be trusted.
 * @throws AppError MB_DEFAULT_KEYS naming every default in use, never its value.
 */
export function refuseDefaults(found: Readonly<Record<string, string | SigningKey | undefined>>, demo: boolean): void {
  if (demo) return;
  const demoKeyIds = new Set(demoKeyNames.map((name) => demoSigningKey(name).keyId));
  const isDefault = (value: string | SigningKey | undefined) => {
    if (value === undefined) return false;
    if (value instanceof SigningKey) return demoKeyIds.has(value.keyId);
    if (value.startsWith('-----BEGIN PUBLIC KEY')) return demoKeyIds.has(keyIdOf(createPublicKey(value)));
    return defaultSecrets.has(value.toLowerCase());
  };
  const bad = Object.keys(found).filter((name) => isDefault(found[name]));
  if (bad.length > 0) {
    throw new AppError('MB_DEFAULT_KEYS', `refusing to start on default credentials: ${bad.join(', ')}`, {
      details: { bad },
    });
  }
}
