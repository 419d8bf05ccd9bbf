import { Worker } from 'node:worker_threads';
import type { Clock } from '../../lib/clock.ts';
import { messageOf } from '../../lib/errors.ts';
import type { RegionRequest, RunnerOptions } from './model-runner.ts';
import type { DetectAnswer, JobAnswer } from './worker-messages.ts';

/** What a thread needs. */
export interface DetectThreadOptions {
  readonly runner: RunnerOptions;
  /** A thread that has not loaded its model for this long is given up. */
  readonly loadTimeoutMs: number;
  /** A thread that has not answered for this long is given up. */
  readonly jobTimeoutMs: number;
  readonly clock: Clock;
  /** The thread is over though nobody closed it; it had been ready. What it had in hand is rejected already. */
  readonly onGone: (why: string) => void;
  /** The thread's source; tests put one here that dies. */
  readonly file?: URL | undefined;
}

interface Running {
  readonly resolve: (answer: JobAnswer) => void;
  readonly reject: (error: Error) => void;
}

/**
 * One copy of a model on one worker thread. ONNX Runtime computes on the thread that calls it, 10–40 ms a picture, and the
 * event loop carries every camera's packets. Lives once: a thread that died or hangs is replaced by another object.
 */
export class DetectThread {
  readonly #options: DetectThreadOptions;
  readonly #running = new Map<number, Running>();
  #state: 'new' | 'loading' | 'ready' | 'over' = 'new';
  #worker: Worker | undefined;
  #loading: { resolve: (warmUpMs: number) => void; reject: (error: Error) => void } | undefined;
  #cancelWatch: (() => void) | undefined;
  #nextId = 1;

  constructor(options: DetectThreadOptions) {
    this.#options = options;
  }

  /** Jobs in hand. */
  get busy(): number {
    return this.#running.size;
  }

  /** Whether it takes jobs. */
  get isReady(): boolean {
    return this.#state === 'ready';
  }

  /** Loads the model and runs it once; returns how many ms that took. Rejects with the reason it does not. Once only. */
  open(): Promise<number> {
    return new Promise((resolve, reject) => {
      this.#state = 'loading';
      this.#loading = { resolve, reject };
      const { file, runner, loadTimeoutMs, clock } = this.#options;
      const worker = new Worker(file ?? new URL('./detect-worker.ts', import.meta.url), {
        name: 'detector',
        workerData: runner,
      });
      this.#worker = worker;
      this.#cancelWatch = clock.after(loadTimeoutMs, () => this.#giveUp(`has not loaded in ${loadTimeoutMs} ms`));
      worker.on('message', (answer: DetectAnswer) => this.#hear(answer));
      worker.on('error', (error) => this.#giveUp(messageOf(error)));
      worker.on('exit', (code) => this.#giveUp(`its thread ended with code ${code}`));
    });
  }

  /** Has requests looked at together; rejects when the thread does not live to answer. */
  run(requests: readonly RegionRequest[]): Promise<JobAnswer> {
    return new Promise((resolve, reject) => {
      if (this.#state !== 'ready') return reject(new Error('its thread is not running'));
      const id = this.#nextId++;
      this.#running.set(id, { resolve, reject });
      if (this.#running.size === 1) this.#watch();
      // Copied by the message, not transferred: the frame keeps its picture.
      this.#worker?.postMessage({ id, requests });
    });
  }

  /** Ends the thread and rejects what it has in hand; idempotent. */
  async close(): Promise<void> {
    this.#end('the detector is closed');
    await this.#worker?.terminate();
  }

  #hear(answer: DetectAnswer): void {
    if (this.#state === 'over') return;
    switch (answer.kind) {
      case 'ready':
        this.#state = 'ready';
        this.#watch();
        this.#loading?.resolve(answer.warmUpMs);
        return;
      case 'cannot-load':
        this.#giveUp(`does not load: ${answer.detail}`);
        return;
      case 'done': {
        const running = this.#running.get(answer.id);
        this.#running.delete(answer.id);
        this.#watch();
        running?.resolve(answer);
        return;
      }
    }
  }

  /** Times the job the thread is at. */
  #watch(): void {
    const { jobTimeoutMs, clock } = this.#options;
    this.#cancelWatch?.();
    this.#cancelWatch =
      this.#running.size === 0
        ? undefined
        : clock.after(jobTimeoutMs, () => this.#giveUp(`no answer in ${jobTimeoutMs} ms`));
  }

  #giveUp(why: string): void {
    const before = this.#state;
    if (before === 'over') return;
    this.#end(why);
    // Not awaited: a thread that hangs in native code may never end.
    void this.#worker?.terminate();
    if (before === 'ready') this.#options.onGone(why);
  }

  #end(why: string): void {
    if (this.#state === 'over') return;
    this.#state = 'over';
    this.#cancelWatch?.();
    this.#loading?.reject(new Error(why));
    for (const { reject } of this.#running.values()) reject(new Error(why));
    this.#running.clear();
  }
}
