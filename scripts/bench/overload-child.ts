import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { OverloadCamera, OverloadOrder, OverloadReport } from './overload-report.ts';

const script = fileURLToPath(new URL('./overload-process.ts', import.meta.url));

/** The measured process, seen from the bench. */
export class OverloadChild {
  readonly #child: ChildProcess = fork(script, { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
  readonly #gone = once(this.#child, 'exit');

  /** Connects to cameras and schedules their looks. */
  add(cameras: readonly OverloadCamera[]): void {
    this.#send({ kind: 'add', cameras });
  }

  remove(ids: readonly string[]): void {
    this.#send({ kind: 'remove', ids });
  }

  async report(): Promise<OverloadReport> {
    const answer = new Promise<OverloadReport>((resolve) => this.#child.once('message', resolve));
    this.#send({ kind: 'report' });
    const gone = this.#gone.then(() => Promise.reject(new Error('the node ended')));
    return Promise.race([answer, gone]);
  }

  async stop(): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    this.#send({ kind: 'stop' });
    await this.#gone;
  }

  #send(order: OverloadOrder): void {
    this.#child.send(order);
  }
}
