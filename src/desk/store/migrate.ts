import { readdirSync, readFileSync } from 'node:fs';
import { AppError } from '../../lib/errors.ts';
import { sha256 } from '../../lib/hash.ts';
import type { Database, Queryable } from './database.ts';

/** One numbered step of the schema. */
export interface Migration {
  readonly version: number;
  readonly name: string;
  readonly sql: string;
}

/** The shipped steps, in order: `migrations/NNNN_name.sql`. */
export function shippedMigrations(): Migration[] {
  const folder = new URL('./migrations/', import.meta.url);
  return readdirSync(folder)
    .filter((name) => /^\d{4}_.*\.sql$/.test(name))
    .sort()
    .map((name) => ({
      version: Number(name.slice(0, 4)),
      name,
      sql: readFileSync(new URL(name, folder), 'utf8'),
    }));
}

/**
 * Brings the schema up to date, every missing step and its ledger row in one transaction; concurrent starters wait.
 * @throws AppError MB_DATABASE_SCHEMA when an applied step was changed since, or a newer version made the schema.
 */
export async function migrate(database: Database, migrations: readonly Migration[]): Promise<void> {
  await database.administer(async (tx) => {
    await tx.query(`SELECT pg_advisory_xact_lock(hashtext('maplebridge.migrate'))`);
    await tx.query('CREATE SCHEMA IF NOT EXISTS desk');
    await tx.query(
      `CREATE TABLE IF NOT EXISTS desk.schema_migrations
         (version int PRIMARY KEY, name text NOT NULL, sha256 text NOT NULL, applied_at timestamptz NOT NULL DEFAULT now())`,
    );
    for (const { version, name, sql } of await missing(tx, migrations)) {
      await tx.query(sql);
      await tx.query('INSERT INTO desk.schema_migrations (version, name, sha256) VALUES ($1, $2, $3)', [
        version,
        name,
        sha256(sql),
      ]);
    }
  });
}

/**
 * For a service that may not alter the schema: whether all of it is there.
 * @throws AppError MB_DATABASE_SCHEMA as `migrate` does, and naming what is missing.
 */
export async function requireMigrated(database: Database, migrations: readonly Migration[]): Promise<void> {
  const lacking = await database.administer(async (tx) => {
    const [ledger] = await tx.query<{ found: boolean }>(
      `SELECT to_regclass('desk.schema_migrations') IS NOT NULL AS found`,
    );
    return ledger?.found ? missing(tx, migrations) : migrations;
  });
  if (lacking.length > 0) {
    const names = lacking.map(({ name }) => name).join(', ');
    throw new AppError('MB_DATABASE_SCHEMA', `the schema lacks ${names}: run \`maplebridge desk migrate\``);
  }
}

async function missing(tx: Queryable, migrations: readonly Migration[]): Promise<Migration[]> {
  const applied = await tx.query<{ version: number; name: string; sha256: string }>(
    'SELECT version, name, sha256 FROM desk.schema_migrations ORDER BY version',
  );
  for (const row of applied) {
    const known = migrations.find((each) => each.version === row.version);
    if (known === undefined) {
      throw new AppError('MB_DATABASE_SCHEMA', `the database has ${row.name}, which this version does not know`);
    }
    if (sha256(known.sql) !== row.sha256) {
      throw new AppError('MB_DATABASE_SCHEMA', `${known.name} was changed after it was applied`);
    }
  }
  const done = new Set(applied.map((row) => row.version));
  return migrations.filter((each) => !done.has(each.version));
}
