import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { zstdCompressSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { decodeBatch, encodeBatch } from '../../../src/gateway/transfer/batch-format.ts';
import { batchName, parseBatchName } from '../../../src/gateway/transfer/batch-name.ts';
import { canonicalJson, sha256 } from '../../../src/lib/hash.ts';
import { KeyRing, SigningKey } from '../../../src/lib/keys.ts';

const key = new SigningKey(generateKeyPairSync('ed25519').privateKey);
const stranger = new SigningKey(generateKeyPairSync('ed25519').privateKey);
const keys = new KeyRing([key.publicPem()]);
const sender = `${key.keyId}.0a1b2c3d`;
const limit = 10_000_000;

const picture = randomBytes(3_000);
const lines = ['{"type":"integrity","x":"一"}', '{"a":2}'];
const input = { sender, number: 7, createdAt: 5, lines, evidence: [{ sha256: sha256(picture), bytes: picture }] };
const sealed = await encodeBatch(input, key);
const whole = Buffer.from(sealed.bytes);
const headerEnd = whole.indexOf('\n', whole.indexOf('\n') + 1) + 1;

interface Header {
  manifest: Record<string, unknown> & { body: Record<string, unknown>; records: Record<string, unknown> };
  signature: unknown;
}

/** The batch with its manifest changed, signed again if a key is given, and perhaps another body. */
function forged(change: (manifest: Header['manifest']) => void, signer?: SigningKey, body?: Buffer): Buffer {
  const header = JSON.parse(whole.toString('utf8', whole.indexOf('\n') + 1, headerEnd)) as Header;
  change(header.manifest);
  if (signer !== undefined) header.signature = signer.sign(header.manifest);
  const text = `${canonicalJson(header)}\n`;
  return Buffer.concat([Buffer.from('maplebridge-batch 1\n'), Buffer.from(text), body ?? whole.subarray(headerEnd)]);
}

async function faultOf(bytes: Buffer, maxBytes = limit): Promise<string> {
  const decoded = await decodeBatch(bytes, keys, maxBytes);
  return decoded.ok ? 'none' : decoded.fault;
}

describe('a batch', () => {
  test('comes back as it went in', async () => {
    const decoded = await decodeBatch(whole, keys, limit);
    if (!decoded.ok) throw new Error(decoded.detail);
    expect(decoded.batch.lines).toEqual(lines);
    expect(decoded.batch.evidence[0]?.bytes.equals(picture)).toBe(true);
    expect(decoded.batch.manifest).toMatchObject({ sender, number: 7, createdAt: 5 });
    expect(decoded.batch.sha256).toBe(sealed.sha256);
  });

  test('may be empty', async () => {
    const empty = await encodeBatch({ ...input, lines: [], evidence: [] }, key);
    expect(await faultOf(Buffer.from(empty.bytes))).toBe('none');
  });

  test('cut anywhere is refused', async () => {
    for (let length = 0; length < whole.length; length += 97) {
      expect(await faultOf(whole.subarray(0, length))).not.toBe('none');
    }
    expect(await faultOf(whole.subarray(0, whole.length - 1))).toBe('truncated');
  });

  test('with any one bit turned over is refused', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 0, max: whole.length - 1 }),
        fc.integer({ min: 0, max: 7 }),
        async (at, bit) => {
          const changed = Buffer.from(whole);
          changed[at] = (changed[at] ?? 0) ^ (1 << bit);
          expect(await faultOf(changed)).not.toBe('none');
        },
      ),
      { numRuns: 300 },
    );
  });

  test('random bytes are refused', async () => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 300 }), async (bytes) => {
        expect(await faultOf(Buffer.from(bytes))).not.toBe('none');
        expect(await faultOf(Buffer.concat([Buffer.from('maplebridge-batch 1\n'), bytes]))).not.toBe('none');
      }),
    );
  });
});

describe('tampering', () => {
  const bomb = zstdCompressSync(Buffer.alloc(50_000_000));
  test.each<[string, Buffer, string]>([
    ['another number', forged((m) => (m['number'] = 8)), 'bad-signature'],
    ['another number, signed by a stranger', forged((m) => (m['number'] = 8), stranger), 'unknown-key'],
    ['bytes after the end', Buffer.concat([whole, Buffer.from('x')]), 'bad-hash'],
    ['an unknown field', forged((m) => (m['extra'] = 1), key), 'bad-header'],
    ['another format', forged((m) => (m['format'] = 2), key), 'bad-header'],
    ['a sender that is not the signer', forged((m) => (m['sender'] = `${'0'.repeat(16)}.0a1b2c3d`), key), 'bad-header'],
    ['a record more than there is', forged((m) => (m.records['count'] = 3), key), 'bad-hash'],
    ['another hash of the records', forged((m) => (m.records['sha256'] = sha256('x')), key), 'bad-hash'],
    [
      'another name for the evidence',
      forged((m) => (m['evidence'] = [{ sha256: sha256('x'), bytes: 3_000 }]), key),
      'bad-hash',
    ],
    ['less evidence than there is', forged((m) => (m['evidence'] = []), key), 'bad-hash'],
    [
      'a body that unpacks to far more',
      forged((m) => (m.body = { bytes: bomb.length, sha256: sha256(bomb) }), key, bomb),
      'bad-hash',
    ],
    ['no zstd', forged((m) => (m.body = { bytes: 1, sha256: sha256('x') }), key, Buffer.from('x')), 'bad-hash'],
    ['another kind of file', Buffer.from('PK\u0003\u0004'), 'not-a-batch'],
    ['no JSON', Buffer.from('maplebridge-batch 1\n{{\n'), 'bad-header'],
  ])('%s', async (_what, bytes, fault) => {
    expect(await faultOf(bytes)).toBe(fault);
  });

  test('more than the receiver allows', async () => {
    expect(await faultOf(whole, 1_000)).toBe('too-large');
  });
});

describe('file names', () => {
  test('sort by number and are taken apart again', () => {
    const names = [12, 9, 100_000].map((number) => batchName(sender, number));
    expect(names.sort().map((name) => parseBatchName(name)?.number)).toEqual([9, 12, 100_000]);
    expect(parseBatchName(batchName(sender, 3))).toEqual({ sender, number: 3 });
  });

  test.each(['readme.txt', 'mb-x-000000000001.mbb', `mb-${sender}-1.mbb`, `mb-${sender}-000000000001.mbb.part`])(
    '%s is none',
    (name) => {
      expect(parseBatchName(name)).toBeUndefined();
    },
  );
});
