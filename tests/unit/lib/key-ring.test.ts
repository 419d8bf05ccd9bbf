import { chmodSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { generateSigningKey, KeyRing, type KeyTerm, loadSigningKey } from '../../../src/lib/keys.ts';
import { newSigningKey } from '../../support/crossing.ts';
import { tempDir } from '../../support/temp-dir.ts';

const key = newSigningKey();
const value = { a: 1 };
const signature = key.sign(value);

/** Verdict on a good signature at a time, under a term. */
function verdict(term: KeyTerm, at?: number) {
  const ring = new KeyRing();
  ring.add(key.publicPem(), term);
  return ring.verify(value, signature, at);
}

test.each([
  ['no term', {}, 5, 'valid'],
  ['the last millisecond of its term', { notAfter: 10 }, 10, 'valid'],
  ['just after its term', { notAfter: 10 }, 11, 'expired-key'],
  ['just before its term: not known yet', { notBefore: 10 }, 9, 'unknown-key'],
  ['the first millisecond of its term', { notBefore: 10 }, 10, 'valid'],
  ['just before it was revoked', { revokedAt: 10 }, 9, 'valid'],
  ['revoked', { revokedAt: 10 }, 10, 'revoked-key'],
  ['revoked and expired: revoked says more', { revokedAt: 10, notAfter: 5 }, 11, 'revoked-key'],
  ['no time asked: the signature alone', { revokedAt: 10, notAfter: 5 }, undefined, 'valid'],
])('%s', (_what, term, at, expected) => {
  expect(verdict(term, at)).toBe(expected);
});

test('a bad signature is bad whatever the term says, so that nobody can forge a verdict on a key', () => {
  const ring = new KeyRing();
  ring.add(key.publicPem(), { revokedAt: 1 });
  expect(ring.verify({ a: 2 }, signature, 5)).toBe('bad-signature');
});

test('a signature counts in one spelling only, though base64 that decodes to the same bytes has several', () => {
  const ring = new KeyRing([key.publicPem()]);
  const spelt = (last: string) => ({ ...signature, value: `${signature.value.slice(0, -1)}${last}` });
  const others = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'.split('').map(spelt);
  const same = (each: typeof signature) =>
    Buffer.from(each.value, 'base64url').equals(Buffer.from(signature.value, 'base64url'));
  expect(others.filter(same)).toHaveLength(16);
  expect(others.filter((each) => ring.verify(value, each) === 'valid')).toEqual([signature]);
  expect(ring.verify(value, { ...signature, value: `${signature.value}==` })).toBe('bad-signature');
});

test('what replaces the keys replaces all of them, or nothing where one is no key', () => {
  const ring = new KeyRing([key.publicPem()]);
  const other = newSigningKey();
  expect(() =>
    ring.replaceAll([
      { pem: other.publicPem(), term: {} },
      { pem: 'no key', term: {} },
    ]),
  ).toThrow();
  expect([ring.has(key.keyId), ring.has(other.keyId)]).toEqual([true, false]);
  ring.replaceAll([{ pem: other.publicPem(), term: { succeeds: [key.keyId] } }]);
  expect([ring.has(key.keyId), ring.has(other.keyId)]).toEqual([false, true]);
  expect(ring.speaksFor(other.keyId, key.keyId)).toBe(true);
  expect(ring.speaksFor(key.keyId, other.keyId)).toBe(false);
});

test('a private key that others can read is refused with the command that mends it, a missing one with that that makes it', async () => {
  const dir = await tempDir('key-ring');
  try {
    const path = join(dir.path, 'node.pem');
    expect(() => loadSigningKey(path)).toThrow(`maplebridge keys generate --out ${path}`);
    const made = generateSigningKey(path);
    expect(loadSigningKey(path).keyId).toBe(made.keyId);
    for (const mode of [0o640, 0o604, 0o620]) {
      chmodSync(path, mode);
      expect(() => loadSigningKey(path)).toThrow(`chmod 600 ${path}`);
    }
  } finally {
    await dir.remove();
  }
});
