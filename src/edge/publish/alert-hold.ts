import { Backoff } from '../../lib/backoff.ts';
import type { Clock } from '../../lib/clock.ts';
import { type MqttRefused, mqttReason } from '../../lib/mqtt-refusal.ts';

const longestMs = 300_000;

/**
 * Holds alerts back after the broker refused one, so that none overtakes it: a later one would make the gateway believe
 * that the refused one is missing, and pass it over. One at a time asks whether the broker takes them again; one that is
 * larger than the broker takes is not sent again over this connection, for its limit will not change before the next.
 */
export class AlertHold {
  readonly #clock: Clock;
  readonly #backoff: Backoff;
  /** Lowest number that was refused. */
  #at: number | undefined;
  #until: number | undefined;

  constructor(options: { clock: Clock; firstMs: number }) {
    this.#clock = options.clock;
    this.#backoff = new Backoff({ minMs: options.firstMs, maxMs: Math.max(options.firstMs, longestMs) });
  }

  /** Alerts that may be under way at once, out of `window`. */
  most(window: number): number {
    if (this.#until === undefined) return window;
    return this.#clock.monotonic() < this.#until ? 0 : 1;
  }

  /** The broker refused alert `n`. */
  refused(n: number, { reasonCode }: MqttRefused): void {
    const pauseMs = reasonCode === mqttReason.packetTooLarge ? Number.POSITIVE_INFINITY : this.#backoff.next();
    this.#at = Math.min(n, this.#at ?? n);
    this.#until = this.#clock.monotonic() + pauseMs;
  }

  /** The broker took alert `n`; true when that was the one that held up the others. */
  tookAgain(n: number): boolean {
    if (n !== this.#at) return false;
    this.#end();
    return true;
  }

  /** The gateway has everything up to `n`. */
  acknowledged(n: number): void {
    if (this.#at !== undefined && n >= this.#at) this.#end();
  }

  #end(): void {
    this.#at = undefined;
    this.#until = undefined;
    this.#backoff.reset();
  }

  /** Another connection, perhaps with other limits: one may try. */
  connected(): void {
    if (this.#until !== undefined) this.#until = this.#clock.monotonic();
  }
}
