import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort } from './free-port.ts';
import { until } from './until.ts';

/** Debian's redis-server, or undefined where it is not installed. */
const redisProgram: string | undefined = ['/usr/bin/redis-server', '/usr/local/bin/redis-server'].find(existsSync);

/** A Redis of its own that keeps nothing, on a free port. */
export class RedisServer {
  readonly dir: string;
  readonly port: number;
  #process: ChildProcess | undefined;

  private constructor(dir: string, port: number) {
    this.dir = dir;
    this.port = port;
  }

  static async create(): Promise<RedisServer> {
    const server = new RedisServer(await mkdtemp(join(tmpdir(), 'maplebridge-redis-')), await freePort());
    await server.start();
    return server;
  }

  get url(): string {
    return `redis://127.0.0.1:${this.port}/0`;
  }

  async start(): Promise<void> {
    const options = ['--bind', '127.0.0.1', '--port', String(this.port), '--dir', this.dir];
    this.#process = spawn(program(), [...options, '--save', '', '--appendonly', 'no'], { stdio: 'ignore' });
    await until(() => this.command('PING'), { what: 'Redis to answer', timeoutMs: 60_000, everyMs: 50 });
  }

  /** Sends one inline command; the first line of the answer, or undefined when there is no server. */
  command(line: string): Promise<string | undefined> {
    return new Promise((resolve) => {
      const socket = connect(this.port, '127.0.0.1');
      socket.on('error', () => resolve(undefined));
      socket.on('data', (data) => {
        resolve(data.toString().split('\r\n')[0]);
        socket.end();
      });
      socket.write(`${line}\r\n`);
    });
  }

  /** Ends it and forgets everything. */
  async stop(): Promise<void> {
    const child = this.#process;
    if (child === undefined) return;
    this.#process = undefined;
    const ended = once(child, 'exit');
    child.kill('SIGTERM');
    await ended;
  }

  async remove(): Promise<void> {
    await this.stop();
    await rm(this.dir, { recursive: true, force: true });
  }
}

function program(): string {
  if (redisProgram === undefined)
    throw new Error('the Debian package redis-server is missing: run `npm test`, which installs it');
  return redisProgram;
}
