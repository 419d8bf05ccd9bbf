import { afterAll, beforeAll, expect, test } from 'vitest';
import type { AuditEntry } from '../../../src/contracts/audit-record.ts';
import { AuditLog } from '../../../src/desk/audit/audit-log.ts';
import { Database } from '../../../src/desk/store/database.ts';
import { migrate, shippedMigrations } from '../../../src/desk/store/migrate.ts';
import { PostgresServer } from '../../support/postgres.ts';

let server: PostgresServer;
let database: Database;

beforeAll(async () => {
  server = await PostgresServer.create();
  const options = { maxConnections: 2, connectTimeoutMs: 5_000, onIdleError: () => undefined };
  database = new Database({ target: { connectionString: server.url }, ...options });
  await migrate(database, shippedMigrations());
  database.open();
});

afterAll(async () => {
  await database?.close();
  await server?.remove();
});

const entries = (count: number): AuditEntry[] =>
  Array.from({ length: count }, (_, at) => ({ at, actor: 'x', role: 'system', kind: 'note', details: { at } }));

test('an append reads nothing of the log it is added to, however often it is made on a connection', async () => {
  const log = new AuditLog();
  await database.transaction((tx) => log.append(tx, entries(3_000)));
  await database.query('ANALYZE desk.audit_records');
  const read = await database.transaction(async (tx) => {
    // From the sixth on Postgres may keep a plan that knows none of the values (PREPARE, plan_cache_mode).
    for (let time = 0; time < 12; time += 1) await log.append(tx, entries(2));
    return tx.query(
      `SELECT seq_tup_read AS "whole", coalesce(idx_tup_fetch, 0) AS "indexed" FROM pg_stat_xact_user_tables
       WHERE relid = 'desk.audit_records'::regclass`,
    );
  });
  expect(read).toEqual([{ whole: 0, indexed: 0 }]);
});
