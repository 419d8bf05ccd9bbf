import pg from 'pg';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { chainEntries } from '../../../src/contracts/audit-record.ts';
import { deskSchema } from '../../../src/desk/config.ts';
import { migrateAsOwner, prepareSchema } from '../../../src/desk/prepare-schema.ts';
import { Database } from '../../../src/desk/store/database.ts';
import { roleFaults } from '../../../src/desk/store/desk-role.ts';
import type { Sha256 } from '../../../src/domain/ids.ts';
import { createLogger } from '../../../src/lib/log.ts';
import { DeskUnderTest } from '../../support/desk.ts';
import { PostgresServer } from '../../support/postgres.ts';

let postgres: PostgresServer;
let service: pg.Client;
const env = (name: string) => ({ env: `TEST_ROLES_${name}` });
const separated = { kind: 'postgres', url: env('APP'), migrateUrl: env('OWNER') };
const queue = { kind: 'database' };

beforeAll(async () => {
  postgres = await PostgresServer.create();
  const { url, migrateUrl } = await postgres.separateRoles();
  process.env['TEST_ROLES_APP'] = url;
  process.env['TEST_ROLES_OWNER'] = migrateUrl;
  service = new pg.Client({ connectionString: url });
  await service.connect();
});
afterAll(async () => {
  await service?.end();
  await postgres?.remove();
});

const open = (url: string) =>
  new Database({
    target: { connectionString: url },
    maxConnections: 2,
    connectTimeoutMs: 5_000,
    onIdleError: () => {},
  });

describe('the role of the service', () => {
  test('does not start on a schema that its owner has not made', async () => {
    const desk = await DeskUnderTest.create({ database: separated, queue });
    await expect(desk.start()).rejects.toMatchObject({
      code: 'MB_DATABASE_SCHEMA',
      message: expect.stringMatching(/lacks 0001_desk\.sql, 0002_audit_tree\.sql.*desk migrate/),
    });
    await desk.remove();
  });

  test('runs the desk and its job queue on one that its owner has made', async () => {
    expect(await migrateAsOwner(deskSchema.parse({ database: separated, queue }))).toBe('maplebridge_app');
    // Again changes nothing.
    await migrateAsOwner(deskSchema.parse({ database: separated, queue }));
    const desk = await DeskUnderTest.create({ database: separated, queue });
    await desk.start();
    const [outcome] = await desk.accept(desk.chain.event({ observedAt: Date.now() }));
    await desk.untilState(outcome?.ticketId ?? '', 'DISPATCHED');
    expect((await desk.call('/api/audit/verify', { role: 'auditor' })).body.problems).toEqual([]);
    await desk.remove();
  });

  test.each([
    `UPDATE desk.audit_records SET body = '{}' WHERE n = 1`,
    `INSERT INTO desk.audit_records SELECT n + 100, ticket_id, at, kind, body, hash, md5(hash) FROM desk.audit_records`,
    'DELETE FROM desk.audit_records',
    'TRUNCATE desk.audit_records',
    'UPDATE desk.audit_head SET n = n - 1',
    `UPDATE desk.audit_head SET edge = ''`,
    'DELETE FROM desk.audit_head',
    `UPDATE desk.audit_checkpoints SET body = '{}'`,
    'DELETE FROM desk.audit_checkpoints',
    'TRUNCATE desk.audit_checkpoints',
    `INSERT INTO desk.audit_subtrees VALUES (8, 0, '')`,
    `UPDATE desk.alerts SET event = '{}'`,
    'DELETE FROM desk.alerts',
    'DELETE FROM desk.tickets',
    `UPDATE desk.dispatches SET station = 'x'`,
    'DELETE FROM desk.dispatches',
    'UPDATE desk.evidence SET bytes = 1',
    'DELETE FROM desk.evidence',
    'DELETE FROM desk.transfer_positions',
    'DELETE FROM desk.transfer_batches',
    `UPDATE desk.integrity_incidents SET detail = ''`,
    'UPDATE desk.integrity_cases SET first_at = 0',
    'DELETE FROM desk.integrity_cases',
    'DELETE FROM desk.integrity_steps',
    `UPDATE desk.quarantine SET line = ''`,
    'TRUNCATE desk.quarantine',
    `UPDATE desk.schema_migrations SET sha256 = ''`,
    'ALTER TABLE desk.audit_records DISABLE TRIGGER ALL',
    'DROP TRIGGER audit_append_only ON desk.audit_records',
    'CREATE TRIGGER t BEFORE INSERT ON desk.audit_records FOR EACH ROW EXECUTE FUNCTION desk.refuse_change()',
    'CREATE TABLE desk.mine (a int)',
    'DROP TABLE desk.audit_records',
    `CREATE OR REPLACE FUNCTION desk.refuse_change() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END'`,
    'ALTER FUNCTION desk.append_audit SECURITY INVOKER',
    'SET ROLE maplebridge_owner',
    `SET session_replication_role = 'replica'`,
  ])('is refused: %s', async (sql) => {
    // insufficient_privilege
    await expect(service.query(sql)).rejects.toMatchObject({ code: '42501' });
  });

  test('appends only at the head, and only what is chained', async () => {
    const { rows } = await service.query('SELECT n::int, hash FROM desk.audit_head');
    const head = rows[0] as { n: number; hash: Sha256 };
    const append = (n: number, hash: Sha256, change: (body: string) => string = (body) => body) => {
      const entry = { at: 1, actor: 'x', role: 'system', kind: 'note', details: {} } as const;
      const [record] = chainEntries({ n, hash }, [entry]);
      const edge = '0'.repeat(64 * (n + 1).toString(2).replaceAll('0', '').length);
      return service.query(`SELECT desk.append_audit($1, '{null}', '{1}', '{note}', $2, $3, $4, '{}', '{}', '{}')`, [
        n,
        [change(record?.body ?? '')],
        [record?.hash],
        edge,
      ]);
    };
    await expect(append(head.n - 1, head.hash)).rejects.toThrow(/ends at record/);
    await expect(append(head.n + 1, head.hash)).rejects.toThrow(/ends at record/);
    await expect(append(head.n, 'f'.repeat(64) as Sha256)).rejects.toThrow(/not chained/);
    await expect(append(head.n, head.hash, (body) => body.replace('note', 'other'))).rejects.toThrow(/not chained/);
    await service.query('BEGIN');
    await expect(append(head.n, head.hash)).resolves.toBeDefined();
    await service.query('ROLLBACK');
  });

  test('cannot put tables of its own in the way of the function that appends', async () => {
    await service.query('CREATE SCHEMA mine; CREATE TABLE mine.audit_head (LIKE desk.audit_head)');
    await service.query('SET search_path = mine, desk, public');
    await expect(
      service.query(`SELECT desk.append_audit(0, '{null}', '{1}', '{x}', '{x}', '{x}', '', '{}', '{}', '{}')`),
    ).rejects.toThrow(/ends at record/);
    await service.query('RESET search_path');
  });

  test('leaves no checkpoint out and takes none back', async () => {
    const insert = (number: number, size: number) =>
      service.query('INSERT INTO desk.audit_checkpoints VALUES ($1, $2, $3)', [number, size, '{}']);
    const { rows } = await service.query('SELECT coalesce(max(number), 0)::int AS n FROM desk.audit_checkpoints');
    const newest = (rows[0] as { n: number }).n;
    await expect(insert(newest + 2, 1_000_000)).rejects.toThrow(/does not follow/);
    await service.query('BEGIN');
    await insert(newest + 1, 1_000_000);
    await expect(insert(newest + 2, 1)).rejects.toThrow(/does not follow/);
    await service.query('ROLLBACK');
  });
});

