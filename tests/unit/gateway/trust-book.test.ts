import { chmod, mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import {
  noRevocations,
  type RevocationList,
  revocationText,
  withRevocation,
} from '../../../src/contracts/revocation-list.ts';
import type { TrustConfig } from '../../../src/contracts/trust-config.ts';
import { TrustBook } from '../../../src/gateway/trust/trust-book.ts';
import type { SigningKey } from '../../../src/lib/keys.ts';
import { createLogger } from '../../../src/lib/log.ts';
import { Metrics } from '../../../src/lib/metrics.ts';
import { newSigningKey } from '../../support/crossing.ts';
import { FakeClock } from '../../support/fake-clock.ts';
import { tempDir } from '../../support/temp-dir.ts';
import { holderNode, rotationText } from '../../support/trust.ts';

const [oldKey, newKey, admin, stranger] = [newSigningKey(), newSigningKey(), newSigningKey(), newSigningKey()] as const;
const value = { some: 'thing' };
const pollMs = 1_000;

let dir: Awaited<ReturnType<typeof tempDir>>;
let clock: FakeClock;
let book: TrustBook;
let list: string;
const told: string[] = [];

beforeEach(async () => {
  dir = await tempDir('trust');
  clock = new FakeClock();
  list = join(dir.path, 'revocations.json');
  told.length = 0;
  await mkdir(join(dir.path, 'rotations'));
  await writeFile(join(dir.path, 'old.pub'), oldKey.publicPem());
  await writeFile(join(dir.path, 'admin.pub'), admin.publicPem());
});

afterEach(async () => {
  await book?.stop();
  await dir.remove();
});

async function start(trust: TrustConfig = {}): Promise<void> {
  const nodes = [{ node: 'edge-1', publicKeyFile: join(dir.path, 'old.pub') }];
  book = new TrustBook({ nodes, trust, clock, log: createLogger('test'), metrics: new Metrics() });
  book.onProblem(({ kind, detail }) => told.push(`${kind} ${detail}`));
  await book.start(new AbortController().signal);
}

const revocations = (administratorKeyFiles: string[] = []) => ({ revocations: { file: list, administratorKeyFiles } });
const revoking = (key: SigningKey, before: RevocationList = noRevocations) =>
  withRevocation(before, { keyId: key.keyId, at: clock.now(), reason: 'stolen' }, clock.now());

/** States of both keys for what is taken in now. */
const states = () =>
  [oldKey, newKey].map((key) => {
    const signature = key.sign(value);
    return book.everyNodeKey.has(key.keyId) ? termOf(key, signature) : 'unknown';
  });
function termOf(key: SigningKey, signature: ReturnType<SigningKey['sign']>): string {
  const known = book.keys.find(({ keyId }) => keyId === key.keyId);
  if (known?.revoked !== undefined && clock.now() >= known.revoked.at) return 'revoked';
  return book.everyNodeKey.verify(value, signature);
}

test('a rotation statement counts within a second of being there, without a restart', async () => {
  await start({ rotationsDir: join(dir.path, 'rotations') });
  expect(states()).toEqual(['valid', 'unknown']);
  const times = { from: clock.now(), overlapUntil: clock.now() + 5_000 };
  const text = rotationText({ old: oldKey, next: newKey }, holderNode('edge-1'), times);
  await writeFile(join(dir.path, 'rotations', 'one.rotation.json'), text);
  clock.advance(pollMs);
  expect(states()).toEqual(['valid', 'valid']);
  expect(book.keys.find(({ keyId }) => keyId === oldKey.keyId)?.notAfter).toBe(times.overlapUntil);
  await rm(join(dir.path, 'rotations'), { recursive: true });
  clock.advance(pollMs);
  expect(states(), 'a folder that is away takes no key back').toEqual(['valid', 'valid']);
  expect(told).toEqual([expect.stringContaining('ENOENT')]);
});

test('a statement that cannot be believed is told once and harms no other', async () => {
  await writeFile(join(dir.path, 'rotations', 'bad.rotation.json'), '{');
  await writeFile(join(dir.path, 'rotations', 'README'), 'not a statement');
  await start({ rotationsDir: join(dir.path, 'rotations') });
  expect(told).toEqual([expect.stringMatching(/^bad-trust .*bad\.rotation\.json: not JSON$/)]);
  await writeFile(join(dir.path, 'rotations', 'bad.rotation.json'), '[');
  clock.advance(pollMs);
  expect([told.length, book.problems.length, states()]).toEqual([1, 1, ['valid', 'unknown']]);
});

test('a revoked key is refused within a second', async () => {
  await writeFile(list, revocationText(noRevocations, undefined), { mode: 0o600 });
  await start(revocations());
  expect(states()).toEqual(['valid', 'unknown']);
  await writeFile(list, revocationText(revoking(oldKey), undefined));
  clock.advance(pollMs);
  expect(states()).toEqual(['revoked', 'unknown']);
});

test.each<[string, () => Promise<void>]>([
  ['is gone', async () => rm(list)],
  ['is not JSON', async () => writeFile(list, '{"list":')],
  ['takes a revocation back', async () => writeFile(list, revocationText({ ...noRevocations, serial: 9 }, undefined))],
  ['is older', async () => writeFile(list, revocationText({ ...revoking(oldKey), serial: 1 }, undefined))],
  ['may be written by others', async () => chmod(list, 0o666)],
])('the last good list stays at work when the new one %s, and that is told', async (_what, spoil) => {
  await writeFile(list, revocationText(revoking(oldKey), undefined), { mode: 0o600 });
  await start(revocations());
  await spoil();
  clock.advance(pollMs);
  expect(states()).toEqual(['revoked', 'unknown']);
  expect(told).toEqual([expect.stringContaining('the last good list stays at work')]);
});

test.each<[string, () => Promise<void>]>([
  ['missing', async () => {}],
  ['not JSON', async () => writeFile(list, 'x', { mode: 0o600 })],
  [
    'writable by others',
    async () => {
      await writeFile(list, revocationText(noRevocations, undefined));
      await chmod(list, 0o664);
    },
  ],
])('a list that is %s refuses the start', async (_what, prepare) => {
  await prepare();
  await expect(start(revocations())).rejects.toMatchObject({
    code: 'MB_TRUST',
    message: expect.stringContaining(list),
  });
});

test('where administrators are named, only what one of them signed counts, whoever can write the file', async () => {
  const config = revocations([join(dir.path, 'admin.pub')]);
  await writeFile(list, revocationText(noRevocations, undefined));
  await expect(start(config)).rejects.toThrow('not signed by an administrator');
  await writeFile(list, revocationText(noRevocations, stranger));
  await expect(start(config)).rejects.toThrow('unknown-key');
  await writeFile(list, revocationText(noRevocations, admin));
  await chmod(list, 0o666);
  await start(config);
  const signed = JSON.parse(revocationText(revoking(newKey), admin));
  await writeFile(list, JSON.stringify({ ...signed, list: revoking(oldKey) }));
  clock.advance(pollMs);
  expect(states()).toEqual(['valid', 'unknown']);
  expect(told).toEqual([expect.stringContaining('bad-signature')]);
  await writeFile(list, revocationText(revoking(oldKey), admin));
  clock.advance(pollMs);
  expect(states()).toEqual(['revoked', 'unknown']);
  expect(book.problems).toEqual([]);
});
