import { Worker } from 'node:worker_threads';
import type { ObjectClass } from '../../domain/object-class.ts';
import type { Picture, PictureSpec } from '../../domain/picture.ts';
import { Backoff } from '../../lib/backoff.ts';
import { BoundedQueue } from '../../lib/bounded-queue.ts';
import { type Clock, systemClock } from '../../lib/clock.ts';
import { AppError, messageOf } from '../../lib/errors.ts';
import type { Logger } from '../../lib/log.ts';
import type { Counter, Histogram, Metrics } from '../../lib/metrics.ts';
import type { Detector } from './detector.ts';
import type { Detected, RunnerOptions } from './model-runner.ts';
import type { DetectAnswer, DetectJob } from './worker-messages.ts';

interface Pending {
  readonly job: DetectJob;
  readonly resolve: (detected: Detected) => void;
  readonly reject: (error: AppError) => void;
}

/** Jobs in the thread at once: the second travels while the first is computed. */
const inFlight = 2;

/**
 * A model on a worker thread. ONNX Runtime computes on the thread that calls it, 10–40 ms a picture, and the event loop
 * carries every camera's packets. A thread that dies or hangs fails what it had; the next picture starts another,
 * and one that dies again without an answer between is given time before the next: loading a model costs seconds of a core.
 */
export class ThreadDetector implements Detector {
  readonly model: Detector['model'];
  readonly input: PictureSpec;
  readonly #runner: RunnerOptions;
  readonly #file: URL;
  readonly #log: Logger;
  readonly #clock: Clock;
  readonly #jobTimeoutMs: number;
  readonly #queue: BoundedQueue<Pending>;
  readonly #running = new Map<number, Pending>();
  readonly #metrics: { pictures: Counter<'result'>; seconds: Histogram };
  #worker: Promise<Worker> | undefined;
  /** Gives the present thread up. */
  #abandon: ((why: string) => void) | undefined;
  /** Deaths since the last answer. */
  readonly #backoff = new Backoff({ minMs: 500, maxMs: 30_000 });
  /** Until then no thread is started (monotonic). */
  #restartAt = Number.NEGATIVE_INFINITY;
  #cancelWatch: (() => void) | undefined;
  #closed = false;
  #nextId = 1;

