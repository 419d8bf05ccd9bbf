import { randomBytes } from 'node:crypto';
import type { AlertEvent } from '../../contracts/alert-event.ts';
import type { IntegrityIncident } from '../../contracts/ticket-intake.ts';
import type {
  BatchContent,
  BatchTally,
  HeldBack,
  SentTotals,
  TransferRecord,
  TransferSource,
} from '../../contracts/transfer.ts';
import type { SignedStatement } from '../../contracts/transfer-documents.ts';
import type { Sequence } from '../../domain/alert.ts';
import type { AlertId, NodeId, Sha256, UtcMs } from '../../domain/ids.ts';
import type { Clock } from '../../lib/clock.ts';
import type { ClockMark, ClockWord } from '../../lib/clock-state.ts';
import { DurableSqlite } from '../../lib/durable-sqlite.ts';
import { AppError } from '../../lib/errors.ts';
import { zeroHash } from '../../lib/hash.ts';
import type { NodeHead } from './chain-step.ts';
import { EgressHold, egressHoldSchema } from './egress-hold.ts';
import { QuarantineStore, quarantineSchema } from './quarantine-store.ts';
import { SentTotalsStore, sentTotalsSchema } from './sent-totals.ts';

/** What the journal needs. */
export interface JournalOptions {
  /** SQLite file; made when it is not there. */
  readonly path: string;
  /** Refused messages kept; default 10,000. */
  readonly quarantineRows?: number;
  readonly clock: Clock;
  /** State of the clock, which goes with every incident. */
  readonly clockSync?: ClockWord | undefined;
}

/** A message that was refused. `key` makes its repetitions one row. */
export interface Refused {
  readonly key: Sha256;
  readonly node: NodeId;
  readonly topic: string;
  readonly reason: string;
  readonly payload: Uint8Array;
}

const schema = `
CREATE TABLE IF NOT EXISTS meta (id INTEGER PRIMARY KEY CHECK (id = 1), journal_id TEXT NOT NULL) STRICT;
CREATE TABLE IF NOT EXISTS sender (id INTEGER PRIMARY KEY CHECK (id = 1), key_id TEXT NOT NULL) STRICT;
CREATE TABLE IF NOT EXISTS node (node TEXT PRIMARY KEY, n INTEGER NOT NULL, hash TEXT) STRICT;
CREATE TABLE IF NOT EXISTS alert (
  hash TEXT PRIMARY KEY, node TEXT NOT NULL, n INTEGER NOT NULL, alert_id TEXT NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS alert_number ON alert (node, n);
CREATE INDEX IF NOT EXISTS alert_identity ON alert (alert_id);
CREATE TABLE IF NOT EXISTS record (
  seq INTEGER PRIMARY KEY AUTOINCREMENT, line TEXT NOT NULL, at INTEGER NOT NULL, batch INTEGER
) STRICT;
CREATE INDEX IF NOT EXISTS record_batch ON record (batch, seq);
CREATE TABLE IF NOT EXISTS evidence (
  id INTEGER PRIMARY KEY, sha256 TEXT NOT NULL UNIQUE, bytes INTEGER NOT NULL, at INTEGER NOT NULL, batch INTEGER,
  state TEXT NOT NULL CHECK (state IN ('expected', 'stored', 'sent', 'damaged'))
) STRICT;
CREATE INDEX IF NOT EXISTS evidence_batch ON evidence (state, batch, id);
CREATE TABLE IF NOT EXISTS batch (
  number INTEGER PRIMARY KEY, sha256 TEXT NOT NULL, bytes INTEGER NOT NULL, created_at INTEGER NOT NULL,
  sent INTEGER NOT NULL DEFAULT 0
) STRICT;
`;

/**
 * The collecting gateway's memory: what each node sent, what was refused, and what is in which batch.
 * Its index of alert hashes is kept for good (about 200 bytes an alert), because a replay must be told from a fork
 * however old it is; bodies are deleted once their batch was sent.
 */
