import { type ChildProcess, spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { until } from './until.ts';

const main = fileURLToPath(new URL('../../src/main.ts', import.meta.url));

/** The CLI in a process of its own, as an operator starts it. */
export class CliProcess {
  readonly #child: ChildProcess;
  readonly #exit: Promise<number | string>;
  #output = '';

  /** `cwd`: where it is started; the tests' own folder unless given. */
  constructor(args: readonly string[], env: Readonly<Record<string, string>> = {}, cwd?: string) {
    this.#child = spawn(process.execPath, [main, ...args], {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...process.env, MAPLEBRIDGE_LOG: 'info', ...env },
      ...(cwd !== undefined && { cwd }),
    });
    for (const stream of [this.#child.stdout, this.#child.stderr]) {
      stream?.on('data', (chunk: Buffer) => {
        this.#output += chunk.toString();
      });
    }
    this.#exit = new Promise((resolve) => {
      this.#child.once('close', (code, signal) => resolve(code ?? signal ?? 'unknown'));
    });
  }

  /** Everything it printed so far, both streams. */
  get output(): string {
    return this.#output;
  }

  /** Exit code, or the name of the signal that ended it. */
  get exit(): Promise<number | string> {
    return this.#exit;
  }

  /** Waits until its output matches. */
  async says(pattern: RegExp): Promise<RegExpExecArray> {
    return until(() => pattern.exec(this.#output), { what: `${pattern} in the output`, timeoutMs: 60_000 });
  }

  signal(name: NodeJS.Signals): void {
    this.#child.kill(name);
  }

  /** Asks it to end; one that has not after ten seconds is killed and answers SIGKILL. */
  async terminate(): Promise<number | string> {
    const late = setTimeout(() => this.#child.kill('SIGKILL'), 10_000);
    this.#child.kill('SIGTERM');
    try {
      return await this.#exit;
    } finally {
      clearTimeout(late);
    }
  }
}

/** Runs a command to its end. */
export async function runCli(
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
  cwd?: string,
): Promise<{ exit: number | string; output: string }> {
  const cli = new CliProcess(args, env, cwd);
  const exit = await cli.exit;
  return { exit, output: cli.output };
}
