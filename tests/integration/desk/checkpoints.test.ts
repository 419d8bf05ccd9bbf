import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { type Checkpoint, checkCheckpoint, parseCheckpoint } from '../../../src/contracts/audit-checkpoint.ts';
import { AuditLog } from '../../../src/desk/audit/audit-log.ts';
import { Checkpointer } from '../../../src/desk/audit/checkpointer.ts';
import { deskSchema } from '../../../src/desk/config.ts';
import { DeskAudit } from '../../../src/desk/desk-audit.ts';
import { Database } from '../../../src/desk/store/database.ts';
import { migrate, shippedMigrations } from '../../../src/desk/store/migrate.ts';
import { ContentStore } from '../../../src/lib/content-store.ts';
import { AppError } from '../../../src/lib/errors.ts';
import { KeyRing } from '../../../src/lib/keys.ts';
import { createLogger } from '../../../src/lib/log.ts';
import { Metrics } from '../../../src/lib/metrics.ts';
import { newSigningKey } from '../../support/crossing.ts';
import { FakeClock } from '../../support/fake-clock.ts';
import { PostgresServer } from '../../support/postgres.ts';
import { tempDir } from '../../support/temp-dir.ts';
import { until } from '../../support/until.ts';

let postgres: PostgresServer;
let database: Database;
let dir: Awaited<ReturnType<typeof tempDir>>;
const key = newSigningKey();
const keys = new KeyRing([key.publicPem()]);
const clock = new FakeClock();
let checkpointer: Checkpointer;
let log: AuditLog;

const newCheckpointer = (more: Partial<ConstructorParameters<typeof Checkpointer>[0]> = {}) =>
  new Checkpointer({
    database,
    key,
    keys,
    deskId: 'test-desk',
    stateDir: join(dir.path, 'state'),
    checkpointDir: join(dir.path, 'worm'),
    everyRecords: 100,
    afterMs: 10_000,
    clock,
    clockState: () => 'synchronised',
    log: createLogger('test'),
    metrics: new Metrics(),
    ...more,
  });
const append = (count: number) =>
  database.transaction((tx) =>
    log.append(
      tx,
      Array.from({ length: count }, (_, index) => ({
        at: index,
        actor: 'desk',
        role: 'system' as const,
        kind: 'note',
        details: { index },
      })),
    ),
  );
const stored = async (): Promise<Checkpoint[]> =>
  (await database.query<{ body: string }>('SELECT body FROM desk.audit_checkpoints ORDER BY number')).map(
    ({ body }) => {
      const checkpoint = parseCheckpoint(body);
      if (checkpoint === undefined) throw new Error('no checkpoint');
      return checkpoint;
    },
  );
const untilSigned = (size: number) =>
  until(async () => (await stored()).find((each) => each.size === size), { what: `a checkpoint of ${size} records` });
/** As the owner can. */
const tamper = (sql: string) =>
  database.transaction(async (tx) => {
    await tx.query(
      'ALTER TABLE desk.audit_records DISABLE TRIGGER ALL; ALTER TABLE desk.audit_checkpoints DISABLE TRIGGER ALL',
    );
    await tx.query(sql);
    await tx.query(
      'ALTER TABLE desk.audit_records ENABLE TRIGGER ALL; ALTER TABLE desk.audit_checkpoints ENABLE TRIGGER ALL',
    );
  });

beforeAll(async () => {
  postgres = await PostgresServer.create();
  database = new Database({
    target: { connectionString: postgres.url },
    maxConnections: 4,
    connectTimeoutMs: 5_000,
    onIdleError: () => undefined,
  });
});
afterAll(async () => {
  await database?.close();
  await postgres?.remove();
});
beforeEach(async () => {
  dir = await tempDir('checkpoints');
  await database.administer((tx) => tx.query('DROP SCHEMA IF EXISTS desk CASCADE'));
  await migrate(database, shippedMigrations());
  database.open();
  checkpointer = newCheckpointer();
  log = new AuditLog({ onAppended: (size) => checkpointer.appended(size) });
});
afterEach(async () => {
  await checkpointer.stop();
  await dir.remove();
});

