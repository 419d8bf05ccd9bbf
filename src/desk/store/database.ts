import pg from 'pg';
import { AppError, messageOf } from '../../lib/errors.ts';

/** Where a Postgres is. */
export type ConnectionTarget =
  | { readonly host: string; readonly port: number; readonly user: string; readonly database: string }
  | { readonly connectionString: string };

/** Rows as plain objects; `bigint` columns come as numbers (all of ours stay below 2^53). */
export interface Queryable {
  query<R extends object>(sql: string, parameters?: readonly unknown[]): Promise<R[]>;
}

/** One transaction; `afterCommit` runs what must not happen if it is rolled back. */
export interface Transaction extends Queryable {
  afterCommit(effect: () => void): void;
}

const int8Oid = 20;
const types = {
  getTypeParser: (oid: number, format?: 'text' | 'binary') =>
    oid === int8Oid ? Number : pg.types.getTypeParser(oid, format as 'text'),
};

/** What says that the server cannot be used now: errno names, and SQLSTATE classes for connection, shutdown, resources, I/O. */
const unreachable = /^(ECONN|EPIPE|ETIMEDOUT|EHOST|ENET|ENOENT|ENOTFOUND|EAI_|08|57P|53|58)/;
/** Serialization failure and deadlock: the transaction may simply be run again. */
const retryState = /^(40001|40P01)$/;
const maxTries = 3;

/** The desk's Postgres through a pool: the only file that speaks `pg`. */
export class Database implements Queryable {
  readonly target: ConnectionTarget;
  readonly #pool: pg.Pool;
  #opened = false;

  constructor(options: {
    target: ConnectionTarget;
    maxConnections: number;
    connectTimeoutMs: number;
    onIdleError: (error: unknown) => void;
  }) {
    this.target = options.target;
    this.#pool = new pg.Pool({
      ...options.target,
      max: options.maxConnections,
      connectionTimeoutMillis: options.connectTimeoutMs,
      application_name: 'maplebridge-desk',
      types: types as pg.CustomTypesConfig,
    });
    this.#pool.on('error', options.onIdleError);
  }

  /** Lets statements through: called once the schema is there. Before that they fail as when Postgres is down. */
  open(): void {
    this.#opened = true;
  }

  /** @throws AppError MB_DATABASE_UNREACHABLE when there is no usable connection. */
  async query<R extends object>(sql: string, parameters: readonly unknown[] = []): Promise<R[]> {
    this.#requireOpen();
    try {
      return (await this.#pool.query<R>(sql, [...parameters])).rows;
    } catch (error) {
      throw translated(error);
    }
  }

  /**
   * Runs work in one transaction, again when Postgres asks for it (deadlock).
   * @throws AppError MB_DATABASE_UNREACHABLE: whether it was committed is unknown, so work must be idempotent.
   */
  async transaction<T>(work: (tx: Transaction) => Promise<T>): Promise<T> {
    this.#requireOpen();
    return this.administer(work);
  }

  /**
   * Runs reads over one state of the database, however long they take and whatever is written meanwhile.
   * @throws AppError MB_DATABASE_UNREACHABLE.
   */
  async snapshot<T>(work: (source: Queryable) => Promise<T>): Promise<T> {
    this.#requireOpen();
    return this.administer(async (tx) => {
      await tx.query('SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY');
      return work(tx);
    });
  }

  /** As `transaction`, also before `open`: for migrations. */
  async administer<T>(work: (tx: Transaction) => Promise<T>): Promise<T> {
    for (let attempt = 1; ; attempt += 1) {
      try {
        return await this.#once(work);
      } catch (error) {
        if (attempt >= maxTries || !retryState.test(sqlState(error))) throw translated(error);
      }
    }
  }

  async close(): Promise<void> {
    this.#opened = false;
    if (!this.#pool.ended) await this.#pool.end();
  }

  async #once<T>(work: (tx: Transaction) => Promise<T>): Promise<T> {
    const client = await this.#pool.connect();
    // A connection lost between statements is also an 'error' event, which would end the process unheard.
    const ignore = () => undefined;
    client.on('error', ignore);
    const effects: (() => void)[] = [];
    let broken: Error | undefined;
    let result: T;
    try {
      await client.query('BEGIN');
      result = await work({
        query: async <R extends object>(sql: string, parameters: readonly unknown[] = []) =>
          (await client.query<R>(sql, [...parameters])).rows,
        afterCommit: (effect) => effects.push(effect),
      });
      await client.query('COMMIT');
    } catch (error) {
      await client.query('ROLLBACK').catch((cause: unknown) => {
        broken = cause instanceof Error ? cause : new Error(messageOf(cause));
      });
      throw error;
    } finally {
      client.removeListener('error', ignore);
      client.release(broken);
    }
    for (const effect of effects) effect();
    return result;
  }

  #requireOpen(): void {
    if (!this.#opened) throw new AppError('MB_DATABASE_UNREACHABLE', 'the database is not ready yet');
  }
}

function sqlState(error: unknown): string {
  const code = (error as { code?: unknown } | null)?.code;
  return typeof code === 'string' ? code : '';
}

/** Faults of the connection become MB_DATABASE_UNREACHABLE; everything else (a bug, a constraint) stays itself. */
function translated(error: unknown): unknown {
  if (error instanceof AppError) return error;
  const state = sqlState(error);
  // `pg` reports a connection that ended or timed out as an Error without a code.
  const lost = state === '' ? /connection|timeout|pool/i.test(messageOf(error)) : unreachable.test(state);
  if (!lost) return error;
  return new AppError('MB_DATABASE_UNREACHABLE', `Postgres cannot be reached: ${messageOf(error) || state}`, {
    cause: error,
  });
}
