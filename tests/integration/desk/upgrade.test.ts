import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type AuditEntry, chainEntries } from '../../../src/contracts/audit-record.ts';
import type { Database } from '../../../src/desk/store/database.ts';
import { migrate, shippedMigrations } from '../../../src/desk/store/migrate.ts';
import { rowSha256, type TicketRow } from '../../../src/desk/store/ticket-row.ts';
import type { IncidentId, Sha256, TicketId } from '../../../src/domain/ids.ts';
import { sha256, zeroHash } from '../../../src/lib/hash.ts';
import { AuditStand } from '../../support/audit-stand.ts';
import { PostgresServer } from '../../support/postgres.ts';
import { tempDir } from '../../support/temp-dir.ts';

const ticketId = '01890000-0000-7000-8000-000000000001' as TicketId;
const dispatchId = '01890000-0000-7000-8000-000000000002';
const incidentId = 'incident 0' as IncidentId;
const picture = Buffer.from('a picture');
let postgres: PostgresServer;
let dir: Awaited<ReturnType<typeof tempDir>>;
let stand: AuditStand;

beforeAll(async () => {
  postgres = await PostgresServer.create();
  dir = await tempDir('upgrade');
  stand = new AuditStand({ url: postgres.url, dir: dir.path });
});
afterAll(async () => {
  await stand?.close();
  await postgres?.remove();
  await dir?.remove();
});

/** A ticket that was dispatched, as the first version left it: what it kept of an alert in the log, and where. */
async function writeAsFirstVersion(database: Database): Promise<void> {
  await stand.evidence.put(picture);
  const event = stand.chain.event({
    incidentId,
    // Text of the video network may have what Postgres has no character for.
    camera: { id: 'c1' as never, name: 'a\u0000b', division: 'd', lat: 1.5, lon: 2.5 },
    evidence: [
      {
        kind: 'trigger',
        sha256: sha256(picture),
        bytes: picture.length,
        mediaType: 'image/jpeg',
        originalSha256: sha256('original'),
      },
    ],
  });
  const alert = event.data;
  const [at, batchSha256] = [1_760_000_000_500, sha256('batch 1')];
  const row: TicketRow = {
    ...{ id: ticketId, number: 1, incident_id: incidentId, state: 'DISPATCHED', scene: alert.scene, severity: 3 },
    ...{
      camera_id: alert.camera.id,
      camera_name: 'a\ufffdb',
      lat: 1.5,
      lon: 2.5,
      division: 'd',
      zone_tags: ['roadway'],
    },
    ...{ traceparent: alert.trace.traceparent, routing: null, station: 's', department: 'p', co_departments: [] },
    ...{ sign_due_at: at + 60_000, sign_overdue: false, signed_at: null, outcome: null, cleared_at: null },
    ...{ self_resolved: false, created_at: at, updated_at: at, audit_n: 0, audit_hash: zeroHash },
  };
  const entry = (kind: string, more: Partial<AuditEntry>): AuditEntry => ({
    ...{ at, actor: 'desk', role: 'system', kind, ticketId, details: {} },
    ...more,
  });
  const records = chainEntries({ n: 0, hash: zeroHash }, [
    entry('ticket.received', { to: 'RECEIVED', details: { source: 'algorithm', incidentId, scene: alert.scene } }),
    entry('alert.raised', {
      details: {
        ...{ alertId: alert.alertId, hash: alert.sequence.hash, node: alert.sequence.node, n: alert.sequence.n },
        ...{ keyId: alert.signature.keyId, observedAt: alert.observedAt, collectedAt: at - 30, deliveredAt: at - 10 },
        ...{ batch: 1, batchSha256 },
      },
    }),
    entry('transition', { from: 'RECEIVED', to: 'TRIAGED' }),
    entry('dispatch.assigned', {
      details: { dispatchId, station: 's', department: 'p', coDepartments: [], signDueAt: at + 60_000 },
    }),
    entry('transition', { from: 'TRIAGED', to: 'DISPATCHED', rowSha256: rowSha256(row) }),
    { at, actor: 'desk', role: 'system', kind: 'integrity.incident', note: 'n 1 twice', details: { kind: 'fork' } },
  ]);
  const tied = { ...row, audit_n: 5, audit_hash: records[4]?.hash as Sha256 };
  await database.transaction(async (tx) => {
    for (const { n, body, prevHash, hash } of records) {
      const { ticketId: of = null, kind } = JSON.parse(body) as AuditEntry;
      await tx.query('INSERT INTO desk.audit_records VALUES ($1, $2, $3, $4, $5, $6, $7)', [
        ...[n, of, at, kind, body, prevHash, hash],
      ]);
    }
    await tx.query('UPDATE desk.audit_head SET n = $1, hash = $2', [records.length, records.at(-1)?.hash]);
    await tx.query(
      'INSERT INTO desk.tickets OVERRIDING SYSTEM VALUE SELECT * FROM json_populate_record(NULL::desk.tickets, $1)',
      [JSON.stringify(tied)],
    );
    await tx.query('INSERT INTO desk.alerts VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, 1, $10)', [
      ...[alert.alertId, ticketId, alert.phase, alert.observedAt, JSON.stringify(event)],
      ...[at - 30, at - 20, at - 10, at, batchSha256],
    ]);
    await tx.query(`INSERT INTO desk.evidence VALUES ($1, 0, $2, 'trigger', $3, $4, 'image/jpeg', $5, true)`, [
      ...[alert.alertId, ticketId, sha256(picture), picture.length, sha256('original')],
    ]);
    await tx.query(`INSERT INTO desk.dispatches VALUES ($1, $2, 's', 'p', $3, $4, NULL, NULL)`, [
      ...[dispatchId, ticketId, at, at + 60_000],
    ]);
    await tx.query(`INSERT INTO desk.jobs VALUES ($1, 'sign-clock', $2, $3, $4)`, [
      ...[`sign-${dispatchId}`, ticketId, dispatchId, at + 60_000],
    ]);
    await tx.query(`INSERT INTO desk.transfer_positions VALUES ('gateway-1', 1, '{}')`);
    await tx.query(`INSERT INTO desk.integrity_incidents VALUES ('i1', 'fork', 'node-1', 'n 1 twice', $1)`, [at]);
  });
}

test('a database of the first version is brought up to date, goes on, and is proven from its first record', async () => {
  const { database } = stand;
  await migrate(database, shippedMigrations().slice(0, 1));
  database.open();
  await writeAsFirstVersion(database);

  await migrate(database, shippedMigrations());
  expect(await database.query('SELECT node, n FROM desk.alerts')).toEqual([{ node: 'node-1', n: 1 }]);
  expect(
    await database.query(`SELECT c.kind, c.node, c.state, c.count FROM desk.integrity_cases c
      JOIN desk.integrity_incidents i ON i.case_id = c.id`),
  ).toEqual([{ kind: 'fork', node: 'node-1', state: 'open', count: 1 }]);

  const before = await stand.checkpoint();
  expect(before.size).toBe(6);
  await stand.act(ticketId, 'sign', '收到');
  await stand.alert(incidentId, 'cleared');
  await stand.alert('another', 'raised', 1);
  const path = join(dir.path, 'export.mba');
  await stand.export(path);
  expect(await stand.verify(path, { since: [before] })).toMatchObject({ problems: [], verified: true, tickets: 2 });

  await database.query(`UPDATE desk.alerts SET n = 7 WHERE event LIKE '%u0000%'`);
  await stand.export(path);
  expect((await stand.verify(path)).problems).toEqual([expect.stringMatching(/node and n/)]);
});
