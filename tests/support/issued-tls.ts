import { X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { TestAuthority } from './test-authority.ts';

/** Certificate, key and authority as bytes. */
export interface IssuedTls {
  readonly cert: Buffer;
  readonly key: Buffer;
  readonly ca: Buffer;
  /** SHA-256, with colons, upper case. */
  readonly fingerprint: string;
}

/** A certificate for one end of a connection over 127.0.0.1, read in. */
export function issueTls(authority: TestAuthority, name: string): IssuedTls {
  const { certFile, keyFile } = authority.issue(name, { address: '127.0.0.1' });
  const cert = readFileSync(certFile);
  const { fingerprint256 } = new X509Certificate(cert);
  return { cert, key: readFileSync(keyFile), ca: readFileSync(authority.caFile), fingerprint: fingerprint256 };
}
