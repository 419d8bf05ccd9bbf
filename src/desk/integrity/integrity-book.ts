import { v7 as uuidv7 } from 'uuid';
import type { Actor, AuditEntry } from '../../contracts/audit-record.ts';
import {
  type IntegrityAction,
  type IntegrityCase,
  type IntegrityDetail,
  type IntegrityOverview,
  type IntegrityState,
  integritySeverity,
} from '../../contracts/integrity-case.ts';
import type { IntegrityIncident, TransferPosition } from '../../contracts/ticket-intake.ts';
import type { UtcMs } from '../../domain/ids.ts';
import type { Clock } from '../../lib/clock.ts';
import { AppError, messageOf } from '../../lib/errors.ts';
import { canonicalJson, sha256 } from '../../lib/hash.ts';
import type { Logger } from '../../lib/log.ts';
import type { Counter, Gauge, Metrics } from '../../lib/metrics.ts';
import type { Database, Queryable, Transaction } from '../store/database.ts';
import type { AuditWriter } from '../store/ticket-book.ts';
import { columnText } from '../store/ticket-row.ts';
import { type CaseRow, caseOf, matching, withReport } from './case-row.ts';

/** What the book needs. */
export interface IntegrityBookOptions {
  readonly database: Database;
  readonly audit: AuditWriter;
  readonly clock: Clock;
  readonly log: Logger;
  readonly metrics: Metrics;
}

/** Where a case must stand for a step, and where the step leads. */
const steps: Readonly<Record<IntegrityAction, { readonly from: IntegrityState; readonly to: IntegrityState }>> = {
  acknowledge: { from: 'open', to: 'acknowledged' },
  resolve: { from: 'acknowledged', to: 'resolved' },
};
/** Reports shown with a case; all of them are in the audit log. */
const maxReports = 100;

/** The only writer of integrity cases: reports join the case they belong to, and people acknowledge and resolve it. */
export class IntegrityBook {
  readonly #options: IntegrityBookOptions;
  readonly #reports: Counter<'kind'>;
  readonly #cases: Gauge<'state' | 'severity'>;
  readonly #listeners = new Set<(changed: IntegrityCase) => void>();

  constructor(options: IntegrityBookOptions) {
    this.#options = options;
    const { metrics } = options;
    this.#reports = metrics.counter('maplebridge_desk_integrity_reports_total', 'Reports of a broken proof', ['kind']);
    this.#cases = metrics.gauge('maplebridge_desk_integrity_cases', 'Integrity incidents not resolved yet', [
      'state',
      'severity',
    ]);
  }

  /** Stores reports, once each, within the transaction that took them in; returns what the log is to say of them. */
  async take(
    tx: Transaction,
    position: TransferPosition,
    incidents: readonly IntegrityIncident[],
    now: UtcMs,
  ): Promise<AuditEntry[]> {
    const entries: AuditEntry[] = [];
    const changed = new Map<string, CaseRow>();
    const { sender, batch } = position;
    for (const incident of incidents) {
      const { kind, at } = incident;
      const note = columnText(incident.detail);
      const node = incident.node === undefined ? undefined : columnText(incident.node);
      const where = node === undefined ? {} : { node };
      const id = sha256(canonicalJson({ sender, batch, kind, ...where, note }));
      const [known] = await tx.query('SELECT 1 AS one FROM desk.integrity_incidents WHERE id = $1', [id]);
      if (known !== undefined) continue;
      // What a person decided is told and kept; nobody need be called to it.
      const [row, before] =
        kind === 'quarantine-decision' ? [] : await joined(tx, incident, { node, sender, note, now });
      await tx.query(
        'INSERT INTO desk.integrity_incidents (id, kind, node, detail, at, case_id) VALUES ($1, $2, $3, $4, $5, $6)',
        [id, kind, node ?? null, note, at, row?.id ?? null],
      );
      if (row !== undefined) changed.set(row.id, row);
      const system = { at: now, actor: 'desk', role: 'system' } as const;
      const details = { kind, ...where, sender, batch, ...(row === undefined ? {} : { case: row.id }) };
      entries.push({ ...system, kind: 'integrity.incident', note, details });
      if (row !== undefined && before !== undefined && before.state !== row.state) {
        entries.push({ ...system, kind: 'integrity.reopened', details: { case: row.id } });
      }
      tx.afterCommit(() => this.#reports.inc({ kind }));
    }
    if (changed.size > 0) tx.afterCommit(() => this.#tell([...changed.values()]));
    return entries;
  }

  /** A step of a person, with its audit record. @throws AppError MB_NOT_FOUND, MB_INTEGRITY_TRANSITION. */
  async act(id: string, action: IntegrityAction, note: string | undefined, actor: Actor): Promise<void> {
    await this.#options.database.transaction(async (tx) => {
      const [row] = await tx.query<CaseRow>('SELECT * FROM desk.integrity_cases WHERE id = $1 FOR UPDATE', [id]);
      if (row === undefined) throw new AppError('MB_NOT_FOUND', `there is no integrity incident ${id}`);
      const { from, to } = steps[action];
      if (row.state !== from) {
        throw new AppError('MB_INTEGRITY_TRANSITION', `integrity incident ${row.number} is ${row.state}, not ${from}`);
      }
      const at = this.#options.clock.now();
      const text = note === undefined ? undefined : columnText(note);
      const kind = `integrity.${to}`;
      const told = text === undefined ? {} : { note: text };
      const entry = {
        at,
        actor: actor.name,
        role: actor.role,
        kind,
        ...told,
        details: { case: id, number: row.number },
      };
      const [record] = await this.#options.audit.append(tx, [entry]);
      await store(tx, { ...row, state: to });
      await tx.query(
        'INSERT INTO desk.integrity_steps (case_id, at, step, actor, role, note, hash) VALUES ($1, $2, $3, $4, $5, $6, $7)',
        [id, at, to, actor.name, actor.role, text ?? null, record?.hash],
      );
      tx.afterCommit(() => this.#tell([{ ...row, state: to }]));
    });
  }

  /** The newest cases, those still at work first, and how many there are of these. */
  async overview(limit: number): Promise<IntegrityOverview> {
    const { database } = this.#options;
    const rows = await database.query<CaseRow>(
      `SELECT * FROM desk.integrity_cases
       ORDER BY array_position(ARRAY['open', 'acknowledged', 'resolved'], state), severity, last_at DESC LIMIT $1`,
      [limit],
    );
    const counts = await this.#count(database);
    const of = (state: IntegrityState) =>
      counts.filter((each) => each.state === state).reduce((sum, { count }) => sum + count, 0);
    return { open: of('open'), acknowledged: of('acknowledged'), cases: rows.map(caseOf) };
  }

  /** @throws AppError MB_NOT_FOUND. */
  async detail(id: string, maySettle: boolean): Promise<IntegrityDetail> {
    const { database } = this.#options;
    const [row] = await database.query<CaseRow>('SELECT * FROM desk.integrity_cases WHERE id = $1', [id]);
    if (row === undefined) throw new AppError('MB_NOT_FOUND', `there is no integrity incident ${id}`);
    const reports = await database.query<IntegrityDetail['reports'][number]>(
      `SELECT at, kind, detail FROM desk.integrity_incidents WHERE case_id = $1 ORDER BY at DESC LIMIT ${maxReports}`,
      [id],
    );
    const taken = await database.query<{ note: string | null } & Omit<IntegrityDetail['steps'][number], 'note'>>(
      'SELECT at, step, actor, role, note, hash FROM desk.integrity_steps WHERE case_id = $1 ORDER BY at',
      [id],
    );
    const actions = (Object.keys(steps) as IntegrityAction[]).filter((each) => steps[each].from === row.state);
    return {
      ...caseOf(row),
      reports,
      steps: taken.map(({ note, ...step }) => ({ ...step, note: note ?? undefined })),
      actions: maySettle ? actions : [],
    };
  }

  /** Told of every changed case after the commit. */
  subscribe(listener: (changed: IntegrityCase) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Sets the gauges; before they are read. */
  async measure(): Promise<void> {
    try {
      const counts = await this.#count(this.#options.database);
      this.#cases.reset();
      for (const { state, severity, count } of counts) this.#cases.set({ state, severity: String(severity) }, count);
    } catch (error) {
      this.#options.log.debug({ reason: messageOf(error) }, 'integrity incidents not counted');
    }
  }

  #count(database: Queryable): Promise<{ state: IntegrityState; severity: number; count: number }[]> {
    return database.query(
      `SELECT state, severity, count(*) AS count FROM desk.integrity_cases
       WHERE state <> 'resolved' GROUP BY state, severity`,
    );
  }

  #tell(rows: readonly CaseRow[]): void {
    for (const row of rows) for (const listener of this.#listeners) listener(caseOf(row));
  }
}

