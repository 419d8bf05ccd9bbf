import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PGlite } from '@electric-sql/pglite';
import { PGLiteSocketServer } from '@electric-sql/pglite-socket';
import { AppError, messageOf } from '../../lib/errors.ts';
import { type FolderLock, lockFolder } from '../../lib/folder-lock.ts';
import type { ConnectionTarget } from './database.ts';
import { SharedSession } from './shared-session.ts';

/** `postgres` libpq socket file name for port 5432. */
const socketName = '.s.PGSQL.5432';

/**
 * Postgres inside this process (PGlite): for the demo, tests and small sites.
 * Reached like any Postgres, through a unix socket in a folder only this user can enter, so that `pg` and BullMQ's
 * Postgres backend speak to it unchanged. One session serves all connections: transactions run one after another.
 */
export class EmbeddedPostgres {
  /** Data folder, or undefined for memory. */
  readonly #dir: string | undefined;
  #lock: FolderLock | undefined;
  #database: PGlite | undefined;
  #server: PGLiteSocketServer | undefined;
  #socketDir: string | undefined;

  constructor(options: { dir: string | undefined }) {
    this.#dir = options.dir;
  }

  /** Starts and says where to connect; throws MB_DATABASE_SCHEMA when the folder is in use or cannot be opened. */
  async start(): Promise<ConnectionTarget> {
    // Two processes on one data folder would destroy it: PGlite itself does not look.
    if (this.#dir !== undefined) this.#lock = lockFolder(this.#dir, 'MB_DATABASE_SCHEMA');
    try {
      this.#database = await PGlite.create(this.#dir === undefined ? 'memory://' : join(this.#dir, 'data'));
    } catch (error) {
      await this.stop();
      throw new AppError('MB_DATABASE_SCHEMA', `embedded Postgres in ${this.#dir}: ${messageOf(error)}`, {
        cause: error,
      });
    }
    // The one session's search path: BullMQ's statements use bare names; the desk's own name their schema.
    await this.#database.exec(
      'CREATE SCHEMA IF NOT EXISTS bullmq; ALTER DATABASE postgres SET search_path = bullmq, public; SET search_path = bullmq, public',
    );
    this.#socketDir = await mkdtemp(join(tmpdir(), 'maplebridge-pg-'));
    const session = new SharedSession(this.#database) as unknown as PGlite;
    this.#server = new PGLiteSocketServer({
      db: session,
      path: join(this.#socketDir, socketName),
      maxConnections: 64,
    });
    await this.#server.start();
    return { host: this.#socketDir, port: 5432, user: 'postgres', database: 'postgres' };
  }

  async stop(): Promise<void> {
    await this.#server?.stop();
    this.#server = undefined;
    await this.#database?.close();
    this.#database = undefined;
    if (this.#socketDir !== undefined) await rm(this.#socketDir, { recursive: true, force: true });
    this.#socketDir = undefined;
    this.#lock?.release();
  }
}
