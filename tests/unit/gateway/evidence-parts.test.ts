import { randomBytes } from 'node:crypto';
import { mkdir, readdir, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { NodeId, Sha256 } from '../../../src/domain/ids.ts';
import { EvidenceParts } from '../../../src/gateway/collect/evidence-parts.ts';
import { EvidenceShelf } from '../../../src/gateway/collect/evidence-shelf.ts';
import { Journal } from '../../../src/gateway/collect/journal.ts';
import { ContentStore } from '../../../src/lib/content-store.ts';
import { sha256 } from '../../../src/lib/hash.ts';
import { createLogger } from '../../../src/lib/log.ts';
import { Metrics } from '../../../src/lib/metrics.ts';
import { AlertChain } from '../../support/alerts.ts';
import { FakeClock } from '../../support/fake-clock.ts';
import { tempDir } from '../../support/temp-dir.ts';

const node = 'node-1' as NodeId;
const piece = 1_000;

let dir: Awaited<ReturnType<typeof tempDir>>;
let journal: Journal;
let store: ContentStore;
let chain: AlertChain;
let parts: EvidenceParts;

const clock = new FakeClock();

function open(options: { maxBytes?: number; maxFiles?: number } = {}): void {
  const common = { journal, evidence: store, clock, log: createLogger('test'), metrics: new Metrics() };
  const shelf = new EvidenceShelf({ ...common, graceMs: 60_000 });
  parts = new EvidenceParts({ ...common, shelf, maxBytes: 100_000, ...options });
}

beforeEach(async () => {
  dir = await tempDir('evidence-parts');
  journal = new Journal({ path: join(dir.path, 'journal.db'), clock });
  journal.open();
  store = new ContentStore(join(dir.path, 'evidence'));
  chain = new AlertChain();
  open();
});
afterEach(async () => {
  journal.close();
  await dir.remove();
});

/** A file that an accepted alert names. */
function named(bytes: number): { content: Buffer; hash: Sha256 } {
  const content = randomBytes(bytes);
  const hash = sha256(content);
  const file = { kind: 'clip' as const, sha256: hash, bytes, mediaType: 'video/mp4', originalSha256: sha256('units') };
  journal.transaction(() => journal.addAlert(chain.event({ evidence: [file] }), 0));
  return { content, hash };
}

type File = ReturnType<typeof named>;

function part({ content, hash }: File, index: number, over: { total?: number; payload?: Buffer } = {}) {
  const offset = index * piece;
  const payload = over.payload ?? content.subarray(offset, offset + piece);
  return { node, hash, part: { offset, total: over.total ?? content.length }, payload };
}

const take = async (...messages: Parameters<EvidenceParts['take']>[0]) =>
  (await parts.take(messages)).map(({ upTo }) => upTo);
const incidents = () => journal.quarantined(100).map(({ reason }) => reason);
const underWay = () => readdir(join(store.dir, 'parts'));

async function leaveBehind({ hash }: File, bytes: Buffer): Promise<void> {
  await mkdir(join(store.dir, 'parts'), { recursive: true });
  await writeFile(join(store.dir, 'parts', hash), bytes);
}

describe('evidence in parts', () => {
  test('is appended in order and used once it is whole and matches its name', async () => {
    const file = named(2_500);
    expect(await take(part(file, 0))).toEqual([1_000]);
    expect(await take(part(file, 1))).toEqual([2_000]);
    expect(await store.has(file.hash)).toBe(false);
    expect(await take(part(file, 2))).toEqual(['settled']);
    expect(await store.get(file.hash)).toEqual(file.content);
    expect(journal.evidenceState(file.hash)).toBe('stored');
    expect(await underWay()).toEqual([]);
  });

  test('a group is answered once a file, with the last word', async () => {
    const [one, two] = [named(3_000), named(2_000)];
    const answers = await parts.take([part(one, 0), part(two, 0), part(one, 1), part(two, 1)]);
    expect(answers).toEqual([
      { node, hash: one.hash, upTo: 2_000 },
      { node, hash: two.hash, upTo: 'settled' },
    ]);
  });

  test('what comes twice or too early leaves the file as it is, and is told how far it is', async () => {
    const file = named(3_000);
    await take(part(file, 0));
    expect(await take(part(file, 2))).toEqual([1_000]);
    expect(await take(part(file, 0))).toEqual([1_000]);
    expect(await take(part(file, 1), part(file, 1), part(file, 2))).toEqual(['settled']);
    expect(await store.get(file.hash)).toEqual(file.content);
    expect(await take(part(file, 2))).toEqual(['settled']);
  });

  test('goes on after a restart, and lets go of what nobody waits for', async () => {
    const [file, settled] = [named(3_000), named(2_000)];
    await take(part(file, 0), part(file, 1), part(settled, 0));
    journal.evidenceStored(settled.hash, 2_000);
    open();
    expect(await take(part(file, 0))).toEqual([2_000]);
    expect(await underWay()).toEqual([file.hash]);
    expect(await take(part(file, 2))).toEqual(['settled']);
    expect(await store.get(file.hash)).toEqual(file.content);
  });

  test.each([
    { what: 'the first part', index: 0 },
    { what: 'the last part', index: 1 },
  ])('what an earlier life had whole and did not use is used when $what comes again', async ({ index }) => {
    const file = named(2_000);
    await leaveBehind(file, file.content);
    expect(await take(part(file, index))).toEqual(['settled']);
    expect(await store.get(file.hash)).toEqual(file.content);
    expect([journal.evidenceState(file.hash), await underWay()]).toEqual(['stored', []]);
  });

  test.each([2_000, 2_500])(
    '%d bytes left behind that are not those of the name: the file begins anew',
    async (size) => {
      const file = named(2_000);
      await leaveBehind(file, randomBytes(size));
      expect(await take(part(file, 0))).toEqual([0]);
      expect(await take(part(file, 0), part(file, 1))).toEqual(['settled']);
      expect(await store.get(file.hash)).toEqual(file.content);
    },
  );

  test('a whole file that could not be put in its place is used with the next part', async () => {
    const file = named(2_000);
    const place = store.path(file.hash);
    await mkdir(store.dir, { recursive: true });
    await writeFile(dirname(place), 'in the way');
    await expect(take(part(file, 0), part(file, 1))).rejects.toThrow();
    await rm(dirname(place));
    expect(await take(part(file, 1))).toEqual(['settled']);
    expect(await store.get(file.hash)).toEqual(file.content);
  });

  test('bytes that are not those of the name are never used: an incident, and the file begins anew', async () => {
    const file = named(2_000);
    const forged = part(file, 0, { payload: randomBytes(piece) });
    expect(await take(forged, part(file, 1))).toEqual([0]);
    expect([await store.has(file.hash), await underWay()]).toEqual([false, []]);
    expect(incidents()).toEqual(['evidence in parts does not match its name']);
    expect(await take(part(file, 0), part(file, 1))).toEqual(['settled']);
  });

  test.each([
    ['another size than the alert states', { total: 2_001 }],
    ['a part beyond the end', { payload: Buffer.alloc(2_001) }],
    ['an empty part', { payload: Buffer.alloc(0) }],
    ['a part larger than any', { total: 2_000, payload: Buffer.alloc(1_048_577) }],
  ])('%s is refused and on record', async (_what, over) => {
    const file = named(2_000);
    expect(await take(part(file, 0, over))).toEqual([]);
    expect(incidents()).toEqual(['part of evidence does not fit the file']);
    expect(await underWay()).toEqual([]);
  });

  test('a file that no alert names is left to its node, whatever its name', async () => {
    const stranger = { content: randomBytes(2_000), hash: '../../journal.db' as Sha256 };
    expect(await take(part(stranger, 0))).toEqual([]);
    expect(await underWay()).toEqual([]);
  });

  test('a file over the limit need not be sent', async () => {
    open({ maxBytes: 1_999 });
    expect(await take(part(named(2_000), 0))).toEqual(['settled']);
  });

  test('of more incomplete files than there may be the least recently written begins anew', async () => {
    open({ maxFiles: 2 });
    const files = [named(2_000), named(2_000), named(2_000)];
    for (const file of files) await take(part(file, 0));
    expect((await underWay()).sort()).toEqual(
      files
        .slice(1)
        .map(({ hash }) => hash)
        .sort(),
    );
    expect(await take(part(files[0] as File, 1))).toEqual([0]);
  });
});
