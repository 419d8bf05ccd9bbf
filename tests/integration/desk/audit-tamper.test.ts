import { writeFile } from 'node:fs/promises';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { checkSeal } from '../../../src/contracts/seal.ts';
import { AuditLog } from '../../../src/desk/audit/audit-log.ts';
import { verifyAudit } from '../../../src/desk/audit/verify-audit.ts';
import { Dispatcher } from '../../../src/desk/dispatch/dispatcher.ts';
import { IntegrityBook } from '../../../src/desk/integrity/integrity-book.ts';
import { DueTimes } from '../../../src/desk/sla/due-times.ts';
import { SignClock } from '../../../src/desk/sla/sign-clock.ts';
import { Database, type Transaction } from '../../../src/desk/store/database.ts';
import { EmbeddedPostgres } from '../../../src/desk/store/embedded-postgres.ts';
import { type DeskJob, dispatchJob } from '../../../src/desk/store/jobs.ts';
import { migrate, shippedMigrations } from '../../../src/desk/store/migrate.ts';
import { TicketBook } from '../../../src/desk/store/ticket-book.ts';
import { PgTicketIntake } from '../../../src/desk/ticket/intake.ts';
import { TicketActions } from '../../../src/desk/ticket/ticket-actions.ts';
import { traceTicket } from '../../../src/desk/ticket/ticket-trace.ts';
import { TicketViews } from '../../../src/desk/ticket/ticket-views.ts';
import type { IncidentId, TicketId } from '../../../src/domain/ids.ts';
import { systemClock } from '../../../src/lib/clock.ts';
import { ContentStore } from '../../../src/lib/content-store.ts';
import { sha256 } from '../../../src/lib/hash.ts';
import { KeyRing } from '../../../src/lib/keys.ts';
import { createLogger } from '../../../src/lib/log.ts';
import { Metrics } from '../../../src/lib/metrics.ts';
import { testRedaction } from '../../support/alert-draft.ts';
import { AlertChain } from '../../support/alerts.ts';
import { DeskUnderTest } from '../../support/desk.ts';
import { until } from '../../support/until.ts';