  constructor(options: {
    runner: RunnerOptions;
    queueCapacity: number;
    /** A thread that has not answered for this long is replaced. */
    jobTimeoutMs: number;
    clock?: Clock;
    log: Logger;
    metrics: Metrics;
    /** The thread's source; tests put one here that dies. */
    workerFile?: URL;
  }) {
    const { entry, provider, classes } = options.runner;
    const known = classes.filter((each): each is ObjectClass => each !== undefined);
    this.#runner = options.runner;
    this.#file = options.workerFile ?? new URL('./detect-worker.ts', import.meta.url);
    this.#clock = options.clock ?? systemClock;
    this.#jobTimeoutMs = options.jobTimeoutMs;
    this.#log = options.log;
    this.#queue = new BoundedQueue(options.queueCapacity, 'drop-oldest');
    this.model = { id: entry.id, sha256: entry.sha256, classes: [...new Set(known)], provider };
    this.input = {
      width: entry.input.width,
      height: entry.input.height,
      fit: entry.input.fit,
      format: entry.input.channelOrder === 'rgb' ? 'rgb24' : 'bgr24',
    };
    this.#metrics = {
      pictures: options.metrics.counter('maplebridge_detect_pictures_total', 'Pictures by result.', ['result']),
      seconds: options.metrics.latency('maplebridge_detect_seconds', 'Time in the detector thread a picture.'),
    };
  }

  /** Loads the model. @throws AppError MB_MODEL_FAILED */
  async open(): Promise<void> {
    this.#worker ??= this.#spawn();
    await this.#worker;
  }

  async detect(pictures: readonly Picture[]): Promise<readonly Detected[]> {
    return Promise.all(pictures.map((picture) => this.#enqueue(picture)));
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.#cancelWatch?.();
    this.#failAll('the detector is closed');
    const worker = await this.#worker?.catch(() => undefined);
    await worker?.terminate();
  }

  #enqueue(picture: Picture): Promise<Detected> {
    return new Promise((resolve, reject) => {
      if (this.#closed) return reject(this.#failure('the detector is closed'));
      const waitMs = this.#restartAt - this.#clock.monotonic();
      if (this.#worker === undefined && waitMs > 0) {
        this.#metrics.pictures.inc({ result: 'failed' });
        return reject(this.#failure(`its thread is started again in ${Math.ceil(waitMs)} ms`));
      }
      if (this.#queue.size === this.#queue.capacity) {
        this.#metrics.pictures.inc({ result: 'overloaded' });
        const waiting = `${this.#queue.capacity} pictures are waiting for ${this.model.id}`;
        this.#queue.shift()?.reject(new AppError('MB_OVERLOADED', waiting));
      }
      this.#queue.push({ job: { id: this.#nextId++, picture }, resolve, reject });
      this.#worker ??= this.#spawn();
      this.#worker.then(
        (worker) => this.#feed(worker),
        (error: unknown) => this.#failAll(messageOf(error)),
      );
    });
  }

  #feed(worker: Worker): void {
    while (this.#running.size < inFlight) {
      const next = this.#queue.shift();
      if (next === undefined) return;
      this.#running.set(next.job.id, next);
      if (this.#running.size === 1) this.#watch();
      // Copied by the message, not transferred: the frame keeps its picture.
      worker.postMessage(next.job);
    }
  }

  /** Times the picture the thread is at. */
  #watch(): void {
    this.#cancelWatch?.();
    this.#cancelWatch =
      this.#running.size === 0
        ? undefined
        : this.#clock.after(this.#jobTimeoutMs, () => this.#abandon?.(`no answer in ${this.#jobTimeoutMs} ms`));
  }

  #spawn(): Promise<Worker> {
    return new Promise((resolve, reject) => {
      const worker = new Worker(this.#file, { name: 'detector', workerData: this.#runner });
      let state: 'loading' | 'ready' | 'over' = 'loading';
      // A failing thread reports its error and then its end: the second must not touch its successor.
      const gone = (why: string) => {
        const before = state;
        state = 'over';
        if (before !== 'over') {
          this.#worker = undefined;
          this.#noteDeath();
        }
        if (before === 'loading') reject(this.#failure(why));
        if (before === 'ready') this.#onDeath(why);
      };
      worker.on('message', (answer: DetectAnswer) => {
        switch (answer.kind) {
          case 'ready':
            state = 'ready';
            this.#abandon = (why) => {
              gone(why);
              // Not awaited: a thread that hangs in native code may never end.
              void worker.terminate();
            };
            this.#announce(answer);
            return resolve(worker);
          case 'cannot-load':
            return gone(`does not load: ${answer.detail}`);
          case 'detected':
          case 'failed':
            if (state !== 'ready') return;
            this.#settle(answer);
            this.#watch();
            return this.#feed(worker);
        }
      });
      worker.on('error', (error) => gone(messageOf(error)));
      worker.on('exit', (code) => gone(`its thread ended with code ${code}`));
    });
  }

  #announce(answer: { providers: readonly string[]; warmUpMs: number }): void {
    const { threads, entry } = this.#runner;
    this.#log.info(
      {
        model: entry.id,
        sha256: entry.sha256,
        provider: this.model.provider,
        threads,
        input: `${entry.input.width}x${entry.input.height}`,
        warmUpMs: Math.round(answer.warmUpMs),
        providers: answer.providers,
      },
      'detector ready',
    );
  }

  #settle(answer: Extract<DetectAnswer, { id: number }>): void {
    this.#backoff.reset();
    const pending = this.#running.get(answer.id);
    this.#running.delete(answer.id);
    if (answer.kind === 'detected') {
      this.#metrics.pictures.inc({ result: 'ok' });
      this.#metrics.seconds.observe(answer.detected.run.latencyMs / 1000);
      pending?.resolve(answer.detected);
    } else {
      this.#metrics.pictures.inc({ result: 'failed' });
      pending?.reject(this.#failure(answer.detail));
    }
  }

  /** The first death may be one bad picture's doing: its successor starts at once. */
  #noteDeath(): void {
    const isFirst = this.#backoff.attempt === 0;
    const waitMs = this.#backoff.next();
    if (!isFirst) this.#restartAt = this.#clock.monotonic() + waitMs;
  }

  #onDeath(why: string): void {
    if (this.#closed) return;
    this.#log.error({ why, model: this.model.id }, 'detector thread gone; the next picture starts another');
    this.#failAll(why);
  }

  #failAll(why: string): void {
    for (const pending of [...this.#running.values(), ...this.#queue.drain()]) pending.reject(this.#failure(why));
    this.#running.clear();
    this.#watch();
  }

  #failure(why: string): AppError {
    return new AppError('MB_MODEL_FAILED', `model ${this.model.id}: ${why}`, { details: { model: this.model.id } });
  }
}
