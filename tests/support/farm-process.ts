import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { until } from './until.ts';

const main = fileURLToPath(new URL('../../src/main.ts', import.meta.url));

/** `maplebridge simulate --cameras N` in a process of its own, so that it runs on while this one is busy. */
export class FarmProcess {
  readonly port: number;
  readonly #args: readonly string[];
  #child: ChildProcess | undefined;
  #urls: string[] = [];

  /** `cwd` is where the built-in clip is kept. */
  constructor(options: { cameras: number; port: number; args?: readonly string[] }) {
    this.port = options.port;
    this.#args = ['simulate', '--cameras', String(options.cameras), '--port', String(options.port)].concat(
      options.args ?? [],
    );
  }

  /** Addresses of the cameras, in order. */
  get urls(): readonly string[] {
    return this.#urls;
  }

  get pid(): number {
    return this.#child?.pid ?? 0;
  }

  /** Resolves when the farm listens; rejects with what it wrote when it ends before. */
  async start(): Promise<this> {
    const count = Number(this.#args[2]);
    const child = spawn(process.execPath, [main, ...this.#args], { stdio: ['ignore', 'pipe', 'pipe'] });
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