describe('a checkpoint is signed', () => {
  test('a while after the newest records, and not again without new ones', async () => {
    await checkpointer.start();
    await append(3);
    clock.advance(9_999);
    expect(await stored()).toEqual([]);
    clock.advance(1);
    const checkpoint = await untilSigned(3);
    expect(checkpoint).toMatchObject({
      origin: 'test-desk',
      number: 1,
      size: 3,
      clock: { state: 'synchronised' },
      purpose: 'interval',
      signature: { keyId: key.keyId },
    });
    expect(checkCheckpoint(checkpoint, keys)).toBe('valid');
    await checkpointer.stop();
    expect(await stored()).toHaveLength(1);
  });

  test('at once after so many records, at the end of the service, and on request', async () => {
    await checkpointer.start();
    await append(100);
    clock.advance(0);
    await untilSigned(100);
    await append(1);
    expect(await checkpointer.sign()).toMatchObject({ number: 2, size: 101, purpose: 'request' });
    await append(1);
    await checkpointer.stop();
    const all = await stored();
    expect(all.map(({ number, size, purpose }) => [number, size, purpose])).toEqual([
      [1, 100, 'interval'],
      [2, 101, 'request'],
      [3, 102, 'stop'],
    ]);
    const files = await readdir(join(dir.path, 'worm'));
    expect(files.sort()).toEqual([1, 2, 3].map((number) => `checkpoint-000000000${number}.json`));
    expect(parseCheckpoint(await readFile(join(dir.path, 'worm', files[2] ?? ''), 'utf8'))).toEqual(all[2]);
  });

  test('over a log that is older than its tree, from the first record', async () => {
    await append(300);
    const [before] = await database.query<{ edge: string }>('SELECT edge FROM desk.audit_head');
    await tamper(`UPDATE desk.audit_head SET edge = '';
      ALTER TABLE desk.audit_subtrees DISABLE TRIGGER ALL; TRUNCATE desk.audit_subtrees`);
    await append(1);
    const [after] = await database.query<{ edge: string }>('SELECT edge FROM desk.audit_head');
    expect(after?.edge.startsWith(before?.edge.slice(0, 64) ?? '-')).toBe(true);
    expect(await database.query('SELECT level, position FROM desk.audit_subtrees')).toEqual([
      { level: 8, position: 0 },
    ]);
    expect(await checkpointer.sign()).toMatchObject({ size: 301 });
  });

  test('though the database goes away just when it is put there: none is left out, and none signed that does not follow', async () => {
    let faults = 2;
    const failing = {
      query: async <R extends object>(sql: string, parameters?: readonly unknown[]): Promise<R[]> => {
        if (sql.startsWith('INSERT') && faults > 0) {
          faults -= 1;
          throw new AppError('MB_DATABASE_UNREACHABLE', 'the connection was lost');
        }
        return database.query<R>(sql, parameters);
      },
    };
    checkpointer = newCheckpointer({ database: failing });
    for (let size = 1; size <= 2; size += 1) {
      await append(1);
      await expect(checkpointer.sign()).rejects.toMatchObject({ code: 'MB_DATABASE_UNREACHABLE' });
    }
    await append(1);
    expect(await checkpointer.sign()).toMatchObject({ number: 2, size: 3 });
    expect((await stored()).map(({ number, size }) => [number, size])).toEqual([
      [1, 1],
      [2, 3],
    ]);
    expect(await readdir(join(dir.path, 'worm'))).toHaveLength(2);
    await checkpointer.stop();
    checkpointer = newCheckpointer();
    await checkpointer.start();
    expect(checkpointer.problem).toBeUndefined();
  });

  test('though its folder for witnesses is away', async () => {
    await writeFile(join(dir.path, 'worm'), 'a file is in the way');
    await append(1);
    expect(await checkpointer.sign()).toMatchObject({ size: 1 });
  });
});

