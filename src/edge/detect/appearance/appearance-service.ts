import { Worker } from 'node:worker_threads';
import type { Box } from '../../../domain/geometry.ts';
import type { ObjectClass } from '../../../domain/object-class.ts';
import type { Picture } from '../../../domain/picture.ts';
import { Backoff } from '../../../lib/backoff.ts';
import type { Clock } from '../../../lib/clock.ts';
import { messageOf } from '../../../lib/errors.ts';
import type { Logger } from '../../../lib/log.ts';
import type { Counter, Metrics } from '../../../lib/metrics.ts';
import { findAppearanceModel } from '../model-manifest.ts';
import { type ModelStoreOptions, resolveFile } from '../model-store.ts';
import type { AppearanceAnswer, AppearanceOrder, AppearanceSetup } from './appearance-messages.ts';
import type { AppearanceConfig } from './config.ts';
import { cropOf } from './crop.ts';

/** What an object looks like: unit length, or undefined where nobody could tell. */
type Appearance = Float32Array | undefined;

/**
 * Tells what objects look like, for all cameras, on a thread of its own (9 ms a crop). It is an aid: without it, or when
 * more is asked than it can do, objects have no appearance and trackers go by place and motion alone.
 */
export class AppearanceService {
  readonly #config: AppearanceConfig;
  readonly #store: ModelStoreOptions;
  readonly #entry: ReturnType<typeof findAppearanceModel>;
  readonly #clock: Clock;
  readonly #log: Logger;
  readonly #crops: Counter<'result'>;
  readonly #backoff = new Backoff({ minMs: 1_000, maxMs: 60_000 });
  readonly #waiting = new Map<number, (vector: Appearance) => void>();
  #worker: Worker | undefined;
  #problem: string | undefined = 'not started';
  #lastId = 0;
  #cancel: (() => void) | undefined;
  #closed = false;

  /** @throws AppError MB_MODEL_UNKNOWN. */
  constructor(options: {
    config: AppearanceConfig;
    store: ModelStoreOptions;
    clock: Clock;
    log: Logger;
    metrics: Metrics;
  }) {
    this.#config = options.config;
    this.#store = options.store;
    this.#entry = findAppearanceModel(options.store.manifest, options.config.model);
    this.#clock = options.clock;
    this.#log = options.log;
    this.#crops = options.metrics.counter('maplebridge_appearance_crops_total', 'Objects by what became of them.', [
      'result',
    ]);
  }

  /** Classes it tells the appearance of. */
  get classes(): ReadonlySet<ObjectClass> {
    return new Set(this.#entry.classes);
  }

  get refreshMs(): number {
    return this.#config.refreshMs;
  }

  /** Why it tells nothing; undefined while it does. */
  get problem(): string | undefined {
    return this.#problem;
  }

  /** Resolves once it is ready or known not to be; it goes on trying. */
  async start(): Promise<void> {
    try {
      const path = await resolveFile(this.#entry, this.#store);
      await this.#open({ path, entry: this.#entry });
    } catch (error) {
      this.#failed(messageOf(error));
    }
  }

  /** What lies in these boxes of a picture, in their order. Never rejects; the picture is the caller's again at once. */
  async look(picture: Picture, boxes: readonly Box[]): Promise<readonly Appearance[]> {
    return Promise.all(boxes.map((box) => this.#ask(picture, box)));
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.#cancel?.();
    await this.#end();
  }

  #ask(picture: Picture, box: Box): Promise<Appearance> {
    const worker = this.#worker;
    if (worker === undefined || this.#problem !== undefined) return this.#without('unavailable');
    if (this.#waiting.size >= this.#config.queueCapacity) return this.#without('overloaded');
    const crop = cropOf(picture, box);
    if (crop === undefined) return this.#without('too-small');
    this.#lastId += 1;
    const order: AppearanceOrder = { id: this.#lastId, crop };
    return new Promise((resolve) => {
      this.#waiting.set(order.id, resolve);
      worker.postMessage(order, [crop.data.buffer]);
    });
  }

  async #without(result: string): Promise<undefined> {
    this.#crops.inc({ result });
  }

  #open(setup: AppearanceSetup): Promise<void> {
    return new Promise((resolve, reject) => {
      const worker = new Worker(new URL('./appearance-worker.ts', import.meta.url), { workerData: setup });
      this.#worker = worker;
      worker.on('message', (answer: AppearanceAnswer) => {
        if (answer.kind === 'done') return this.#done(answer.id, answer.vector);
        this.#problem = undefined;
        this.#backoff.reset();
        this.#log.info({ model: this.#entry.id }, 'appearance model ready');
        resolve();
      });
      let why: string | undefined;
      worker.on('error', (error) => {
        why = messageOf(error);
      });
      worker.on('exit', (code) => {
        const reason = why ?? `its thread ended with code ${code}`;
        const wasReady = this.#worker === worker && this.#problem === undefined;
        if (wasReady && !this.#closed) this.#failed(reason);
        reject(new Error(reason));
      });
    });
  }

  #done(id: number, vector: Appearance): void {
    this.#crops.inc({ result: vector === undefined ? 'failed' : 'told' });
    this.#waiting.get(id)?.(vector);
    this.#waiting.delete(id);
  }

  #failed(why: string): void {
    this.#problem = `${this.#entry.id}: ${why}`;
    this.#log.warn({ model: this.#entry.id, reason: why }, 'no appearances: objects are followed without');
    void this.#end();
    if (!this.#closed) this.#cancel = this.#clock.after(this.#backoff.next(), () => void this.start());
  }

  async #end(): Promise<void> {
    const worker = this.#worker;
    this.#worker = undefined;
    for (const [id] of this.#waiting) this.#done(id, undefined);
    await worker?.terminate();
  }
}