describe('a service whose role could change the log', () => {
  const config = (more: object) =>
    deskSchema.parse({ database: { kind: 'postgres', url: env('OWNER'), ...more }, queue });
  const prepare = async (more: object, demo: boolean) => {
    const database = open(process.env['TEST_ROLES_OWNER'] ?? '');
    await prepareSchema(database, config(more), { demo, log: createLogger('test') }).finally(() => database.close());
  };

  test('is refused, and says what the role could do', async () => {
    await expect(prepare({}, false)).rejects.toMatchObject({
      code: 'MB_DATABASE_ROLE',
      message: expect.stringMatching(/maplebridge_owner owns tables.*may UPDATE on desk\.audit_records/),
    });
  });

  test('runs in the demo, and where the configuration says so', async () => {
    await expect(prepare({}, true)).resolves.toBeUndefined();
    await expect(prepare({ allowOwner: true }, false)).resolves.toBeUndefined();
  });

  test.each([
    ['GRANT UPDATE (body) ON desk.audit_records TO maplebridge_app', 'may UPDATE on desk.audit_records'],
    ['GRANT INSERT ON desk.audit_records TO maplebridge_app', 'may INSERT on desk.audit_records'],
    ['GRANT TRUNCATE ON desk.audit_checkpoints TO maplebridge_app', 'may TRUNCATE on desk.audit_checkpoints'],
    ['GRANT CREATE ON SCHEMA desk TO maplebridge_app', 'may alter the schema desk'],
  ])('%s is noticed', async (sql, fault) => {
    const owner = open(process.env['TEST_ROLES_OWNER'] ?? '');
    const app = open(process.env['TEST_ROLES_APP'] ?? '');
    try {
      expect(await app.administer((tx) => roleFaults(tx))).toEqual([]);
      await owner.administer((tx) => tx.query(sql));
      expect(await app.administer((tx) => roleFaults(tx))).toEqual([`maplebridge_app ${fault}`]);
      await owner.administer((tx) => tx.query(sql.replace('GRANT', 'REVOKE').replace(' TO ', ' FROM ')));
    } finally {
      await owner.close();
      await app.close();
    }
  });
});
