import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { fileURLToPath } from 'node:url';
import { until } from './until.ts';

/** Below the ports the kernel gives to clients: there a client could be given the farm's own port while it is down. */
const ports = { from: 20_000, count: 10_000 };

const main = fileURLToPath(new URL('../../src/main.ts', import.meta.url));

/** `maplebridge simulate --cameras N` in a process of its own, so that it runs on while this one is busy. */
export class FarmProcess {
  readonly #cameras: number;
  readonly #args: readonly string[];
  #port = 0;
  #child: ChildProcess | undefined;
  #urls: string[] = [];

  /** `args`: further options of `maplebridge simulate`. */
  constructor(options: { cameras: number; args?: readonly string[] }) {
    this.#cameras = options.cameras;
    this.#args = ['simulate', '--cameras', String(options.cameras), ...(options.args ?? [])];
  }

  /** Addresses of the cameras, in order. */
  get urls(): readonly string[] {
    return this.#urls;
  }

  get pid(): number {
    return this.#child?.pid ?? 0;
  }

  /** Resolves when the farm listens, each time on the same port; rejects with what it wrote when it ends before. */
  async start(): Promise<this> {
    if (this.#port === 0) this.#port = await freeServerPort();
    const count = this.#cameras;
    const child = spawn(process.execPath, [main, ...this.#args, '--port', String(this.#port)], {
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    this.#child = child;
    let printed = '';
    let errors = '';
    child.stdout.on('data', (chunk: Buffer) => {
      printed += chunk.toString();
    });
    child.stderr.on('data', (chunk: Buffer) => {
      errors = `${errors}${chunk.toString()}`.slice(-4000);
    });
    await until(
      () => {
        if (child.exitCode !== null) throw new Error(`the farm ended: ${errors}`);
        return printed.split('\n').length > count;
      },
      { timeoutMs: 60_000, what: `${count} simulated cameras` },
    );
    this.#urls = printed.trim().split('\n');
    return this;
  }

  /** Ends it at once, as a power cut would. */
  async kill(): Promise<void> {
    const child = this.#child;
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
    const exited = once(child, 'exit');
    child.kill('SIGKILL');
    await exited;
  }
}

async function freeServerPort(): Promise<number> {
  for (;;) {
    const port = ports.from + Math.floor(Math.random() * ports.count);
    const server = createServer();
    const free = await new Promise<boolean>((resolve) => {
      server.once('error', () => resolve(false));
      server.listen(port, '127.0.0.1', () => resolve(true));
    });
    if (!free) continue;
    await new Promise((resolve) => server.close(resolve));
    return port;
  }
}
