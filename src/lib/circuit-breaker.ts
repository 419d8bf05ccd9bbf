/** Where a breaker stands: working, resting, or trying once whether it may work again. */
export type BreakerState = 'closed' | 'open' | 'half-open';

/**
 * Rests what failed so often in a row that trying again soon is in vain. After a rest one probe is let through: its
 * success closes the breaker, its failure begins a rest twice as long, up to the longest.
 */
export class CircuitBreaker {
  readonly #failures: number;
  readonly #pauseMs: number;
  readonly #pauseMaxMs: number;
  readonly #random: () => number;
  #inRow = 0;
  #rests = 0;
  #state: BreakerState = 'closed';

  constructor(options: {
    /** Failures in a row that open it. */
    failures: number;
    /** First rest. */
    pauseMs: number;
    /** Longest rest. */
    pauseMaxMs: number;
    /** 0–1; rests are spread over three quarters to all of their length. */
    random?: () => number;
  }) {
    this.#failures = options.failures;
    this.#pauseMs = options.pauseMs;
    this.#pauseMaxMs = options.pauseMaxMs;
    this.#random = options.random ?? Math.random;
  }

  get state(): BreakerState {
    return this.#state;
  }

  /** Counts a failure; the rest it asks for in ms, 0 while it is closed. */
  failed(): number {
    this.#inRow += 1;
    if (this.#inRow < this.#failures) return 0;
    this.#state = 'open';
    const step = Math.min(this.#pauseMaxMs, this.#pauseMs * 2 ** Math.min(this.#rests, 30));
    this.#rests += 1;
    return Math.round(step * (0.75 + this.#random() / 4));
  }

  /** A try begins: an open breaker lets it through as its probe. */
  trying(): void {
    if (this.#state === 'open') this.#state = 'half-open';
  }

  succeeded(): void {
    this.#inRow = 0;
    this.#rests = 0;
    this.#state = 'closed';
  }
}
