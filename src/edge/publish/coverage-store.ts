import { randomBytes } from 'node:crypto';
import type { CoverageRecord } from '../../contracts/node-messages.ts';
import type { CoverageReason } from '../../domain/camera.ts';
import type { CameraId, UtcMs } from '../../domain/ids.ts';
import { DurableSqlite } from '../../lib/durable-sqlite.ts';
import { AppError, messageOf } from '../../lib/errors.ts';

/** An interval that is over, not numbered yet. */
export interface ClosedInterval {
  readonly camera: CameraId;
  readonly from: UtcMs;
  readonly to: UtcMs;
  readonly reason: CoverageReason;
}

/** Since when a camera is not seen, and why; undefined while it is seen. */
export type OpenInterval = { readonly from: UtcMs; readonly reason: CoverageReason } | undefined;

/** What changed since the last write. `undefined` as a camera's value: it is seen; `gone`: it is no longer watched. */
export interface CoverageChange {
  readonly closed: readonly ClosedInterval[];
  readonly cameras: ReadonlyMap<CameraId, OpenInterval | 'gone'>;
  /** Up to here the account is whole: should the node die, it was blind from here on. */
  readonly at: UtcMs;
}

/** The account as a node finds it when it starts. */
export interface CoverageMemory {
  /** When the account was last written; undefined in a new one. */
  readonly at: UtcMs | undefined;
  readonly cameras: ReadonlyMap<CameraId, OpenInterval>;
}

const schema = `
CREATE TABLE IF NOT EXISTS account (
  id INTEGER PRIMARY KEY CHECK (id = 1), account TEXT NOT NULL, acked INTEGER NOT NULL, at INTEGER
) STRICT;
CREATE TABLE IF NOT EXISTS camera (camera TEXT PRIMARY KEY, since INTEGER, reason TEXT) STRICT, WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS record (
  n INTEGER PRIMARY KEY AUTOINCREMENT, camera TEXT NOT NULL, since INTEGER NOT NULL, until INTEGER NOT NULL,
  reason TEXT NOT NULL
) STRICT;
CREATE INDEX IF NOT EXISTS record_camera ON record (camera, n);
`;

/**
 * The outbox of the blindness account: a file of its own beside the alerts', so that neither takes the other's room.
 * A record stays until the gateway has it on disk. Beyond `maxRecords` (a broker away for weeks) a new interval is
 * joined with the camera's last one that waits: the account gets coarser and then says more blindness, never less.
 */
export class CoverageStore {
  readonly #path: string;
  readonly #maxRecords: number;
  readonly #listeners = new Set<() => void>();
  #opened: DurableSqlite | undefined;

  constructor(options: { path: string; maxRecords?: number }) {
    this.#path = options.path;
    this.#maxRecords = options.maxRecords ?? 200_000;
  }

  /** Opens the file, or makes it. Throws MB_OUTBOX_FAILED. */
  open(): void {
    try {
      this.#opened ??= new DurableSqlite(this.#path, schema);
      this.#database.run('INSERT OR IGNORE INTO account VALUES (1, ?, 0, NULL)', randomBytes(8).toString('hex'));
    } catch (error) {
      throw new AppError('MB_OUTBOX_FAILED', `${this.#path}: ${messageOf(error)}`, { cause: error });
    }
  }

  close(): void {
    this.#opened?.close();
    this.#opened = undefined;
  }

  /** What the last life of the node wrote. */
  remember(): CoverageMemory {
    const at = this.#database.row<{ at: UtcMs | null }>('SELECT at FROM account')?.at ?? undefined;
    const rows = this.#database.all<{ camera: CameraId; since: UtcMs | null; reason: CoverageReason | null }>(
      'SELECT camera, since, reason FROM camera',
    );
    const open = ({ since, reason }: (typeof rows)[number]): OpenInterval =>
      since === null || reason === null ? undefined : { from: since, reason };
    return { at, cameras: new Map(rows.map((row) => [row.camera, open(row)])) };
  }

  /** Writes a change: all or nothing, on disk when it returns. Throws what SQLite throws. */
  write(change: CoverageChange): void {
    this.#database.transaction(() => {
      let room = this.#maxRecords - this.waiting;
      for (const interval of change.closed) this.#add(interval, room-- <= 0);
      for (const [camera, open] of change.cameras) {
        if (open === 'gone') this.#database.run('DELETE FROM camera WHERE camera = ?', camera);
        else {
          const { from = null, reason = null } = open ?? {};
          this.#database.run('INSERT OR REPLACE INTO camera VALUES (?, ?, ?)', camera, from, reason);
        }
      }
      this.#database.run('UPDATE account SET at = ?', change.at);
    });
    if (change.closed.length > 0) for (const listener of this.#listeners) listener();
  }

  /** Called after records were written; the returned function ends it. */
  onWritten(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** The account's name, and up to which record the gateway has it. */
  head(): { account: string; acked: number } {
    return (
      this.#database.row<{ account: string; acked: number }>('SELECT account, acked FROM account') ?? neverOpened()
    );
  }

  /** Records after number `n`, in order. */
  after(n: number, limit: number): CoverageRecord[] {
    return this.#database.all<CoverageRecord>(
      'SELECT n, camera, since AS "from", until AS "to", reason FROM record WHERE n > ? ORDER BY n LIMIT ?',
      n,
      limit,
    );
  }

  /** Records that wait. */
  get waiting(): number {
    return this.#database.row<{ count: number }>('SELECT count(*) AS count FROM record')?.count ?? 0;
  }

  /** Frees what the gateway has; says how many records. A word for another account, or ahead of ours, frees none. */
  acknowledge(account: string, n: number): number {
    const last = this.#database.row<{ seq: number }>("SELECT seq FROM sqlite_sequence WHERE name = 'record'")?.seq ?? 0;
    if (account !== this.head().account || n > last) return 0;
    return this.#database.transaction(() => {
      this.#database.run('UPDATE account SET acked = max(acked, ?)', n);
      return this.#database.run('DELETE FROM record WHERE n <= ?', n);
    });
  }

  #add({ camera, from, to, reason }: ClosedInterval, join: boolean): void {
    const since = join ? Math.min(from, this.#takeLast(camera) ?? from) : from;
    this.#database.run(
      'INSERT INTO record (camera, since, until, reason) VALUES (?, ?, ?, ?)',
      camera,
      since,
      to,
      reason,
    );
  }

  /** Takes the camera's last waiting record out and says when it began. Should it be under way, it arrives as well. */
  #takeLast(camera: CameraId): UtcMs | undefined {
    const last = this.#database.row<{ n: number; since: UtcMs }>(
      'SELECT n, since FROM record WHERE camera = ? ORDER BY n DESC LIMIT 1',
      camera,
    );
    if (last !== undefined) this.#database.run('DELETE FROM record WHERE n = ?', last.n);
    return last?.since;
  }

  get #database(): DurableSqlite {
    return this.#opened ?? neverOpened();
  }
}

function neverOpened(): never {
  throw new AppError('MB_OUTBOX_FAILED', 'the blindness account is not open');
}
