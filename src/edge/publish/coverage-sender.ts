import type { CoverageAck, CoverageBatch } from '../../contracts/node-messages.ts';
import type { Clock } from '../../lib/clock.ts';
import type { ClockWord } from '../../lib/clock-state.ts';
import { messageOf } from '../../lib/errors.ts';
import type { Logger } from '../../lib/log.ts';
import type { CoverageStore } from './coverage-store.ts';

/** Records in one message (contracts/node-messages.ts). */
const batchSize = 256;
/** A gateway that asks for the same records again is not served more often than this. */
const resendPauseMs = 1_000;

/** Sends the blindness account, one message at a time; the next leaves when the gateway has this one on disk. */
export class CoverageSender {
  readonly #store: CoverageStore;
  readonly #clock: Clock;
  readonly #clockWord: ClockWord | undefined;
  readonly #log: Logger;
  readonly #ackTimeoutMs: number;
  #send: ((batch: CoverageBatch) => void) | undefined;
  #batchSize = batchSize;
  #underWay: { readonly upTo: number; readonly sentAt: number } | undefined;

  constructor(options: {
    store: CoverageStore;
    clock: Clock;
    clockWord?: ClockWord | undefined;
    log: Logger;
    ackTimeoutMs: number;
  }) {
    this.#store = options.store;
    this.#clock = options.clock;
    this.#clockWord = options.clockWord;
    this.#log = options.log;
    this.#ackTimeoutMs = options.ackTimeoutMs;
  }

  /** From now on messages leave by `send`, beginning with what is not acknowledged. */
  connected(send: (batch: CoverageBatch) => void): void {
    this.#send = send;
    this.#underWay = undefined;
    this.#batchSize = batchSize;
    this.pump();
  }

  /** Nothing leaves any more. */
  disconnected(): void {
    this.#send = undefined;
  }

  /** The broker does not take a message of that size: fewer records at a time from now on. */
  tooLarge(): void {
    if (this.#batchSize === 1) return;
    this.#batchSize = Math.ceil(this.#batchSize / 2);
    this.#underWay = undefined;
    this.pump();
  }

  /** Sends what waits unless something is under way; what is under way for too long is sent again. */
  pump(): void {
    if (this.#send === undefined) return;
    const now = this.#clock.monotonic();
    if (this.#underWay !== undefined && now - this.#underWay.sentAt < this.#ackTimeoutMs) return;
    try {
      const { account, acked } = this.#store.head();
      const records = this.#store.after(acked, this.#batchSize);
      const last = records.at(-1);
      this.#underWay = last && { upTo: last.n, sentAt: now };
      if (last !== undefined) {
        const clock = this.#clockWord && { clock: { state: this.#clockWord.state } };
        this.#send({ account, after: acked, ...clock, records });
      }
    } catch (error) {
      // The disk may fail under a read; the next tick tries again.
      this.#log.error({ reason: messageOf(error) }, 'blindness account not readable');
    }
  }

  /** The gateway's word: frees what it has. One that frees nothing says that it lacks what is under way. */
  acknowledged({ coverage: { account, n } }: CoverageAck): void {
    try {
      this.#store.acknowledge(account, n);
    } catch (error) {
      this.#log.error({ reason: messageOf(error) }, 'acknowledged records not freed');
      return;
    }
    const underWay = this.#underWay;
    if (underWay === undefined) return;
    const has = account === this.#store.head().account && n >= underWay.upTo;
    if (!has && this.#clock.monotonic() - underWay.sentAt < resendPauseMs) return;
    this.#underWay = undefined;
    this.pump();
  }
}
