import { mkdir, mkdtemp, open, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PGlite } from '@electric-sql/pglite';
import { PGLiteSocketServer } from '@electric-sql/pglite-socket';
import { AppError, messageOf } from '../../lib/errors.ts';
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
  #database: PGlite | undefined;
  #server: PGLiteSocketServer | undefined;
  #socketDir: string | undefined;

  constructor(options: { dir: string | undefined }) {
    this.#dir = options.dir;
  }

  /** Starts and says where to connect; throws MB_DATABASE_SCHEMA when the folder is in use or cannot be opened. */
  async start(): Promise<ConnectionTarget> {
    if (this.#dir !== undefined) await this.#lock(this.#dir);
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
    if (this.#dir !== undefined) await rm(join(this.#dir, 'lock'), { force: true });
  }

  /** Two processes on one data folder would destroy it: PGlite itself does not look. */
  async #lock(dir: string): Promise<void> {
    await mkdir(dir, { recursive: true, mode: 0o700 });
    const path = join(dir, 'lock');
    const holder = Number(await readFile(path, 'utf8').catch(() => '0'));
    if (holder > 0 && holder !== process.pid && isAlive(holder)) {
      throw new AppError('MB_DATABASE_SCHEMA', `${dir} is in use by process ${holder}`);
    }
    const file = await open(path, 'w', 0o600);
    await file.writeFile(String(process.pid));
    await file.close();
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
