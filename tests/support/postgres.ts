import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { freePort } from './free-port.ts';
import { until } from './until.ts';

const root = '/usr/lib/postgresql';

/** Folder of Debian's newest Postgres programs, or undefined where it is not installed. */
const postgresBin: string | undefined = existsSync(root)
  ? readdirSync(root)
      .sort((a, b) => Number(b) - Number(a))
      .map((version) => join(root, version, 'bin'))
      .find((bin) => existsSync(join(bin, 'initdb')))
  : undefined;

/** How a server differs from one for tests. */
export interface PostgresOptions {
  /** Syncs every commit to the disk, as outside of tests; default false. */
  readonly durable?: boolean;
  /** Settings, as `name: value` of postgresql.conf. */
  readonly settings?: Readonly<Record<string, string>>;
}

/** A Postgres server of its own in a temporary folder, on a free port; it refuses root, so it runs as `postgres` then. */
export class PostgresServer {
  readonly dir: string;
  readonly port: number;
  readonly #options: PostgresOptions;
  #process: ChildProcess | undefined;

  private constructor(dir: string, port: number, options: PostgresOptions) {
    this.dir = dir;
    this.port = port;
    this.#options = options;
  }

  static async create(options: PostgresOptions = {}): Promise<PostgresServer> {
    const dir = await mkdtemp(join(tmpdir(), 'maplebridge-postgres-'));
    const server = new PostgresServer(dir, await freePort(), options);
    if (process.getuid?.() === 0) execFileSync('chown', ['postgres', dir]);
    await chmod(dir, 0o700);
    server.#run('initdb', ['-D', join(dir, 'data'), '-U', 'desk', '-A', 'trust', '-E', 'UTF8', '--no-sync']);
    await server.start();
    return server;
  }

  get url(): string {
    return `postgres://desk@127.0.0.1:${this.port}/postgres`;
  }

  /**
   * Addresses of a role that owns the desk's schema and of one that the service runs as, both made by this server's
   * superuser as docs/deploying.md says.
   */
  async separateRoles(): Promise<{ url: string; migrateUrl: string }> {
    const client = new pg.Client({ connectionString: this.url });
    await client.connect();
    await client.query(`CREATE ROLE maplebridge_owner LOGIN; CREATE ROLE maplebridge_app LOGIN;
      GRANT maplebridge_app TO maplebridge_owner; ALTER DATABASE postgres OWNER TO maplebridge_owner`);
    await client.end();
    const as = (user: string) => this.url.replace('//desk@', `//${user}@`);
    return { url: as('maplebridge_app'), migrateUrl: as('maplebridge_owner') };
  }

  /** The process that started all others of the server. */
  get pid(): number {
    return Number(readFileSync(join(this.dir, 'data', 'postmaster.pid'), 'utf8').split('\n')[0]);
  }

  async start(): Promise<void> {
    const options = ['-D', join(this.dir, 'data'), '-p', String(this.port), '-k', this.dir, '-h', '127.0.0.1'];
    const { durable = false, settings = {} } = this.#options;
    const more = Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
    const all = [...options, ...(durable ? [] : ['-F']), ...more];
    const [command, args] = asUnprivileged(join(programs(), 'postgres'), all);
    this.#process = spawn(command, args, { stdio: 'ignore', cwd: '/' });
    await until(() => this.#answers(), { what: 'Postgres to answer', timeoutMs: 60_000, everyMs: 100 });
  }

  /** `fast` cuts open connections; `immediate` ends as a crash does, to be recovered from at the next start. */
  async stop(mode: 'fast' | 'immediate' = 'fast'): Promise<void> {
    const child = this.#process;
    if (child === undefined) return;
    this.#process = undefined;
    const ended = new Promise((resolve) => child.once('exit', resolve));
    this.#run('pg_ctl', ['stop', '-D', join(this.dir, 'data'), '-m', mode, '-w', '-s']);
    await ended;
  }

  async remove(): Promise<void> {
    await this.stop();
    await rm(this.dir, { recursive: true, force: true });
  }

  #answers(): boolean {
    try {
      this.#run('pg_isready', ['-h', '127.0.0.1', '-p', String(this.port), '-q']);
      return true;
    } catch {
      return false;
    }
  }

  #run(program: string, args: string[]): void {
    const [command, all] = asUnprivileged(join(programs(), program), args);
    execFileSync(command, all, { stdio: 'pipe', cwd: '/' });
  }
}

function asUnprivileged(command: string, args: readonly string[]): [string, string[]] {
  if (process.getuid?.() !== 0) return [command, [...args]];
  return ['runuser', ['-u', 'postgres', '--', command, ...args]];
}

function programs(): string {
  if (postgresBin === undefined)
    throw new Error('the Debian package postgresql is missing: run `npm test`, which installs it');
  return postgresBin;
}
