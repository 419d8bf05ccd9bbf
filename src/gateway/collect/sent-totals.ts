import type { BatchTally, SentTotals } from '../../contracts/transfer.ts';
import { type NumberRange, type SignedStatement, toRanges } from '../../contracts/transfer-documents.ts';
import type { DurableSqlite } from '../../lib/durable-sqlite.ts';

/** Tables of what was put into batches, beside the journal's own. */
export const sentTotalsSchema = `
CREATE TABLE IF NOT EXISTS sent_total (
  id INTEGER PRIMARY KEY CHECK (id = 1), from_batch INTEGER NOT NULL, alerts INTEGER NOT NULL, integrity INTEGER NOT NULL,
  evidence_files INTEGER NOT NULL, evidence_bytes INTEGER NOT NULL
) STRICT;
CREATE TABLE IF NOT EXISTS sent_node (
  node TEXT PRIMARY KEY, alerts INTEGER NOT NULL, lowest INTEGER NOT NULL, highest INTEGER NOT NULL
) STRICT;
CREATE TABLE IF NOT EXISTS batch_statement (number INTEGER PRIMARY KEY, statement TEXT NOT NULL) STRICT;
CREATE TABLE IF NOT EXISTS batch_lost (number INTEGER PRIMARY KEY) STRICT;
`;

/** Runs of lost numbers a statement has room for. */
const maxLost = 1_000;

/** What was put into batches, counted in the transaction that fixes each of them. */
export class SentTotalsStore {
  readonly #database: DurableSqlite;

  constructor(database: DurableSqlite) {
    this.#database = database;
    // A journal that made batches before it counted begins to count with its next one.
    database.run(
      'INSERT OR IGNORE INTO sent_total VALUES (1, (SELECT coalesce(max(number), 0) + 1 FROM batch), 0, 0, 0, 0)',
    );
  }

  read(): SentTotals {
    const total = this.#database.row<Omit<SentTotals, 'nodes' | 'lost'>>(
      `SELECT from_batch AS "from", (SELECT coalesce(max(number), 0) FROM batch) - from_batch + 1 AS batches, alerts,
              integrity, evidence_files AS evidenceFiles, evidence_bytes AS evidenceBytes FROM sent_total`,
    );
    const none = { from: 1, batches: 0, alerts: 0, integrity: 0, evidenceFiles: 0, evidenceBytes: 0 };
    return { ...(total ?? none), nodes: this.#nodes(), lost: this.lost() };
  }

  /** Call within the transaction that fixes the batch. */
  add(number: number, tally: BatchTally, statement: SignedStatement): void {
    const { alerts, integrity, evidenceFiles, evidenceBytes } = tally;
    this.#database.run(
      `UPDATE sent_total SET alerts = alerts + ?, integrity = integrity + ?, evidence_files = evidence_files + ?,
              evidence_bytes = evidence_bytes + ?`,
      alerts,
      integrity,
      evidenceFiles,
      evidenceBytes,
    );
    for (const { node, alerts: count, lowest, highest } of tally.nodes) {
      this.#database.run(
        `INSERT INTO sent_node VALUES (?, ?, ?, ?) ON CONFLICT (node) DO UPDATE SET alerts = alerts + excluded.alerts,
                lowest = min(lowest, excluded.lowest), highest = max(highest, excluded.highest)`,
        node,
        count,
        lowest,
        highest,
      );
    }
    this.#database.run('INSERT OR REPLACE INTO batch_statement VALUES (?, ?)', number, JSON.stringify(statement));
  }

  /** The statement a batch was made with; kept until it was sent. */
  statementOf(number: number): SignedStatement | undefined {
    const row = this.#database.row<{ statement: string }>(
      'SELECT statement FROM batch_statement WHERE number = ?',
      number,
    );
    return row && (JSON.parse(row.statement) as SignedStatement);
  }

  forgetStatement(number: number): void {
    this.#database.run('DELETE FROM batch_statement WHERE number = ?', number);
  }

  lost(): NumberRange[] {
    const rows = this.#database.each<{ number: number }>('SELECT number FROM batch_lost ORDER BY number');
    return toRanges(numbersOf(rows), maxLost);
  }

  declareLost(numbers: readonly number[]): void {
    for (const number of numbers) this.#database.run('INSERT OR IGNORE INTO batch_lost VALUES (?)', number);
  }

  #nodes(): SentTotals['nodes'] {
    return this.#database.all('SELECT node, alerts, lowest, highest FROM sent_node ORDER BY node');
  }
}

function* numbersOf(rows: Iterable<{ readonly number: number }>): Iterable<number> {
  for (const { number } of rows) yield number;
}