export class Journal implements TransferSource {
  readonly #options: JournalOptions;
  /** Messages that were refused. */
  readonly refused: QuarantineStore;
  readonly #listeners = new Set<() => void>();
  /** What the border refused and keeps. */
  readonly egress = new EgressHold(() => this.#database);
  #opened: DurableSqlite | undefined;
  #totals: SentTotalsStore | undefined;
  #journalId = '';

  constructor(options: JournalOptions) {
    this.#options = options;
    this.refused = new QuarantineStore(() => this.#database, options.quarantineRows);
  }

  /** Throws what SQLite throws when the file cannot be opened. */
  open(): void {
    this.#opened ??= new DurableSqlite(
      this.#options.path,
      schema + egressHoldSchema + quarantineSchema + sentTotalsSchema,
    );
    this.#totals = new SentTotalsStore(this.#opened);
    this.#database.run('INSERT OR IGNORE INTO meta VALUES (1, ?)', randomBytes(4).toString('hex'));
    this.#journalId = this.#database.row<{ id: string }>('SELECT journal_id AS id FROM meta')?.id ?? '';
  }

  close(): void {
    this.#opened?.close();
    this.#opened = undefined;
    this.#totals = undefined;
  }

  get journalId(): string {
    return this.#journalId;
  }

  firstKey(keyId: string): string {
    const known = this.#database.row<{ keyId: string }>('SELECT key_id AS keyId FROM sender')?.keyId;
    if (known === undefined) this.#database.run('INSERT INTO sender VALUES (1, ?)', keyId);
    return known ?? keyId;
  }

  /** All that is written in `work` is on disk when this returns, or none of it is and it throws. */
  transaction<T>(work: () => T): T {
    return this.#database.transaction(work);
  }

  /** Tells the transfer that there is something to batch. */
  announce(): void {
    for (const listener of this.#listeners) listener();
  }

  onWritten(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  head(node: NodeId): NodeHead {
    const row = this.#database.row<{ n: number; hash: Sha256 | null }>('SELECT n, hash FROM node WHERE node = ?', node);
    return row === undefined ? { n: 0, hash: zeroHash } : { n: row.n, hash: row.hash ?? undefined };
  }

  moveHead(node: NodeId, head: NodeHead): void {
    this.#database.run('INSERT OR REPLACE INTO node VALUES (?, ?, ?)', node, head.n, head.hash ?? null);
  }

  /** Whether the journal has this very alert, another one with its number, or none. */
  held({ node, n, hash }: Sequence): 'same' | 'other' | 'none' {
    const rows = this.#database.all<{ hash: Sha256 }>('SELECT hash FROM alert WHERE node = ? AND n = ?', node, n);
    if (rows.some((row) => row.hash === hash)) return 'same';
    return rows.length > 0 ? 'other' : 'none';
  }

  /** Writes an alert for the crossing; one whose id is known already only takes its place in the chain's index. */
  addAlert(event: AlertEvent, collectedAt: UtcMs): void {
    const { sequence, alertId, evidence } = event.data;
    const fresh = !this.#knows(alertId);
    if (fresh) this.#addRecord({ type: 'alert', collectedAt, event }, collectedAt);
    this.#database.run(
      'INSERT OR IGNORE INTO alert VALUES (?, ?, ?, ?)',
      sequence.hash,
      sequence.node,
      sequence.n,
      alertId,
    );
    // A file crosses only for a record that the border sees: what another branch's alert of the same id names does not.
    for (const file of fresh ? evidence : []) {
      this.#database.run(
        "INSERT OR IGNORE INTO evidence (sha256, bytes, at, state) VALUES (?, ?, ?, 'expected')",
        file.sha256,
        file.bytes,
        collectedAt,
      );
    }
  }

  addIncident(incident: IntegrityIncident): void {
    this.#addRecord(
      { type: 'integrity', incident: { ...incident, ...this.#clockMark, detail: incident.detail.slice(0, 500) } },
      incident.at,
    );
  }

  /** As `addIncident`, for what is found outside of a transaction. */
  note(incident: IntegrityIncident): void {
    this.transaction(() => this.addIncident(incident));
    this.announce();
  }

  /** Keeps a refused message; `known` when it was refused before, `full` when it is not kept. */
  quarantine({ key, node, topic, reason, payload }: Refused): 'new' | 'known' | 'full' {
    return this.refused.keep({ key, node, topic, reason, payload, at: this.#options.clock.now() });
  }

  /** What was refused, newest first. */
  quarantined(limit: number): { node: NodeId; topic: string; reason: string; at: UtcMs }[] {
    return this.#database.all('SELECT node, topic, reason, at FROM quarantine ORDER BY id DESC LIMIT ?', limit);
  }

  evidenceState(hash: Sha256): 'expected' | 'stored' | 'sent' | 'damaged' | undefined {
    return this.#database.row<{ state: 'expected' | 'stored' | 'sent' | 'damaged' }>(
      'SELECT state FROM evidence WHERE sha256 = ?',
      hash,
    )?.state;
  }

  /** Size of a file as the alert that names it states it. */
  evidenceBytes(hash: Sha256): number | undefined {
    return this.#database.row<{ bytes: number }>('SELECT bytes FROM evidence WHERE sha256 = ?', hash)?.bytes;
  }

  evidenceStored(hash: Sha256, bytes: number): void {
    this.#database.run(
      "UPDATE evidence SET state = 'stored', bytes = ?, at = ? WHERE sha256 = ? AND state = 'expected'",
      bytes,
      this.#options.clock.now(),
      hash,
    );
  }

  nextNumber(): number {
    return this.#database.row<{ next: number }>('SELECT coalesce(max(number), 0) + 1 AS next FROM batch')?.next ?? 1;
  }

  peek(limits: { records: number; bytes: number }): BatchContent | undefined {
    const content = this.#content(this.nextNumber(), undefined, limits);
    return content.records.length + content.evidence.length === 0 ? undefined : content;
  }

  commitBatch(
    content: BatchContent,
    sealed: { sha256: Sha256; bytes: number; createdAt: number },
    { tally, statement }: { tally: BatchTally; statement: SignedStatement },
  ): void {
    this.transaction(() => {
      this.#sent.add(content.number, tally, statement);
      this.#database.run(
        'INSERT INTO batch (number, sha256, bytes, created_at) VALUES (?, ?, ?, ?)',
        content.number,
        sealed.sha256,
        sealed.bytes,
        sealed.createdAt,
      );
      this.#takeRecords(content);
      for (const file of content.evidence) {
        this.#database.run('UPDATE evidence SET batch = ? WHERE sha256 = ?', content.number, file.sha256);
      }
    });
  }

  /** In one statement: what was offered is all there was up to its last record, and what came since follows it. */
  #takeRecords({ number, records }: BatchContent): void {
    const [first, last] = [records[0], records.at(-1)];
    if (first === undefined || last === undefined) return;
    const taken = this.#database.run(
      'UPDATE record SET batch = ? WHERE batch IS NULL AND seq BETWEEN ? AND ?',
      number,
      first.seq,
      last.seq,
    );
    if (taken !== records.length)
      throw new AppError('MB_OUTBOX_FAILED', `batch ${number} is no longer what was offered`);
  }

  unsent(): { number: number; sha256: Sha256; createdAt: number }[] {
    return this.#database.all(
      'SELECT number, sha256, created_at AS createdAt FROM batch WHERE sent = 0 ORDER BY number',
    );
  }

  totals(): SentTotals {
    return this.#sent.read();
  }

  statementOf(number: number): SignedStatement | undefined {
    return this.#sent.statementOf(number);
  }

  sealedHash(number: number): Sha256 | undefined {
    return this.#database.row<{ sha256: Sha256 }>('SELECT sha256 FROM batch WHERE number = ?', number)?.sha256;
  }

  declareLost(numbers: readonly number[]): void {
    this.transaction(() => this.#sent.declareLost(numbers));
  }

  contentOf(number: number): BatchContent {
    return this.#content(number, number, { records: Number.MAX_SAFE_INTEGER, bytes: Number.MAX_SAFE_INTEGER });
  }

  markSent(number: number): void {
    this.transaction(() => {
      this.#database.run('UPDATE batch SET sent = 1 WHERE number = ?', number);
      this.#database.run('DELETE FROM record WHERE batch = ?', number);
      this.#sent.forgetStatement(number);
      this.#database.run("UPDATE evidence SET state = 'sent' WHERE state = 'stored' AND batch = ?", number);
    });
  }

  holdBack(held: readonly HeldBack[], incidents: readonly IntegrityIncident[]): void {
    this.transaction(() => {
      this.egress.take(held, this.#options.clock.now());
      for (const incident of incidents) this.addIncident(incident);
    });
  }

  evidenceDamaged(hash: Sha256): void {
    this.transaction(() => {
      this.#database.run("UPDATE evidence SET state = 'damaged' WHERE sha256 = ?", hash);
      const detail = `evidence ${hash} was damaged on the collecting gateway`;
      this.addIncident({ kind: 'bad-hash', node: undefined, detail, at: this.#options.clock.now() });
    });
  }

  #content(number: number, batch: number | undefined, limits: { records: number; bytes: number }): BatchContent {
    const where = batch === undefined ? 'batch IS NULL' : 'batch = ?';
    const parameters = batch === undefined ? [] : [batch];
    const rows = this.#database.each<{ seq: number; line: string; at: number }>(
      `SELECT seq, line, at FROM record WHERE ${where} ORDER BY seq LIMIT ?`,
      ...parameters,
      limits.records,
    );
    const files = this.#database.each<{ sha256: Sha256; bytes: number; at: number }>(
      `SELECT sha256, bytes, at FROM evidence WHERE state = 'stored' AND ${where} ORDER BY id LIMIT 1000`,
      ...parameters,
    );
    const budget = { left: limits.bytes, oldestAt: Number.MAX_SAFE_INTEGER, empty: true };
    // Alerts first: a ticket may wait for its picture, a picture is nothing without its ticket.
    const records = within(rows, budget, (row) => Buffer.byteLength(row.line) + 1);
    // Not before its alert: evidence waits while alerts are left over.
    const cut = records.length === limits.records || budget.left < 0;
    // The first file is taken whatever its size: alerts that keep coming must not hold a long clip back for ever.
    const room = { ...budget, empty: true };
    const evidence = cut ? [] : within(files, room, (row) => row.bytes);
    return {
      number,
      records: records.map(({ seq, line }) => ({ seq, line })),
      evidence: evidence.map(({ sha256, bytes }) => ({ sha256, bytes })),
      oldestAt: room.oldestAt,
    };
  }

  #addRecord(record: TransferRecord, at: UtcMs): void {
    this.#database.run('INSERT INTO record (line, at) VALUES (?, ?)', JSON.stringify(record), at);
  }

  #knows(alertId: AlertId): boolean {
    return this.#database.row('SELECT 1 FROM alert WHERE alert_id = ?', alertId) !== undefined;
  }

  get #clockMark(): { clock?: ClockMark } {
    const { clockSync } = this.#options;
    return clockSync === undefined ? {} : { clock: { state: clockSync.state } };
  }

  get #sent(): SentTotalsStore {
    if (this.#totals === undefined) throw new AppError('MB_OUTBOX_FAILED', 'the journal is not open');
    return this.#totals;
  }

  get #database(): DurableSqlite {
    if (this.#opened === undefined) throw new AppError('MB_OUTBOX_FAILED', 'the journal is not open');
    return this.#opened;
  }
}

/** Rows until the budget is used up; the very first is taken whatever its size, so that nothing blocks for ever. */
function within<T extends { at: number }>(
  rows: Iterable<T>,
  budget: { left: number; oldestAt: number; empty: boolean },
  sizeOf: (row: T) => number,
): T[] {
  const taken: T[] = [];
  for (const row of rows) {
    budget.left -= sizeOf(row);
    if (budget.left < 0 && !budget.empty) break;
    budget.empty = false;
    budget.oldestAt = Math.min(budget.oldestAt, row.at);
    taken.push(row);
  }
  return taken;
}
