import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { BenchCamera } from './pipeline-scenario.ts';

const script = fileURLToPath(new URL('./pipeline-farm-process.ts', import.meta.url));

/** What the farm's process is told first. */
export type FarmOrder = readonly { readonly path: string; readonly file: string; readonly offsetMs: number }[];

/** What it answers: where it listens, and later what it had to drop. */
export interface FarmAnswer {
  readonly port: number;
  readonly unitsDropped: number;
}

/** The cameras in a process of their own. */
export class PipelineFarm {
  readonly #child: ChildProcess;
  #port = 0;

  private constructor(child: ChildProcess) {
    this.#child = child;
  }

  /** Resolves when the cameras can be connected to. */
  static async start(cameras: readonly BenchCamera[]): Promise<PipelineFarm> {
    const farm = new PipelineFarm(fork(script, { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] }));
    const order: FarmOrder = cameras.map(({ path, clip, offsetMs }) => ({ path, file: clip.file, offsetMs }));
    farm.#port = (await farm.#ask(order)).port;
    return farm;
  }

  get port(): number {
    return this.#port;
  }

  get pid(): number {
    return this.#child.pid ?? 0;
  }

  /** Access units the farm could not send because a client was slow, since it began. */
  async dropped(): Promise<number> {
    return (await this.#ask('report')).unitsDropped;
  }

  async stop(): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    const gone = once(this.#child, 'exit');
    this.#child.kill('SIGKILL');
    await gone;
  }

  async #ask(order: FarmOrder | 'report'): Promise<FarmAnswer> {
    const answer = Promise.race([
      once(this.#child, 'message'),
      once(this.#child, 'exit').then(() => Promise.reject(new Error('the farm ended'))),
    ]);
    this.#child.send(order);
    return (await answer)[0] as FarmAnswer;
  }
}
