import { readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { toAlertEvent } from '../../../src/contracts/alert-event.ts';
import { sealAlert } from '../../../src/contracts/seal.ts';
import type { SealedBatch, TransferBatch, TransferSender } from '../../../src/contracts/transfer.ts';
import type { EvidenceRef } from '../../../src/domain/alert.ts';
import type { NodeId } from '../../../src/domain/ids.ts';
import { Journal } from '../../../src/gateway/collect/journal.ts';
import { decodeBatch } from '../../../src/gateway/transfer/batch-format.ts';
import { Batcher } from '../../../src/gateway/transfer/batcher.ts';
import { systemClock } from '../../../src/lib/clock.ts';
import { ContentStore } from '../../../src/lib/content-store.ts';
import { zeroHash } from '../../../src/lib/hash.ts';
import { KeyRing } from '../../../src/lib/keys.ts';
import { createLogger } from '../../../src/lib/log.ts';
import { Metrics } from '../../../src/lib/metrics.ts';
import { alertDraft, storedEvidence } from '../../support/alert-draft.ts';
import { newSigningKey } from '../../support/crossing.ts';
import { tempDir } from '../../support/temp-dir.ts';
import { until } from '../../support/until.ts';

const key = newSigningKey();
const keys = new KeyRing([key.publicPem()]);

/** A border that remembers what went over it and can be closed. */
class Border implements TransferSender {
  readonly sent: SealedBatch[] = [];
  tried = 0;
  closed = false;

  async start(): Promise<void> {}
  async stop(): Promise<void> {}

  async send(batch: SealedBatch): Promise<void> {
    this.tried += 1;
    if (this.closed) throw new Error('the border is closed');
    this.sent.push(batch);
  }

  async opened(): Promise<TransferBatch[]> {
    const decoded = await Promise.all(this.sent.map((each) => decodeBatch(Buffer.from(each.bytes), keys, 1e9)));
    return decoded.map((each) => {
      if (!each.ok) throw new Error(each.detail);
      return each.batch;
    });
  }
}

/** A journal in which one write is the last thing before the process dies. */
class DyingJournal extends Journal {
  diesAt: 'commitBatch' | 'markSent' | undefined;

  override commitBatch(...parameters: Parameters<Journal['commitBatch']>): void {
    if (this.diesAt === 'commitBatch') throw new Error('killed');
    super.commitBatch(...parameters);
  }

  override markSent(number: number): void {
    if (this.diesAt === 'markSent') throw new Error('killed');
    super.markSent(number);
  }
}

let dir: Awaited<ReturnType<typeof tempDir>>;
let journal: DyingJournal;
let evidence: ContentStore;
let border: Border;
let batcher: Batcher;
let written = 0;

function newBatcher(over: { maxRecords?: number; maxBytes?: number; spoolMaxBytes?: number } = {}): Batcher {
  return new Batcher({
    source: journal,
    sender: border,
    key,
    evidence,
    spoolDir: join(dir.path, 'spool'),
    maxAgeMs: 0,
    clock: systemClock,
    log: createLogger('test'),
    metrics: new Metrics(),
    ...over,
  });
}

function write(count: number, files: readonly EvidenceRef[] = []): void {
  journal.transaction(() => {
    for (let index = 0; index < count; index += 1) {
      written += 1;
      const place = { node: 'edge-1' as NodeId, n: written, prevHash: zeroHash };
      const alert = sealAlert(alertDraft({ evidence: files }), place, key);
      journal.addAlert(JSON.parse(JSON.stringify(toAlertEvent('site-1', alert))), systemClock.now());
    }
    for (const file of files) journal.evidenceStored(file.sha256, file.bytes);
  });
  journal.announce();
}

const alertNumbers = (batches: readonly TransferBatch[]) =>
  batches.map((batch) => batch.lines.map((line) => JSON.parse(line).event?.data.sequence.n));

beforeEach(async () => {
  dir = await tempDir('batcher');
  journal = new DyingJournal({ path: join(dir.path, 'journal.db'), clock: systemClock });
  journal.open();
  evidence = new ContentStore(join(dir.path, 'evidence'));
  border = new Border();
  written = 0;
  batcher = newBatcher();
});

afterEach(async () => {
  await batcher.stop();
  journal.close();
  await dir.remove();
});

const start = () => batcher.start(new AbortController().signal);
const sentCount = (count: number) => until(() => border.sent.length >= count, { what: `${count} batches` });

async function restart(): Promise<void> {
  await batcher.stop();
  journal.close();
  journal.open();
  batcher = newBatcher();
}

describe('batches', () => {
  test('hold records in order within their limits, numbered from 1', async () => {
    batcher = newBatcher({ maxRecords: 4 });
    write(10);
    await start();
    await sentCount(3);
    expect(alertNumbers(await border.opened())).toEqual([
      [1, 2, 3, 4],
      [5, 6, 7, 8],
      [9, 10],
    ]);
    expect(border.sent.map((batch) => batch.number)).toEqual([1, 2, 3]);
  });

  test('carry evidence, whose files are then removed here', async () => {
    const file = await storedEvidence(evidence);
    write(1, [file]);
    await start();
    await sentCount(1);
    expect((await border.opened())[0]?.manifest.evidence).toEqual([{ sha256: file.sha256, bytes: file.bytes }]);
    await until(async () => !(await evidence.has(file.sha256)), { what: 'file removed' });
    // Marked after the file is gone, so that a crash between leaves none that nobody removes.
    await until(() => journal.evidenceState(file.sha256) === 'sent', { what: 'the mark' });
  });

  test('larger than the limit of bytes are split, and one file above it still goes', async () => {
    batcher = newBatcher({ maxBytes: 10_000 });
    const files = await Promise.all([1, 2, 3].map(() => storedEvidence(evidence, { bytes: 12_000 })));
    write(1, files);
    await start();
    await until(() => files.every((file) => journal.evidenceState(file.sha256) === 'sent'), { what: 'all files' });
    expect(border.sent.length).toBeGreaterThanOrEqual(3);
  });

  test('a file above the limit goes with the alerts, for those may never end', async () => {
    batcher = newBatcher({ maxBytes: 10_000 });
    const file = await storedEvidence(evidence, { kind: 'clip', bytes: 30_000 });
    write(2, [file]);
    await start();
    await sentCount(1);
    const [batch] = await border.opened();
    expect([batch?.lines.length, batch?.manifest.evidence.length]).toEqual([2, 1]);
  });

  test('a damaged evidence file is reported in its place', async () => {
    const file = await storedEvidence(evidence);
    await writeFile(evidence.path(file.sha256), 'damaged');
    write(1, [file]);
    await start();
    await sentCount(1);
    const [batch] = await border.opened();
    expect(batch?.manifest.evidence).toEqual([]);
    expect(batch?.lines.some((line) => JSON.parse(line).incident?.kind === 'bad-hash')).toBe(true);
  });

  test('can be sent again from the spool, which is bounded', async () => {
    batcher = newBatcher({ maxRecords: 1, spoolMaxBytes: 1 });
    write(3);
    await start();
    await sentCount(3);
    await until(async () => (await readdir(join(dir.path, 'spool'))).length === 1, { what: 'spool trimmed' });
    expect(await batcher.resend([[3, 4]])).toEqual({ sent: [[3, 3]], lost: [], unmade: [[4, 4]] });
    expect(border.sent[3]?.sha256).toBe(border.sent[2]?.sha256);
    expect(await batcher.resend([[1, 2]])).toEqual({ sent: [], lost: [[1, 2]], unmade: [] });
    // The far side is told at once, by a batch that holds nothing else.
    await sentCount(5);
    const declared = (await border.opened()).at(-1);
    expect(declared?.lines).toEqual([]);
    expect(declared?.manifest.statement?.statement).toMatchObject({ through: 4, lost: [[1, 2]], alerts: 3 });
  });
});

describe('death', () => {
  test('before the commit: the number is used for what is there after the restart', async () => {
    journal.diesAt = 'commitBatch';
    write(2);
    await start();
    await until(async () => (await readdir(join(dir.path, 'spool')).catch(() => [])).length > 0, {
      what: 'a spool file',
    });
    await restart();
    journal.diesAt = undefined;
    write(1);
    await start();
    await sentCount(1);
    expect(alertNumbers(await border.opened())).toEqual([[1, 2, 3]]);
    expect(border.sent[0]?.number).toBe(1);
  });

  test('after the commit, before sending: the same bytes go out under the same number', async () => {
    border.closed = true;
    write(2);
    await start();
    await until(() => border.tried > 0, { what: 'a try' });
    const [spooled = ''] = await readdir(join(dir.path, 'spool'));
    const bytes = await readFile(join(dir.path, 'spool', spooled));
    await restart();
    border.closed = false;
    write(1);
    await start();
    await sentCount(2);
    expect(Buffer.from(border.sent[0]?.bytes ?? []).equals(bytes)).toBe(true);
    expect(alertNumbers(await border.opened())).toEqual([[1, 2], [3]]);
  });

  test('after sending, before the mark: sent once more, byte for byte', async () => {
    journal.diesAt = 'markSent';
    const file = await storedEvidence(evidence);
    write(2, [file]);
    await start();
    await sentCount(1);
    await restart();
    journal.diesAt = undefined;
    await start();
    await sentCount(2);
    expect(border.sent.map((batch) => [batch.number, batch.sha256])).toEqual([
      [1, border.sent[0]?.sha256],
      [1, border.sent[0]?.sha256],
    ]);
    await until(() => journal.unsent().length === 0, { what: 'the mark' });
  });

  test('with the spool lost as well, the batch is made anew from the journal', async () => {
    border.closed = true;
    write(2);
    await start();
    await until(() => border.tried > 0, { what: 'a try' });
    await batcher.stop();
    await rm(join(dir.path, 'spool'), { recursive: true });
    border.closed = false;
    await restart();
    await start();
    await sentCount(1);
    expect(alertNumbers(await border.opened())).toEqual([[1, 2]]);
  });
});

describe('the border', () => {
  test('a closed one is tried again, and nothing is lost', async () => {
    border.closed = true;
    write(1);
    await start();
    await until(() => border.tried >= 2, { what: 'a second try' });
    expect(batcher.stall).toMatchObject({ number: 1, problem: 'the border is closed' });
    border.closed = false;
    write(1);
    await sentCount(2);
    expect(alertNumbers(await border.opened())).toEqual([[1], [2]]);
    await until(() => batcher.stall === undefined, { what: 'nothing to wait' });
  });

  test('lets no field pass that is not on the list, even from the journal itself', async () => {
    write(1);
    const path = join(dir.path, 'journal.db');
    journal.close();
    const { DatabaseSync } = await import('node:sqlite');
    const database = new DatabaseSync(path);
    database.exec(`UPDATE record SET line = json_set(line, '$.event.data.plate', '浙E12345')`);
    database.close();
    journal.open();
    await start();
    await sentCount(1);
    const [batch] = await border.opened();
    expect(batch?.lines.map((line) => JSON.parse(line).incident?.kind)).toEqual(['egress-refused']);
    expect(batch?.lines[0]).not.toContain('浙E12345');
  });
});
