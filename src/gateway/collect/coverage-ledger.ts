import {
  type CoverageAck,
  type CoverageBatch,
  type CoverageRecord,
  coverageBatchSchema,
} from '../../contracts/node-messages.ts';
import type { NodeId, UtcMs } from '../../domain/ids.ts';
import type { Clock } from '../../lib/clock.ts';
import type { ClockWord } from '../../lib/clock-state.ts';
import { DurableSqlite } from '../../lib/durable-sqlite.ts';
import { AppError, messageOf } from '../../lib/errors.ts';

/** One blind interval as the gateway keeps it. */
export type LedgerRecord = Omit<CoverageRecord, 'n'> & { readonly node: NodeId };

/** Which intervals are asked for: those that touch the time from `from` to `to`. */
export interface LedgerQuery {
  readonly node?: NodeId;
  readonly camera?: string;
  readonly from: UtcMs;
  readonly to: UtcMs;
  readonly limit: number;
}

const schema = `
CREATE TABLE IF NOT EXISTS head (node TEXT PRIMARY KEY, account TEXT NOT NULL, n INTEGER NOT NULL) STRICT, WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS interval (
  node TEXT NOT NULL, account TEXT NOT NULL, n INTEGER NOT NULL, camera TEXT NOT NULL, since INTEGER NOT NULL,
  until INTEGER NOT NULL, reason TEXT NOT NULL, PRIMARY KEY (node, account, n)
) STRICT, WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS interval_camera ON interval (camera, until);
CREATE INDEX IF NOT EXISTS interval_end ON interval (until);
`;
const dayMs = 86_400_000;
/** 256 records of 200 bytes are 50 KiB. */
const maxBatchBytes = 262_144;

/** The blindness accounts of all nodes, on the gateway's disk. Repeated records change nothing. */
export class CoverageLedger {
  readonly #path: string;
  readonly #keepMs: number;
  readonly #clock: Clock;
  readonly #clockSync: ClockWord | undefined;
  #opened: DurableSqlite | undefined;
  #prunedAt = Number.NEGATIVE_INFINITY;

  /** `clockSync`: nothing is thrown away on the word of a clock that is not to be believed. */
  constructor(options: { path: string; keepDays?: number; clock: Clock; clockSync?: ClockWord | undefined }) {
    this.#path = options.path;
    this.#keepMs = (options.keepDays ?? 400) * dayMs;
    this.#clock = options.clock;
    this.#clockSync = options.clockSync;
  }

  /** Opens the file, or makes it. Throws MB_OUTBOX_FAILED. */
  open(): void {
    try {
      this.#opened ??= new DurableSqlite(this.#path, schema);
    } catch (error) {
      throw new AppError('MB_OUTBOX_FAILED', `${this.#path}: ${messageOf(error)}`, { cause: error });
    }
  }

  close(): void {
    this.#opened?.close();
    this.#opened = undefined;
  }

  /**
   * Puts a node's message on disk and gives the word for it; undefined when the message is none.
   * One that does not continue what is here is answered with what is here, and the node sends what lies between.
   * Throws what SQLite throws.
   */
  take(node: NodeId, payload: Buffer): CoverageAck | undefined {
    const batch = parseBatch(payload);
    if (batch === undefined) return undefined;
    const { account, after, records } = batch;
    const head = this.#head(node);
    const known = head?.account === account ? head.n : 0;
    // A new account may begin anywhere: the gateway, not the node, may have lost what was before.
    const continues = head?.account === account ? after <= known : true;
    const last = records.at(-1)?.n ?? 0;
    if (!continues) return { coverage: { account, n: known } };
    this.#database.transaction(() => {
      for (const { n, camera, from, to, reason } of records) {
        this.#database.run(
          'INSERT OR IGNORE INTO interval VALUES (?, ?, ?, ?, ?, ?, ?)',
          ...[node, account, n, camera, from, to, reason],
        );
      }
      this.#database.run('INSERT OR REPLACE INTO head VALUES (?, ?, ?)', node, account, Math.max(known, last));
      this.#prune();
    });
    return { coverage: { account, n: Math.max(known, last) } };
  }

  /** The word for what is here of a node; undefined when nothing is. */
  wordFor(node: NodeId): CoverageAck | undefined {
    const head = this.#head(node);
    return head && { coverage: head };
  }

  /** Blind intervals, oldest first. */
  intervals({ node, camera, from, to, limit }: LedgerQuery): LedgerRecord[] {
    return this.#database.all<LedgerRecord>(
      `SELECT node, camera, since AS "from", until AS "to", reason FROM interval
       WHERE until > ? AND since < ? AND (? IS NULL OR node = ?) AND (? IS NULL OR camera = ?)
       ORDER BY since, camera LIMIT ?`,
      ...[from, to, node ?? null, node ?? null, camera ?? null, camera ?? null, limit],
    );
  }

  #head(node: NodeId): { account: string; n: number } | undefined {
    const row = this.#database.row<{ account: string; n: number }>('SELECT account, n FROM head WHERE node = ?', node);
    return row && { account: row.account, n: row.n };
  }

  /** Once a day, what is older than it need be kept. */
  #prune(): void {
    const now = this.#clock.monotonic();
    // A clock a year ahead would have a year's account thrown away, and that is not to be had again.
    if (now - this.#prunedAt < dayMs || this.#clockSync?.state === 'unsynchronised') return;
    this.#prunedAt = now;
    this.#database.run('DELETE FROM interval WHERE until < ?', this.#clock.now() - this.#keepMs);
  }

  get #database(): DurableSqlite {
    if (this.#opened === undefined) throw new AppError('MB_OUTBOX_FAILED', 'the coverage ledger is not open');
    return this.#opened;
  }
}

function parseBatch(payload: Buffer): CoverageBatch | undefined {
  if (payload.length > maxBatchBytes) return undefined;
  try {
    return coverageBatchSchema.safeParse(JSON.parse(payload.toString('utf8'))).data;
  } catch {
    return undefined;
  }
}