/** Unresolved cases of a node, or of a sender where no node is known. */
function atWork(tx: Transaction, node: string | undefined, sender: string): Promise<CaseRow[]> {
  const where = node === undefined ? 'node IS NULL AND sender = $1' : 'node = $1';
  return tx.query<CaseRow>(
    `SELECT * FROM desk.integrity_cases WHERE state <> 'resolved' AND ${where} ORDER BY number DESC FOR UPDATE`,
    [node ?? sender],
  );
}

/** The case as the report leaves it, and as it was before where there was one. */
async function joined(
  tx: Transaction,
  incident: IntegrityIncident,
  found: { node: string | undefined; sender: string; note: string; now: UtcMs },
): Promise<[after: CaseRow, before?: CaseRow]> {
  const before = matching(await atWork(tx, found.node, found.sender), incident);
  if (before === undefined) return [await open(tx, incident, found)];
  const after = withReport(before, incident, found.note, found.now);
  await store(tx, after);
  return [after, before];
}

async function open(
  tx: Transaction,
  { kind, alerts }: IntegrityIncident,
  { node, sender, note, now }: { node: string | undefined; sender: string; note: string; now: UtcMs },
): Promise<CaseRow> {
  const [row] = await tx.query<CaseRow>(
    `INSERT INTO desk.integrity_cases (id, kind, node, sender, severity, state, first_at, last_at, count, from_n, to_n, detail)
     VALUES ($1, $2, $3, $4, $5, 'open', $6, $6, 1, $7, $8, $9) RETURNING *`,
    [
      uuidv7(),
      kind,
      node ?? null,
      node === undefined ? sender : null,
      integritySeverity(kind),
      now,
      alerts?.from ?? null,
      alerts?.to ?? null,
      note,
    ],
  );
  if (row === undefined) throw new AppError('MB_DATABASE_SCHEMA', 'an integrity incident was not stored');
  return row;
}

async function store(tx: Transaction, row: CaseRow): Promise<void> {
  await tx.query(
    `UPDATE desk.integrity_cases
     SET kind = $2, severity = $3, state = $4, last_at = $5, count = $6, from_n = $7, to_n = $8, detail = $9 WHERE id = $1`,
    [row.id, row.kind, row.severity, row.state, row.last_at, row.count, row.from_n, row.to_n, row.detail],
  );
}
