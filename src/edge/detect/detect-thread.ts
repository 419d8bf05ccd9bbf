import { Worker } from 'node:worker_threads';
import type { Clock } from '../../lib/clock.ts';
import { messageOf } from '../../lib/errors.ts';
import type { RegionRequest, RunnerOptions } from './model-runner.ts';
import { PictureSlots } from './picture-slots.ts';
import { giveUpTurn, turnOf } from './turn.ts';
import type { DetectAnswer, DetectOrder, JobAnswer, ThreadSetup } from './worker-messages.ts';

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
  readonly release: () => void;
}

/** A thread that frees its session in turn gets this long. */
const closeTimeoutMs = 5_000;

/**
 * One copy of a model on one worker thread. ONNX Runtime computes on the thread that calls it, 10–40 ms a picture, and the
 * event loop carries every camera's packets. Lives once: a thread that died or hangs is replaced by another object.
 */
export class DetectThread {
  readonly #options: DetectThreadOptions;
  readonly #running = new Map<number, Running>();
  readonly #slots = new PictureSlots();
  #state: 'new' | 'loading' | 'ready' | 'over' = 'new';
  #worker: Worker | undefined;
  #loading: { resolve: (warmUpMs: number) => void; reject: (error: Error) => void } | undefined;
  #cancelWatch: (() => void) | undefined;
  #exited: Promise<void> = Promise.resolve();
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
      const setup: ThreadSetup = { runner, turn: turnOf(runner.provider) };
      const source = file ?? new URL('./detect-worker.ts', import.meta.url);
      const worker = new Worker(source, { name: 'detector', workerData: setup });
      this.#worker = worker;
      this.#exited = ended(worker, setup);
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
      // Copied, not transferred: the frame keeps its picture.
      const packed = this.#slots.pack(requests);
      this.#running.set(id, { resolve, reject, release: () => packed.release() });
      if (this.#running.size === 1) this.#watch();
      this.#order({ kind: 'look', id, requests: packed.requests });
    });
  }

  /** Ends the thread and rejects what it has in hand; idempotent. */
  async close(): Promise<void> {
    const isWell = this.#state === 'ready';
    this.#end('the detector is closed');
    // Sessions that take turns are freed in turn, which a terminated thread would not do.
    if (isWell && turnOf(this.#options.runner.provider) !== undefined) {
      this.#order({ kind: 'close' });
      await this.#exitedSoon();
    }
    await this.#worker?.terminate();
  }

  async #exitedSoon(): Promise<void> {
    const { clock } = this.#options;
    const late = new Promise<void>((resolve) => {
      this.#cancelWatch = clock.after(closeTimeoutMs, resolve);
    });
    await Promise.race([this.#exited, late]);
    this.#cancelWatch?.();
  }

  #order(order: DetectOrder): void {
    this.#worker?.postMessage(order);
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
        running?.release();
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

/** Resolves when the thread is over; it has no turn any more then. */
function ended(worker: Worker, { turn }: ThreadSetup): Promise<void> {
  const { threadId } = worker;
  return new Promise((resolve) => {
    worker.once('exit', () => {
      giveUpTurn(turn, threadId);
      resolve();
    });
  });
}
