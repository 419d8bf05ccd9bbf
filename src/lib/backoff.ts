/** Exponential backoff with full jitter between half and all of the step. */
export class Backoff {
  readonly minMs: number;
  readonly maxMs: number;
  #attempt = 0;
  readonly #random: () => number;

  constructor(options: { minMs: number; maxMs: number; random?: () => number }) {
    this.minMs = options.minMs;
    this.maxMs = options.maxMs;
    this.#random = options.random ?? Math.random;
  }

  /** Failures since the last reset. */
  get attempt(): number {
    return this.#attempt;
  }

  /** Delay before the next try, in ms; each call counts as one failure. */
  next(): number {
    const step = Math.min(this.maxMs, this.minMs * 2 ** Math.min(this.#attempt, 30));
    this.#attempt += 1;
    return Math.round(step * (0.5 + this.#random() / 2));
  }

  /** The next pause is the longest. */
  atMost(): void {
    this.#attempt = Math.max(this.#attempt, Math.ceil(Math.log2(this.maxMs / this.minMs)));
  }

  /** After a success. */
  reset(): void {
    this.#attempt = 0;
  }
}
