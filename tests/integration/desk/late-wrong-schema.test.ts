import { randomBytes } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import pg from 'pg';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { demoConfigText } from '../../../src/cli/demo-files.ts';
import { sha256 } from '../../../src/lib/hash.ts';
import { generateSigningKey } from '../../../src/lib/keys.ts';
import { CliProcess } from '../../support/cli.ts';
import { DeskUnderTest } from '../../support/desk.ts';
import { PostgresServer } from '../../support/postgres.ts';
import { tempDir } from '../../support/temp-dir.ts';

let postgres: PostgresServer;
let dir: Awaited<ReturnType<typeof tempDir>>;
const database = { kind: 'postgres', url: { env: 'TEST_LATE_POSTGRES_URL' } };

beforeAll(async () => {
  postgres = await PostgresServer.create();
  dir = await tempDir('late-schema');
  process.env['TEST_LATE_POSTGRES_URL'] = postgres.url;
  // A database that a newer version made.
  const client = new pg.Client({ connectionString: postgres.url });
  await client.connect();
  await client.query(`CREATE SCHEMA desk;
    CREATE TABLE desk.schema_migrations
      (version int PRIMARY KEY, name text NOT NULL, sha256 text NOT NULL, applied_at timestamptz NOT NULL DEFAULT now());
    INSERT INTO desk.schema_migrations (version, name, sha256) VALUES (9999, '9999_future.sql', 'x')`);
  await client.end();
});
afterAll(async () => {
  await postgres?.remove();
  await dir?.remove();
});

test('a wrong schema at the start refuses the start', async () => {
  const desk = await DeskUnderTest.create({ database, queue: { kind: 'database' } });
  await expect(desk.start()).rejects.toMatchObject({ code: 'MB_DATABASE_SCHEMA' });
  await desk.remove();
});

test('a desk that finds it later says so to whoever runs it', async () => {
  await postgres.stop();
  const desk = await DeskUnderTest.create({ database, queue: { kind: 'database' } });
  await desk.start();
  const { failed } = desk.desk;
  await postgres.start();
  expect(await failed).toMatchObject({ code: 'MB_DATABASE_SCHEMA', message: expect.stringContaining('9999_future') });
  await desk.remove();
});

test('and the service ends with the error instead of answering 503 for ever', async () => {
  await postgres.stop();
  for (const name of ['node', 'collect', 'deliver', 'audit']) generateSigningKey(join(dir.path, 'keys', `${name}.pem`));
  const config = join(dir.path, 'desk.yaml');
  const text = demoConfigText('desk', { dir: dir.path })
    .replace('port: 8080', 'port: 0')
    .replace(/database: .*/, 'database: { kind: postgres, url: { env: TEST_LATE_POSTGRES_URL } }')
    .replace(/tokenSha256: [0-9a-f]{64}/g, () => `tokenSha256: ${sha256(randomBytes(8))}`);
  writeFileSync(config, text);
  const cli = new CliProcess(['desk', '--config', config]);
  await cli.says(/console: http/);
  await postgres.start();
  expect(await cli.exit).toBe(1);
  expect(cli.output).toMatch(/maplebridge: MB_DATABASE_SCHEMA: .*9999_future/);
});
