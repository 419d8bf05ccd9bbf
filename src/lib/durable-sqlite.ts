import { mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { DatabaseSync, type SQLInputValue, type StatementSync } from 'node:sqlite';

/**
 * A database whose commits survive power loss: WAL with synchronous=FULL syncs the log at every commit.
 * Statements are prepared once. Every method throws what `node:sqlite` throws.
 */
export class DurableSqlite {
  readonly #database: DatabaseSync;
  readonly #statements = new Map<string, StatementSync>();

  /** Opens the file, or makes it with its folder, and applies a schema that may be there already. */
  constructor(path: string, schema: string) {
    mkdirSync(dirname(path), { recursive: true, mode: 0o750 });
    this.#database = new DatabaseSync(path, { timeout: 5_000 });
    try {
      this.#database.exec('PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON');
      this.#database.exec(schema);
    } catch (error) {
      this.#database.close();
      throw error;
    }
  }

  exec(sql: string): void {
    this.#database.exec(sql);
  }

  /** Runs `work` in one write transaction; what it throws rolls everything back and is thrown on. */
  transaction<T>(work: () => T): T {
    this.#database.exec('BEGIN IMMEDIATE');
    try {
      const result = work();
      this.#database.exec('COMMIT');
      return result;
    } catch (error) {
      // SQLite has rolled back by itself where the disk was full.
      if (this.#database.isTransaction) this.#database.exec('ROLLBACK');
      throw error;
    }
  }

  /** Runs a statement and says how many rows it changed. */
  run(sql: string, ...parameters: SQLInputValue[]): number {
    return Number(this.#prepare(sql).run(...parameters).changes);
  }

  /** First row; the caller names the shape its SQL gives. */
  row<T>(sql: string, ...parameters: SQLInputValue[]): T | undefined {
    return this.#prepare(sql).get(...parameters) as T | undefined;
  }

  /** All rows; the caller names the shape its SQL gives. */
  all<T>(sql: string, ...parameters: SQLInputValue[]): T[] {
    return this.#prepare(sql).all(...parameters) as T[];
  }

  /** Rows one by one; a statement of its own, so that others may run meanwhile. */
  each<T>(sql: string, ...parameters: SQLInputValue[]): Iterable<T> {
    return this.#database.prepare(sql).iterate(...parameters) as unknown as Iterable<T>;
  }

  close(): void {
    this.#statements.clear();
    if (this.#database.isOpen) this.#database.close();
  }

  #prepare(sql: string): StatementSync {
    const known = this.#statements.get(sql);
    if (known !== undefined) return known;
    const statement = this.#database.prepare(sql);
    this.#statements.set(sql, statement);
    return statement;
  }
}

/** Whether an error says that the disk, or the size the database may have, is used up (SQLITE_FULL, ENOSPC, EDQUOT). */
export function isStorageFull(error: unknown): boolean {
  if (typeof error !== 'object' || error === null) return false;
  const { errcode, code } = error as { errcode?: unknown; code?: unknown };
  // The low byte is the primary result code; SQLITE_FULL is 13 (sqlite.org/rescode.html).
  if (typeof errcode === 'number' && (errcode & 0xff) === 13) return true;
  return code === 'ENOSPC' || code === 'EDQUOT';
}

/** Whether an error came from SQLite or the file system, and not from the data. */
export function isStorageError(error: unknown): boolean {
  return typeof error === 'object' && error !== null && ('errcode' in error || 'errno' in error);
}
