import type { UtcMs } from '../../../domain/ids.ts';

/** State as JSON: the beginning of each stretch and the highest count in it, oldest first. */
export interface SavedCountHistory {
  readonly stretches: readonly (readonly [from: UtcMs, peak: number])[];
}

/** Stretches the window is kept in. */
const stretchesInWindow = 30;

/**
 * How much a count grew within a window. It goes by the highest count of each thirtieth of the window, so that
 * somebody missed or counted twice on one look is no change.
 */
export class CountHistory {
  readonly #windowMs: number;
  #stretches: [from: UtcMs, peak: number][] = [];

  constructor(windowMs: number) {
    this.#windowMs = windowMs;
  }

  static restore({ stretches }: SavedCountHistory, windowMs: number): CountHistory {
    const history = new CountHistory(windowMs);
    history.#stretches = stretches.map(([from, peak]) => [from, peak]);
    return history;
  }

  save(): SavedCountHistory {
    return { stretches: this.#stretches.map(([from, peak]) => [from, peak]) };
  }

  add(at: UtcMs, count: number): void {
    const last = this.#stretches.at(-1);
    // A clock that was set back begins anew.
    if (last !== undefined && at < last[0]) this.#stretches = [];
    if (last !== undefined && at >= last[0] && at - last[0] < this.#windowMs / stretchesInWindow) {
      last[1] = Math.max(last[1], count);
    } else {
      this.#stretches.push([at, count]);
      this.#stretches = this.#stretches.filter(([from]) => at - from <= this.#windowMs);
    }
  }

  /**
   * Growth within the window as a share of its lowest count: 0.5 is half as many again. Both of the last two stretches
   * must show it; 0 before there is anything to compare with.
   */
  get growth(): number {
    const recent = this.#stretches.slice(-2).map(([, peak]) => peak);
    const earlier = this.#stretches.slice(0, -2).map(([, peak]) => peak);
    const lowest = Math.min(...earlier);
    return earlier.length === 0 || lowest === 0 ? 0 : Math.max(0, Math.min(...recent) / lowest - 1);
  }
}
