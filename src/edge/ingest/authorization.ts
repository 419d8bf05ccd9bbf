import { createHash, randomBytes } from 'node:crypto';
import type { AuthChallenge } from './auth-challenge.ts';
import type { Credentials } from './rtsp-target.ts';

type DigestChallenge = Extract<AuthChallenge, { scheme: 'digest' }>;

/** What one `Authorization` field answers. */
export interface AuthorizationInput {
  readonly challenge: AuthChallenge;
  readonly credentials: Credentials;
  readonly method: string;
  /** Exactly as on the request line. */
  readonly uri: string;
  /** How often the nonce was used, from 1 (RFC 7616 §3.4). */
  readonly nonceCount: number;
  readonly cnonce: string;
}

/** Value of the `Authorization` field: Basic (RFC 7617) or Digest (RFC 2617 §3.2.2, RFC 7616 §3.4). */
export function authorizationFor(input: AuthorizationInput): string {
  const { challenge, credentials } = input;
  if (challenge.scheme === 'basic') {
    return `Basic ${Buffer.from(`${credentials.username}:${credentials.password}`).toString('base64')}`;
  }
  const nc = input.nonceCount.toString(16).padStart(8, '0');
  const fields = [
    `username=${quoted(credentials.username)}`,
    `realm=${quoted(challenge.realm)}`,
    `nonce=${quoted(challenge.nonce)}`,
    `uri=${quoted(input.uri)}`,
    `response="${digestResponse(challenge, input, nc)}"`,
  ];
  // RFC 2069 servers compare the field literally: what they did not ask for is left out.
  if (challenge.algorithm !== 'MD5' || challenge.qop !== undefined) fields.push(`algorithm=${challenge.algorithm}`);
  if (challenge.opaque !== undefined) fields.push(`opaque=${quoted(challenge.opaque)}`);
  if (challenge.qop !== undefined) fields.push(`qop=${challenge.qop}`, `nc=${nc}`);
  if (challenge.qop !== undefined || challenge.algorithm.endsWith('-sess'))
    fields.push(`cnonce=${quoted(input.cnonce)}`);
  return `Digest ${fields.join(', ')}`;
}

function digestResponse(challenge: DigestChallenge, input: AuthorizationInput, nc: string): string {
  const hash = (text: string) =>
    createHash(challenge.algorithm.startsWith('SHA-256') ? 'sha256' : 'md5')
      .update(text)
      .digest('hex');
  const { username, password } = input.credentials;
  const secret = hash(`${username}:${challenge.realm}:${password}`);
  const ha1 = challenge.algorithm.endsWith('-sess') ? hash(`${secret}:${challenge.nonce}:${input.cnonce}`) : secret;
  // Our requests have no body (RFC 7616 §3.4.3).
  const body = challenge.qop === 'auth-int' ? `:${hash('')}` : '';
  const ha2 = hash(`${input.method}:${input.uri}${body}`);
  return challenge.qop === undefined
    ? hash(`${ha1}:${challenge.nonce}:${ha2}`)
    : hash(`${ha1}:${challenge.nonce}:${nc}:${input.cnonce}:${challenge.qop}:${ha2}`);
}

function quoted(text: string): string {
  return `"${text.replace(/["\\]/g, '\\$&')}"`;
}

/** A client nonce of 64 random bits. */
export function randomCnonce(): string {
  return randomBytes(8).toString('hex');
}
