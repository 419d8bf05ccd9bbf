import type { Clock } from '../../../lib/clock.ts';
import { messageOf } from '../../../lib/errors.ts';
import type { Logger } from '../../../lib/log.ts';
import type { CanaryBook } from './canary-book.ts';
import type { CanaryOrder, CanaryStore } from './canary-store.ts';

/** How often an operator's order is looked for. */
const pollEveryMs = 1_000;

/** Carries out what an operator asks for by `maplebridge models canary`. */
export class CanaryOrders {
  readonly #options: {
    readonly book: CanaryBook;
    readonly store: CanaryStore;
    /** Resolves once the models are loaded and freed as the phase asks. */
    readonly settled: () => Promise<void>;
    /** Called at each round with the time since the last. */
    readonly onRound: (ms: number) => void;
    readonly clock: Clock;
    readonly log: Logger;
  };
  #damaged = '';
  #cancel: (() => void) | undefined;
  #round: Promise<void> | undefined;
  #roundAt = 0;
  #stopped = false;

  constructor(options: {
    book: CanaryBook;
    store: CanaryStore;
    settled: () => Promise<void>;
    onRound: (ms: number) => void;
    clock: Clock;
    log: Logger;
  }) {
    this.#options = options;
  }

  /** Takes an order that waits already, then looks every second. */
  async start(): Promise<void> {
    await this.#take();
    this.#roundAt = this.#options.clock.monotonic();
    this.#schedule();
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    this.#cancel?.();
    await this.#round;
  }

  #schedule(): void {
    if (this.#stopped) return;
    this.#cancel = this.#options.clock.after(pollEveryMs, () => {
      this.#round = this.#look().finally(() => this.#schedule());
    });
  }

  async #look(): Promise<void> {
    const now = this.#options.clock.monotonic();
    this.#options.onRound(now - this.#roundAt);
    this.#roundAt = now;
    await this.#take();
    await this.#options.book.saveNowAndThen();
  }

  async #take(): Promise<void> {
    const { store, log } = this.#options;
    const found = await store.readOrder();
    if (found.kind === 'damaged' && found.detail !== this.#damaged) {
      log.warn({ detail: found.detail }, 'an order for the canary cannot be read and is left out');
    }
    this.#damaged = found.kind === 'damaged' ? found.detail : '';
    if (found.kind !== 'found') return;
    try {
      await this.#carryOut(found.value);
      await store.removeOrder(found.value.id);
    } catch (error) {
      log.error({ error: messageOf(error) }, 'an order for the canary could not be taken away');
    }
  }

  async #carryOut({ id, action, by }: CanaryOrder): Promise<void> {
    const { book, settled } = this.#options;
    // The node ended between carrying it out and taking it away.
    if (id === book.state.lastOrder) return;
    book.apply({ kind: action, by });
    // A rollback is done with that, even if the new model hangs and is freed late. The others are said to be done only
    // once it is known whether the new model runs; until then the old one is in charge anyway.
    if (action !== 'rollback') await settled();
    await book.carriedOut(id);
  }
}