describe('after a restart', () => {
  beforeEach(async () => {
    await append(5);
    await checkpointer.sign();
    await append(5);
    await checkpointer.sign();
    await checkpointer.stop();
    checkpointer = newCheckpointer();
  });

  test('it goes on where it was', async () => {
    await append(1);
    await checkpointer.start();
    expect((await stored()).map(({ size }) => size)).toEqual([5, 10, 11]);
  });

  test('it goes on from the database where the disk has nothing', async () => {
    await rm(join(dir.path, 'state'), { recursive: true });
    await append(1);
    expect(await checkpointer.sign()).toMatchObject({ number: 3, size: 11 });
  });

  test('a checkpoint that was on disk but not yet in the database is put there', async () => {
    await tamper('DELETE FROM desk.audit_checkpoints WHERE number = 2');
    expect(await checkpointer.sign()).toMatchObject({ number: 3, size: 10 });
    expect((await stored()).map(({ number }) => number)).toEqual([1, 2, 3]);
  });

  test.each([
    [
      'a record changed and chained anew',
      `UPDATE desk.audit_records SET body = replace(body, 'note', 'nota') WHERE n = 9`,
      'kept',
    ],
    [
      'records taken away with their head',
      'DELETE FROM desk.audit_records WHERE n > 8; UPDATE desk.audit_head SET n = 8',
      /10 were signed/,
    ],
    [
      'the log and its checkpoints put back',
      'DELETE FROM desk.audit_records; DELETE FROM desk.audit_checkpoints; UPDATE desk.audit_head SET n = 0',
      /newest checkpoint is none/,
    ],
    ['the newest two checkpoints taken away', 'DELETE FROM desk.audit_checkpoints', /newest checkpoint is none/],
    [
      'a checkpoint edited',
      `UPDATE desk.audit_checkpoints SET body = replace(body, '"size":10', '"size":9') WHERE number = 2`,
      /not signed by a key/,
    ],
    ['another head', `UPDATE desk.audit_head SET hash = repeat('a', 64)`, /its head does not say/],
    ['another tree', `UPDATE desk.audit_head SET edge = repeat('a', 128)`, /its head does not say/],
  ])('it refuses to sign: %s', async (_what, sql, message) => {
    await tamper(sql);
    await checkpointer.start();
    if (message === 'kept') {
      // What was signed before it stands: only somebody who reads it again sees it (verifyAudit).
      expect(checkpointer.problem).toBeUndefined();
      await rm(join(dir.path, 'state'), { recursive: true });
      checkpointer = newCheckpointer();
      await expect(checkpointer.sign()).rejects.toMatchObject({ code: 'MB_AUDIT_INCONSISTENT' });
      return;
    }
    await expect(checkpointer.sign()).rejects.toMatchObject({
      code: 'MB_AUDIT_INCONSISTENT',
      message: expect.stringMatching(message),
    });
    expect(checkpointer.problem?.code).toBe('MB_AUDIT_INCONSISTENT');
  });

  test('it refuses what was appended by somebody who did not follow the chain, and signs again once that is mended', async () => {
    await tamper(`INSERT INTO desk.audit_records SELECT 11, null, 1, 'note', '{}', hash, repeat('b', 64) FROM desk.audit_records
      WHERE n = 10; UPDATE desk.audit_head SET n = 11`);
    await expect(checkpointer.sign()).rejects.toThrow(/record 11 does not follow/);
    await tamper('DELETE FROM desk.audit_records WHERE n = 11; UPDATE desk.audit_head SET n = 10');
    expect(await checkpointer.sign()).toMatchObject({ number: 3, size: 10 });
    expect(checkpointer.problem).toBeUndefined();
  });

  test('it refuses a file of another key or another log', async () => {
    checkpointer = newCheckpointer({ keys: new KeyRing([newSigningKey().publicPem()]) });
    await expect(checkpointer.sign()).rejects.toThrow(/damaged, or signed by a key/);
    await mkdir(join(dir.path, 'state'), { recursive: true });
    await writeFile(join(dir.path, 'state', 'newest-checkpoint.json'), '{');
    await expect(newCheckpointer().sign()).rejects.toThrow(/damaged/);
  });
});

test('a desk that starts takes away the exports that a crash left, and nothing else', async () => {
  const stateDir = join(dir.path, 'desk-state');
  await mkdir(stateDir);
  for (const name of ['export-1.tmp', 'export-2.tmp', 'another.tmp']) await writeFile(join(stateDir, name), 'half');
  const config = { ...deskSchema.parse({}).audit, stateDir };
  const evidence = new ContentStore(join(dir.path, 'evidence'));
  const audit = new DeskAudit({
    ...{ config, demo: true, database, evidence, nodeKeys: keys, clock, clockSync: undefined },
    ...{ log: createLogger('test'), metrics: new Metrics() },
  });
  await append(1);
  await audit.start();
  await audit.checkpointer.stop();
  expect((await readdir(stateDir)).sort()).toEqual(['another.tmp', 'newest-checkpoint.json']);
});
