import type { Clock } from '../../lib/clock.ts';

/** Wrong tokens an address may offer within the window. */
const maxFailures = 10;
const windowMs = 60_000;
/** Addresses remembered; beyond that the one longest unseen is forgotten. */
const maxAddresses = 10_000;

/** Slows down guessing: after too many wrong tokens an address waits, right or wrong. */
export class LoginLimit {
  readonly #clock: Clock;
  readonly #failures = new Map<string, { count: number; until: number }>();

  constructor(options: { clock: Clock }) {
    this.#clock = options.clock;
  }

  /** Seconds the address has to wait; 0 when it may try. */
  waitSeconds(address: string): number {
    const entry = this.#failures.get(address);
    if (entry === undefined) return 0;
    const left = entry.until - this.#clock.monotonic();
    if (left <= 0) {
      this.#failures.delete(address);
      return 0;
    }
    return entry.count >= maxFailures ? Math.ceil(left / 1000) : 0;
  }

  failed(address: string): void {
    const before = this.#failures.get(address);
    this.#failures.delete(address);
    const until = before?.until ?? this.#clock.monotonic() + windowMs;
    this.#failures.set(address, { count: (before?.count ?? 0) + 1, until });
    const [oldest] = this.#failures.keys();
    if (this.#failures.size > maxAddresses && oldest !== undefined) this.#failures.delete(oldest);
  }
}
