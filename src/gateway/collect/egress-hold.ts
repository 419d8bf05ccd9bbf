import type { HeldBack, RecordRefusal } from '../../contracts/transfer.ts';
import type { Sha256, UtcMs } from '../../domain/ids.ts';
import type { DurableSqlite } from '../../lib/durable-sqlite.ts';

/** Tables of the journal's file for what the border refused. */
export const egressHoldSchema = `
CREATE TABLE IF NOT EXISTS egress_held (
  id INTEGER PRIMARY KEY AUTOINCREMENT, node TEXT, n INTEGER, alert_id TEXT, scene TEXT NOT NULL, reason TEXT NOT NULL,
  line TEXT NOT NULL, evidence TEXT NOT NULL, collected_at INTEGER NOT NULL, at INTEGER NOT NULL
) STRICT;
CREATE TABLE IF NOT EXISTS egress_withheld (
  sha256 TEXT PRIMARY KEY, reason TEXT NOT NULL, at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
`;

/** A record that waits in quarantine for somebody to change the policy and let it go. */
export interface HeldRecord {
  readonly id: number;
  readonly node: string | undefined;
  readonly n: number | undefined;
  readonly alertId: string | undefined;
  readonly scene: string;
  readonly reason: string;
  readonly at: UtcMs;
}

/** No batch has this number: what is in it is in none, and in none to come. */
const inNoBatch = 0;

/**
 * What the border refused, with its bytes, until somebody lets it go. Authentic alerts, so not bounded as the quarantine
 * of forgeries is, from which whoever sends rubbish could push them out.
 */
export class EgressHold {
  readonly #database: () => DurableSqlite;

  constructor(database: () => DurableSqlite) {
    this.#database = database;
  }

  /** Inside a transaction. */
  take(held: readonly HeldBack[], at: UtcMs): void {
    for (const each of held) {
      if (each.what === 'record') this.#takeRecord(each.seq, each.refusal, at);
      else this.#takeEvidence(each, at);
    }
  }

  /** What waits, the newest first. */
  list(limit: number): HeldRecord[] {
    const rows = this.#database().all<{ [K in keyof HeldRecord]: HeldRecord[K] | null }>(
      'SELECT id, node, n, alert_id AS alertId, scene, reason, at FROM egress_held ORDER BY id DESC LIMIT ?',
      limit,
    );
    return rows.map(
      (row) =>
        ({
          ...row,
          node: row.node ?? undefined,
          n: row.n ?? undefined,
          alertId: row.alertId ?? undefined,
        }) as HeldRecord,
    );
  }

  get count(): number {
    return this.#database().row<{ count: number }>('SELECT count(*) AS count FROM egress_held')?.count ?? 0;
  }

  /** Inside a transaction: puts records back in line, where the policy of the day judges them anew. Returns how many. */
  release(ids: readonly number[]): number {
    let released = 0;
    for (const id of ids) {
      const row = this.#database().row<{ line: string; evidence: string; collectedAt: UtcMs }>(
        'SELECT line, evidence, collected_at AS collectedAt FROM egress_held WHERE id = ?',
        id,
      );
      if (row === undefined) continue;
      this.#database().run('INSERT INTO record (line, at) VALUES (?, ?)', row.line, row.collectedAt);
      for (const hash of JSON.parse(row.evidence) as Sha256[]) {
        this.#database().run('UPDATE evidence SET batch = NULL WHERE sha256 = ? AND batch = ?', hash, inNoBatch);
      }
      this.#database().run('DELETE FROM egress_held WHERE id = ?', id);
      released += 1;
    }
    return released;
  }

  /** Inside a transaction: it never crosses. Its evidence, which nothing else asks for, stays out of every batch. */
  discard(id: number): void {
    this.#database().run('DELETE FROM egress_held WHERE id = ?', id);
  }

  /** Its evidence waits with it: a picture must not cross whose alert may not. */
  #takeRecord(seq: number, { node, n, alertId, scene, reason, evidence }: RecordRefusal, at: UtcMs): void {
    this.#database().run(
      `INSERT INTO egress_held (node, n, alert_id, scene, reason, line, evidence, collected_at, at)
       SELECT ?, ?, ?, ?, ?, line, ?, at, ? FROM record WHERE seq = ?`,
      node ?? null,
      n ?? null,
      alertId ?? null,
      scene,
      reason,
      JSON.stringify(evidence),
      at,
      seq,
    );
    this.#database().run('DELETE FROM record WHERE seq = ?', seq);
    for (const hash of evidence) {
      this.#database().run('UPDATE evidence SET batch = ? WHERE sha256 = ? AND batch IS NULL', inNoBatch, hash);
    }
  }

  /** `damaged` is the journal's word for what will not cross and need not be sent; why not stands beside it. */
  #takeEvidence({ seq, line, files }: HeldBack & { what: 'evidence' }, at: UtcMs): void {
    this.#database().run('UPDATE record SET line = ? WHERE seq = ?', line, seq);
    for (const { sha256, reason } of files) {
      const held = this.#database().run(
        "UPDATE evidence SET state = 'damaged', batch = ? WHERE sha256 = ? AND batch IS NULL AND state <> 'sent'",
        inNoBatch,
        sha256,
      );
      if (held > 0) this.#database().run('INSERT OR REPLACE INTO egress_withheld VALUES (?, ?, ?)', sha256, reason, at);
    }
  }
}