/** Somebody who owns the database and changes it; every test starts from the same honest records. */
describe('tampering with the database is found', () => {
  const postgres = new EmbeddedPostgres({ dir: undefined });
  const chain = new AlertChain();
  const picture = Buffer.from('picture');
  let database: Database;
  let holder: DeskUnderTest;
  let store: ContentStore;

  const verify = (keys: KeyRing = chain.keys) =>
    verifyAudit({ database, evidence: store, seal: (alert) => checkSeal(alert, keys) });
  /** Changes what the triggers guard, as an owner can. */
  const tamper = (work: (tx: Transaction) => Promise<unknown>) =>
    database.transaction(async (tx) => {
      await tx.query('ALTER TABLE desk.audit_records DISABLE TRIGGER ALL');
      await work(tx);
      await tx.query('ALTER TABLE desk.audit_records ENABLE TRIGGER ALL');
    });

  beforeAll(async () => {
    holder = await DeskUnderTest.create({});
    store = new ContentStore(holder.evidence.dir);
    database = new Database({
      target: await postgres.start(),
      maxConnections: 4,
      connectTimeoutMs: 5_000,
      onIdleError: () => undefined,
    });
    await migrate(database, shippedMigrations());
    database.open();
    const audit = new AuditLog();
    const book = new TicketBook({ audit, onChanged: () => undefined });
    const around = { clock: systemClock, log: createLogger('test'), metrics: new Metrics() };
    const integrity = new IntegrityBook({ database, audit, ...around });
    const decision = {
      rule: 'r',
      version: '1',
      station: 's',
      department: '公安',
      coDepartments: [],
      reason: '',
      rejected: [],
    };
    const intake = new PgTicketIntake({
      database,
      book,
      integrity,
      evidence: store,
      route: () => decision,
      onJobs: () => undefined,
      clock: systemClock,
      metrics: new Metrics(),
    });
    const file = { sha256: await store.put(picture), bytes: picture.length, mediaType: 'image/jpeg' };
    for (const incident of ['i1', 'i2']) {
      const event = chain.event({
        incidentId: incident as IncidentId,
        evidence: [{ kind: 'trigger', ...file, originalSha256: sha256('o'), redaction: testRedaction }],
      });
      await intake.accept([holder.record(event)], [], { sender: 'g', batch: 1, nodes: {} });
    }
    const shared = { database, book, clock: systemClock, metrics: new Metrics() };
    const signClocks: DeskJob[] = [];
    const dispatcher = new Dispatcher({ ...shared, signLimitMs: 0, onJobs: (jobs) => void signClocks.push(...jobs) });
    for (const { id } of await database.query<{ id: TicketId }>('SELECT id FROM desk.tickets')) {
      await dispatcher.run([dispatchJob(id, 0)]);
    }
    const due = new DueTimes({ clock: systemClock, longestMs: 0 });
    await until(() => signClocks.every((job) => due.waitMs(job) <= 0), { what: 'the sign clocks to run out' });
    await new SignClock({ ...shared, due }).run(signClocks);
    const [row] = await database.query<{ id: TicketId }>(`SELECT id FROM desk.tickets WHERE incident_id = 'i1'`);
    const actions = new TicketActions(shared);
    await actions.act(row?.id ?? ('' as TicketId), 'sign', { note: '收到' }, { name: '王', role: 'responder' });
    // The honest state, to come back to.
    for (const table of ['audit_records', 'audit_head', 'tickets', 'alerts', 'evidence', 'dispatches']) {
      await database.query(`CREATE TABLE honest_${table} AS TABLE desk.${table}`);
    }
  });
  afterAll(async () => {
    await database?.close();
    await postgres.stop();
    await holder?.remove();
  });

  beforeEach(async () => {
    await writeFile(store.path(sha256(picture)), picture);
    await tamper(async (tx) => {
      for (const table of ['evidence', 'alerts', 'jobs', 'dispatches', 'tickets', 'audit_head', 'audit_records']) {
        await tx.query(`DELETE FROM desk.${table}`);
      }
      const columns = await tx.query<{ names: string }>(
        `SELECT string_agg(column_name, ', ') AS names FROM information_schema.columns
         WHERE table_schema = 'desk' AND table_name = 'tickets'`,
      );
      const names = columns[0]?.names ?? '';
      await tx.query(`INSERT INTO desk.tickets (${names}) OVERRIDING SYSTEM VALUE SELECT ${names} FROM honest_tickets`);
      for (const table of ['alerts', 'evidence', 'dispatches', 'audit_head', 'audit_records']) {
        await tx.query(`INSERT INTO desk.${table} SELECT * FROM honest_${table}`);
      }
    });
    expect(await verify()).toMatchObject({ verified: true, problems: [] });
  });

  test('the database itself refuses to change or delete audit records', async () => {
    for (const sql of [
      `UPDATE desk.audit_records SET body = '{}' WHERE n = 2`,
      'DELETE FROM desk.audit_records WHERE n = 2',
      'TRUNCATE desk.audit_records',
    ]) {
      await expect(database.query(sql)).rejects.toThrow(/append-only/);
    }
  });

  test.each([
    [
      'a changed record',
      `UPDATE desk.audit_records SET body = replace(body, '收到', '未收到') WHERE body LIKE '%收到%'`,
    ],
    ['a deleted record', 'DELETE FROM desk.audit_records WHERE n = 3'],
    ['a deleted first record', 'DELETE FROM desk.audit_records WHERE n = 1'],
    ['a log cut short', 'DELETE FROM desk.audit_records WHERE n = (SELECT max(n) FROM desk.audit_records)'],
    [
      'a log cut short, its head put back',
      `DELETE FROM desk.audit_records WHERE n = (SELECT n FROM desk.audit_head);
       UPDATE desk.audit_head SET n = r.n, hash = r.hash
         FROM (SELECT n, hash FROM desk.audit_records ORDER BY n DESC LIMIT 1) AS r`,
    ],
    ['an emptied log', `DELETE FROM desk.audit_records; UPDATE desk.audit_head SET n = 0, hash = repeat('0', 64)`],
    [
      'two records swapped',
      `UPDATE desk.audit_records SET n = -n WHERE n IN (2, 3);
       UPDATE desk.audit_records SET n = CASE n WHEN -2 THEN 3 ELSE 2 END WHERE n < 0`,
    ],
    [
      'a record put in at the end',
      `INSERT INTO desk.audit_records SELECT n + 1, ticket_id, at, kind, body, hash, md5(hash) FROM desk.audit_records
         ORDER BY n DESC LIMIT 1`,
    ],
    ['a changed column of a record', 'UPDATE desk.audit_records SET at = at + 1 WHERE n = 4'],
    ['a lost head', 'DELETE FROM desk.audit_head'],
    ['a ticket set to another state', `UPDATE desk.tickets SET state = 'CLOSED' WHERE incident_id = 'i1'`],
    ['a ticket made less severe', 'UPDATE desk.tickets SET severity = 4'],
    ['a ticket of another station', `UPDATE desk.tickets SET station = '别处'`],
    ['a signature put earlier', 'UPDATE desk.tickets SET signed_at = signed_at - 60000'],
    ['a ticket said to have resolved itself', 'UPDATE desk.tickets SET self_resolved = true'],
    [
      'a ticket given another number',
      `ALTER TABLE desk.tickets ALTER number DROP IDENTITY; UPDATE desk.tickets SET number = number + 100;
       ALTER TABLE desk.tickets ALTER number ADD GENERATED ALWAYS AS IDENTITY`,
    ],
    ['a ticket tied to an older record', 'UPDATE desk.tickets SET audit_n = audit_n - 1'],
    [
      'a ticket taken away',
      `DELETE FROM desk.evidence; DELETE FROM desk.alerts; DELETE FROM desk.dispatches;
       DELETE FROM desk.tickets WHERE incident_id = 'i2'`,
    ],
    ['a changed alert', `UPDATE desk.alerts SET event = replace(event, '人民路', '解放路')`],
    ['an alert that is no longer one', `UPDATE desk.alerts SET event = '{}'`],
    ['an alert taken away', `DELETE FROM desk.evidence; DELETE FROM desk.alerts`],
    ['evidence listed differently', `UPDATE desk.evidence SET media_type = 'image/png'`],
  ])('%s', async (_what, sql) => {
    await tamper((tx) => tx.query(sql));
    const report = await verify();
    expect(report.verified).toBe(false);
    expect(report.problems.length).toBeGreaterThan(0);
  });

  test.each([
    ['station', `station = '别处'`, 'i2'],
    ['department', `department = '消防'`, 'i2'],
    ['assigned_at', 'assigned_at = assigned_at + 1', 'i2'],
    ['sign_due_at', 'sign_due_at = sign_due_at + 60000', 'i2'],
    ['signed_at, put earlier', 'signed_at = signed_at - 60000', 'i1'],
    ['signed_at, taken away', 'signed_at = NULL', 'i1'],
    ['signed_at, made up', 'signed_at = assigned_at', 'i2'],
    ['overdue_at, taken away', 'overdue_at = NULL', 'i2'],
    ['overdue_at, put later', 'overdue_at = overdue_at + 60000', 'i2'],
    ['ticket_id', `ticket_id = (SELECT id FROM desk.tickets WHERE incident_id = 'i1')`, 'i2'],
  ])('a dispatch changed in %s', async (_what, change, incident) => {
    await tamper((tx) =>
      tx.query(
        `UPDATE desk.dispatches SET ${change}
         WHERE ticket_id = (SELECT id FROM desk.tickets WHERE incident_id = '${incident}')`,
      ),
    );
    expect((await verify()).problems).toEqual([expect.stringMatching(/^dispatch .*: does not say what the log says/)]);
  });

  test('a dispatch taken away, made up, or under another id', async () => {
    await tamper((tx) => tx.query('DELETE FROM desk.dispatches'));
    expect((await verify()).problems).toEqual(
      Array.from({ length: 2 }, () => expect.stringMatching(/^dispatch .*: in the log, but gone/)),
    );
    await tamper((tx) => tx.query('INSERT INTO desk.dispatches SELECT * FROM honest_dispatches'));
    await tamper((tx) =>
      tx.query(`INSERT INTO desk.dispatches SELECT gen_random_uuid(), ticket_id, station, department, 1, 2 FROM
                  honest_dispatches LIMIT 1`),
    );
    expect((await verify()).problems).toEqual([expect.stringMatching(/^dispatch .*: the log knows nothing of it/)]);
  });

  test.each(['{}', 'null', 'not JSON'])(
    'a trace names an alert that is no longer one (%s) and shows the rest',
    async (text) => {
      const [row] = await database.query<{ ticket_id: TicketId; alert_id: string }>(
        `SELECT a.ticket_id, a.alert_id FROM desk.alerts a JOIN desk.tickets t ON t.id = a.ticket_id
       WHERE t.incident_id = 'i1'`,
      );
      const id = row?.ticket_id ?? ('' as TicketId);
      const views = new TicketViews({ database });
      const before = await traceTicket(database, views, id);
      expect(before).toMatchObject({ problems: [], alerts: [{ alertId: row?.alert_id }] });
      await database.query('UPDATE desk.alerts SET event = $1 WHERE ticket_id = $2', [text, id]);
      const after = await traceTicket(database, views, id);
      expect(after.problems).toEqual([`alert ${row?.alert_id}: what is stored is not an alert`]);
      expect(after.alerts).toEqual([]);
      const stages = after.steps.map((step) => step.stage);
      expect(stages).toEqual(expect.arrayContaining(['gateway.collected', 'alert.raised', 'ticket.signed']));
    },
  );

  test('a changed evidence file', async () => {
    await writeFile(store.path(sha256(picture)), 'another picture');
    expect((await verify()).problems).toEqual([`evidence ${sha256(picture)}: the file is missing or was changed`]);
  });

  test('a key that is not trusted', async () => {
    const report = await verify(new KeyRing([]));
    expect(report.problems).toHaveLength(2);
    expect(report.problems[0]).toContain('its seal is unknown-key');
  });
});
