import { Worker } from 'node:worker_threads';
import type { CameraId, UtcMs } from '../../domain/ids.ts';
import { AppError, messageOf } from '../../lib/errors.ts';
import type { IngestSource, UnitInterest, UnitPace } from './ingest-pool.ts';
import type { CounterTable, MovedUnit, ShardNews, ShardOrder, ShardSettings, StateChange } from './shard-messages.ts';

/** What a thread tells its pool. */
export interface ShardThreadEvents {
  delivery(states: readonly StateChange[], units: readonly MovedUnit[]): void;
  counters(table: CounterTable, dropped: number): void;
  /** The thread is gone without having been told to, once; no further event follows. */
  died(why: string): void;
}

type Ticketed = Extract<ShardOrder, { readonly ticket: number }>;
type WithoutTicket<T> = T extends unknown ? Omit<T, 'ticket'> : never;

interface Waiting {
  readonly resolve: (units: readonly MovedUnit[]) => void;
  readonly reject: (error: unknown) => void;
}

/**
 * What lives long in an ingest thread is little; left to V8, 1,200 cameras took 330–370 MB of RSS, so 240–290.
 */
const maxYoungGenerationSizeMb = 6;

/** One ingest thread as the main thread sees it: orders in, news out. */
export class ShardThread {
  /** Ids of the cameras it was given. */
  readonly cameras = new Set<CameraId>();
  readonly #worker: Worker;
  readonly #events: ShardThreadEvents;
  readonly #bell: Int32Array<SharedArrayBuffer>;
  readonly #waiting = new Map<number, Waiting>();
  readonly #ready: Promise<void>;
  #becomeReady: Waiting | undefined;
  #nextTicket = 1;
  #missedSigns = 0;
  #gone = false;

  constructor(options: { file: URL; settings: ShardSettings; events: ShardThreadEvents }) {
    this.#events = options.events;
    this.#bell = options.settings.bell;
    this.#ready = new Promise((resolve, reject) => {
      this.#becomeReady = { resolve: () => resolve(), reject };
    });
    // Who waits for it learns of a failure; nobody needs to.
    this.#ready.catch(() => {});
    this.#worker = new Worker(options.file, {
      name: options.settings.name,
      workerData: options.settings,
      resourceLimits: { maxYoungGenerationSizeMb },
    });
    this.#worker.on('message', (news: ShardNews) => this.#take(news));
    this.#worker.on('error', (error) => this.#die(messageOf(error)));
    this.#worker.on('exit', (code) => this.#die(`thread ended with code ${code}`));
  }

  /** Resolves when the thread takes orders; rejects when it dies before. */
  get ready(): Promise<void> {
    return this.#ready;
  }

  /** Whether it has ended. */
  get gone(): boolean {
    return this.#gone;
  }

  async add(source: IngestSource): Promise<void> {
    this.cameras.add(source.id);
    try {
      await this.#order({ kind: 'add', source });
    } catch (error) {
      this.cameras.delete(source.id);
      throw error;
    }
  }

  async remove(camera: CameraId): Promise<void> {
    this.cameras.delete(camera);
    await this.#order({ kind: 'remove', camera });
  }

  want(camera: CameraId, interest: UnitInterest, pace: UnitPace = {}): void {
    this.#post({ kind: 'want', camera, interest, pace });
  }

  /** The camera's newest keyframe, if it has any. */
  keyframe(camera: CameraId): Promise<readonly MovedUnit[]> {
    return this.#order({ kind: 'keyframe', camera });
  }

  /** What is kept of the camera's recent past. */
  clip(camera: CameraId, from: UtcMs, to: UtcMs): Promise<readonly MovedUnit[]> {
    return this.#order({ kind: 'clip', camera, from, to });
  }

  /** Has the thread send its counters; resolves after they have come. */
  async report(): Promise<void> {
    await this.#order({ kind: 'report' });
  }

  /** A sign of life was due: gives the thread up when `most` in a row have not come. */
  checkAlive(most: number): void {
    this.#missedSigns += 1;
    if (this.#missedSigns > most) this.#giveUp('the thread no longer answers');
  }

  /** Ends cameras and thread. */
  async stop(limitMs: number): Promise<void> {
    if (this.#gone) return;
    const late = new Promise<void>((resolve) => setTimeout(resolve, limitMs).unref());
    await Promise.race([this.#order({ kind: 'stop' }).catch(() => {}), late]);
    this.#gone = true;
    this.#settleAll(new AppError('MB_INTERNAL', 'the ingest thread was stopped'));
    await this.#worker.terminate();
  }

  #order(order: WithoutTicket<Ticketed>): Promise<readonly MovedUnit[]> {
    if (this.#gone) return Promise.reject(new AppError('MB_INTERNAL', 'the ingest thread is gone'));
    const ticket = this.#nextTicket;
    this.#nextTicket += 1;
    return new Promise((resolve, reject) => {
      this.#waiting.set(ticket, { resolve, reject });
      this.#post({ ...order, ticket } as ShardOrder);
    });
  }

  #post(order: ShardOrder): void {
    if (this.#gone) return;
    this.#worker.postMessage(order);
    // That the last delivery was taken can wait: the next one leaves with the next reading.
    if (order.kind !== 'taken') this.#ring();
  }

  #ring(): void {
    Atomics.store(this.#bell, 0, 1);
    Atomics.notify(this.#bell, 0);
  }

  #take(news: ShardNews): void {
    if (this.#gone) return;
    this.#missedSigns = 0;
    switch (news.kind) {
      case 'ready':
        this.#becomeReady?.resolve([]);
        break;
      case 'delivery':
        this.#events.delivery(news.states, news.units);
        // Only now: what comes while this thread is at work waits in the other's mailbox.
        this.#post({ kind: 'taken' });
        break;
      case 'counters':
        this.#events.counters(news.table, news.dropped);
        break;
      case 'done':
        this.#settle(news);
        break;
    }
  }

  #settle({ ticket, fault, units = [] }: Extract<ShardNews, { kind: 'done' }>): void {
    const waiting = this.#waiting.get(ticket);
    this.#waiting.delete(ticket);
    if (fault === undefined) waiting?.resolve(units);
    else waiting?.reject(new AppError(fault.code, fault.message));
  }

  #giveUp(why: string): void {
    this.#die(why);
    void this.#worker.terminate();
  }

  #die(why: string): void {
    if (this.#gone) return;
    this.#gone = true;
    this.#settleAll(new AppError('MB_INTERNAL', `the ingest thread died: ${why}`));
    this.#events.died(why);
  }

  #settleAll(error: AppError): void {
    this.#becomeReady?.reject(error);
    for (const { reject } of this.#waiting.values()) reject(error);
    this.#waiting.clear();
  }
}
