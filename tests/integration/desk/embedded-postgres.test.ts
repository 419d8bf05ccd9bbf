import { spawn } from 'node:child_process';
import { mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PGlite } from '@electric-sql/pglite';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { type ConnectionTarget, Database } from '../../../src/desk/store/database.ts';
import { EmbeddedPostgres } from '../../../src/desk/store/embedded-postgres.ts';
import { migrate, shippedMigrations } from '../../../src/desk/store/migrate.ts';
import { SharedSession } from '../../../src/desk/store/shared-session.ts';

function open(target: ConnectionTarget, maxConnections = 6): Database {
  return new Database({ target, maxConnections, connectTimeoutMs: 5_000, onIdleError: () => undefined });
}

describe('embedded Postgres', () => {
  const postgres = new EmbeddedPostgres({ dir: undefined });
  let target: ConnectionTarget;
  let database: Database;

  beforeAll(async () => {
    target = await postgres.start();
    database = open(target);
    database.open();
    await database.query('CREATE TABLE public.counter (n int)');
    await database.query('INSERT INTO public.counter VALUES (0)');
  });
  afterAll(async () => {
    await database.close();
    await postgres.stop();
  });

  test('only this user can reach its socket', async () => {
    if (!('host' in target)) throw new Error('no socket');
    expect((await stat(target.host)).mode & 0o777).toBe(0o700);
  });

  test('statements of many connections do not mix', async () => {
    const answers = await Promise.all(
      Array.from({ length: 200 }, async (_, i) =>
        i % 2 === 0
          ? (await database.query<{ a: number }>('SELECT $1::int AS a', [i]))[0]?.a === i
          : (await database.query<{ b: string; c: string }>('SELECT $1::text AS b, $2::text AS c', [`${i}`, 'x']))[0]
              ?.b === `${i}`,
      ),
    );
    expect(answers.every(Boolean)).toBe(true);
  });

  test('transactions are isolated and complete', async () => {
    await Promise.all(
      Array.from({ length: 50 }, () =>
        database.transaction(async (tx) => {
          const [row] = await tx.query<{ n: number }>('SELECT n FROM public.counter');
          await tx.query('UPDATE public.counter SET n = $1', [(row?.n ?? 0) + 1]);
        }),
      ),
    );
    expect(await database.query('SELECT n FROM public.counter')).toEqual([{ n: 50 }]);
  });

  test('a failed transaction leaves nothing, runs no effect, and blocks nobody', async () => {
    let effects = 0;
    await expect(
      database.transaction(async (tx) => {
        tx.afterCommit(() => {
          effects += 1;
        });
        await tx.query('UPDATE public.counter SET n = -1');
        await tx.query('SELECT 1 / 0');
      }),
    ).rejects.toThrow(/division by zero/);
    expect(effects).toBe(0);
    expect(await database.query('SELECT n FROM public.counter')).toEqual([{ n: 50 }]);
  });

  test('a schema changed after it was applied, or unknown here, is refused', async () => {
    const [first] = shippedMigrations();
    if (first === undefined) throw new Error('no migrations');
    await migrate(database, shippedMigrations());
    await migrate(database, shippedMigrations());
    await expect(migrate(database, [{ ...first, sql: `${first.sql} ` }])).rejects.toMatchObject({
      code: 'MB_DATABASE_SCHEMA',
      message: '0001_desk.sql was changed after it was applied',
    });
    await expect(migrate(database, [])).rejects.toMatchObject({ code: 'MB_DATABASE_SCHEMA' });
  });

  test('of a set of migrations all are applied or none', async () => {
    const good = { version: 8888, name: '8888_good.sql', sql: 'CREATE TABLE desk.good (a int)' };
    const bad = { version: 8889, name: '8889_bad.sql', sql: 'CREATE TABLE nonsense' };
    await expect(migrate(database, [...shippedMigrations(), good, bad])).rejects.toThrow(/syntax error/);
    expect(await database.query(`SELECT to_regclass('desk.good') AS found`)).toEqual([{ found: null }]);
  });
});

describe('the shared session', () => {
  test('answers with an error when the database under it is gone', async () => {
    const dead = await PGlite.create('memory://');
    await dead.close();
    const answers: Buffer[] = [];
    const query = Buffer.from('Q\0\0\0\x0dSELECT 1\0', 'latin1');
    await new SharedSession(dead).execProtocolRawStream(query, {
      onRawData: (data) => answers.push(Buffer.from(data)),
    });
    const text = Buffer.concat(answers).toString('latin1');
    expect(text).toMatch(/^E.*C58000\0Membedded Postgres: /s);
    expect(text.endsWith('Z\0\0\0\x05I')).toBe(true);
  });
});

describe('a folder of embedded Postgres', () => {
  let dir: string;
  beforeEach(async () => {
    dir = await mkdtemp(join(tmpdir(), 'maplebridge-pglite-'));
  });
  afterEach(() => rm(dir, { recursive: true, force: true }));

  test('keeps what was committed', async () => {
    for (const expected of [0, 1]) {
      const postgres = new EmbeddedPostgres({ dir });
      const database = open(await postgres.start());
      database.open();
      await database.query('CREATE TABLE IF NOT EXISTS public.kept (a int)');
      expect(await database.query('SELECT * FROM public.kept')).toHaveLength(expected);
      await database.query('INSERT INTO public.kept VALUES (1)');
      await database.close();
      await postgres.stop();
    }
  });

  test('is refused while another process has it, and taken over from a dead one', async () => {
    const other = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)']);
    const ended = new Promise((resolve) => other.once('exit', resolve));
    try {
      await writeFile(join(dir, 'lock'), String(other.pid));
      await expect(new EmbeddedPostgres({ dir }).start()).rejects.toMatchObject({ code: 'MB_DATABASE_SCHEMA' });
    } finally {
      other.kill();
      await ended;
    }
    const postgres = new EmbeddedPostgres({ dir });
    await postgres.start();
    await postgres.stop();
  });
});
