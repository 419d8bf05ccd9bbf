import type { UtcMs } from '../../../domain/ids.ts';

/** A stretch of looked-at time in which every look gave the same answer. */
interface Span {
  from: UtcMs;
  readonly seen: boolean;
  ms: number;
}

/** A window as JSON: stretches, oldest first, and the last look, which speaks for the time to come. */
export interface SavedShareWindow {
  readonly spans: readonly (readonly [from: UtcMs, seen: boolean, ms: number])[];
  readonly last?: readonly [at: UtcMs, seen: boolean] | undefined;
}

/** What a window spans, and from when on two looks do not follow each other. */
export interface ShareWindowLimits {
  readonly windowMs: number;
  readonly streamGapMs: number;
}

/**
 * N of M over time: which share of the looked-at part of the last `windowMs` a condition was seen for. Each look speaks
 * for the time until the next one, so that the share means the same at 0.5 and at 15 looks a second; time in gaps of the
 * stream counts for neither side. Looks that say the same are kept as one: it costs the same at every rate.
 */
export class ShareWindow {
  readonly #windowMs: number;
  readonly #streamGapMs: number;
  readonly #spans: Span[] = [];
  #last: readonly [at: UtcMs, seen: boolean] | undefined;
  #lookedMs = 0;
  #seenMs = 0;

  constructor(limits: ShareWindowLimits) {
    this.#windowMs = limits.windowMs;
    this.#streamGapMs = limits.streamGapMs;
  }

  static restore(saved: SavedShareWindow, limits: ShareWindowLimits): ShareWindow {
    const window = new ShareWindow(limits);
    for (const [from, seen, ms] of saved.spans) window.#append({ from, seen, ms });
    window.#last = saved.last;
    window.#trim();
    return window;
  }

  save(): SavedShareWindow {
    const spans = this.#spans.map(({ from, seen, ms }) => [from, seen, ms] as const);
    return { spans, ...(this.#last !== undefined && { last: this.#last }) };
  }

  add(at: UtcMs, seen: boolean): void {
    const [before, was] = this.#last ?? [at, seen];
    const elapsed = at - before;
    // A clock that was set back begins anew.
    if (elapsed < 0) this.#clear();
    else if (elapsed > 0 && elapsed <= this.#streamGapMs) {
      this.#append({ from: before, seen: was, ms: elapsed });
      this.#trim();
    }
    this.#last = [at, seen];
  }

  /** Looked-at time in the window, ms: shorter than the window at first. */
  get lookedMs(): number {
    return this.#lookedMs;
  }

  /** Time of it for which the condition was seen, ms. */
  get seenMs(): number {
    return this.#seenMs;
  }

  /** Share of it, 0–1; 0 before the second look. */
  get share(): number {
    return this.#lookedMs === 0 ? 0 : this.#seenMs / this.#lookedMs;
  }

  /** When the condition was first seen in the window. */
  get since(): UtcMs | undefined {
    const first = this.#spans.find(({ seen }) => seen);
    if (first !== undefined) return first.from;
    return this.#last?.[1] === true ? this.#last[0] : undefined;
  }

  /** Looked-at time since then, ms. */
  get sinceMs(): number {
    const [first] = this.#spans;
    if (this.#seenMs === 0 || first === undefined) return 0;
    return this.#lookedMs - (first.seen ? 0 : first.ms);
  }

  /** Whether the whole window was looked at and the condition was seen for at least this share of it. */
  holds(share: number): boolean {
    return this.#lookedMs >= this.#windowMs && this.share >= share;
  }

  #append({ from, seen, ms }: Span): void {
    const tail = this.#spans.at(-1);
    if (tail?.seen === seen) tail.ms += ms;
    else this.#spans.push({ from, seen, ms });
    this.#lookedMs += ms;
    if (seen) this.#seenMs += ms;
  }

  #trim(): void {
    for (let excess = this.#lookedMs - this.#windowMs; excess > 0; excess = this.#lookedMs - this.#windowMs) {
      const first = this.#spans[0];
      if (first === undefined) return;
      const cut = Math.min(first.ms, excess);
      first.from += cut;
      first.ms -= cut;
      this.#lookedMs -= cut;
      if (first.seen) this.#seenMs -= cut;
      if (first.ms === 0) this.#spans.shift();
    }
  }

  #clear(): void {
    this.#spans.length = 0;
    this.#lookedMs = 0;
    this.#seenMs = 0;
  }
}
