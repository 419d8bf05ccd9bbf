import type { UtcMs } from '../../../domain/ids.ts';

/** A window as JSON: moments and whether the condition was seen, oldest first. */
export interface SavedShareWindow {
  readonly looks: readonly (readonly [at: UtcMs, seen: boolean])[];
}

/**
 * N of M over time: which share of the looked-at part of the last `windowMs` a condition was seen for. Each look speaks
 * for the time until the next one, so that the share means the same at 0.5 and at 15 looks a second; time in gaps of the
 * stream counts for neither side.
 */
export class ShareWindow {
  readonly #windowMs: number;
  readonly #streamGapMs: number;
  #looks: [at: UtcMs, seen: boolean][] = [];

  constructor(options: { windowMs: number; streamGapMs: number }) {
    this.#windowMs = options.windowMs;
    this.#streamGapMs = options.streamGapMs;
  }

  static restore(saved: SavedShareWindow, options: { windowMs: number; streamGapMs: number }): ShareWindow {
    const window = new ShareWindow(options);
    window.#looks = saved.looks.map(([at, seen]) => [at, seen]);
    return window;
  }

  save(): SavedShareWindow {
    return { looks: this.#looks };
  }

  add(at: UtcMs, seen: boolean): void {
    // A clock that was set back begins anew.
    if (at < (this.#looks.at(-1)?.[0] ?? at)) this.#looks = [];
    this.#looks.push([at, seen]);
    let lookedMs = 0;
    let keep = this.#looks.length - 1;
    while (keep > 0 && lookedMs < this.#windowMs) {
      lookedMs += this.#between(keep - 1);
      keep -= 1;
    }
    if (keep > 0) this.#looks.splice(0, keep);
  }

  /** Looked-at time in the window, ms: shorter than the window at first. */
  get lookedMs(): number {
    return this.#sum(() => true);
  }

  /** Share of it, 0–1; 0 before the second look. */
  get share(): number {
    const { lookedMs } = this;
    return lookedMs === 0 ? 0 : this.#sum((seen) => seen) / lookedMs;
  }

  /** When the condition was first seen in the window. */
  get since(): UtcMs | undefined {
    return this.#looks.find(([, seen]) => seen)?.[0];
  }

  /** Whether the whole window was looked at and the condition was seen for at least this share of it. */
  holds(share: number): boolean {
    return this.lookedMs >= this.#windowMs && this.share >= share;
  }

  #sum(counts: (seen: boolean) => boolean): number {
    let sum = 0;
    for (let index = 0; index + 1 < this.#looks.length; index += 1) {
      if (counts(this.#looks[index]?.[1] ?? false)) sum += this.#between(index);
    }
    return sum;
  }

  #between(index: number): number {
    const elapsed = (this.#looks[index + 1]?.[0] ?? 0) - (this.#looks[index]?.[0] ?? 0);
    return elapsed <= this.#streamGapMs ? elapsed : 0;
  }
}
