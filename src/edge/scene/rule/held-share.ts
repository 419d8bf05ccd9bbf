import type { UtcMs } from '../../../domain/ids.ts';
import type { ReasonTexts, RuleNote, RuleTrace } from './rule-trace.ts';
import { type SavedShareWindow, ShareWindow } from './share-window.ts';

/** How long and how steadily something must be seen. */
export interface ShareLimits {
  readonly windowMs: number;
  /** Of the window, 0–1. */
  readonly share: number;
  readonly streamGapMs: number;
}

/** When a condition began and for how long it has lasted. */
export interface Began {
  readonly startedAt: UtcMs;
  /** Looked-at time. */
  readonly dwellMs: number;
}

/** As JSON. */
export interface SavedHeldShare {
  readonly window: SavedShareWindow;
  readonly held?: Began | undefined;
  readonly lastAt?: UtcMs | undefined;
}

/** What holds ends below this part of the share that began it: a case must not end and begin again at the threshold. */
const stayPart = 0.5;

/** N of M with hysteresis: holds once it was seen for its share of the window, until for less than half of that. */
export class HeldShare {
  readonly #limits: ShareLimits;
  readonly #window: ShareWindow;
  #held: Began | undefined;
  #lastAt: UtcMs | undefined;

  /** `earlier`: it held before a restart. */
  constructor(limits: ShareLimits, earlier?: Began | undefined, window = new ShareWindow(limits)) {
    this.#limits = limits;
    this.#window = window;
    this.#held = earlier && { startedAt: earlier.startedAt, dwellMs: earlier.dwellMs };
  }

  static restore({ window, held, lastAt }: SavedHeldShare, limits: ShareLimits): HeldShare {
    const restored = new HeldShare(limits, held, ShareWindow.restore(window, limits));
    restored.#lastAt = lastAt;
    return restored;
  }

  save(): SavedHeldShare {
    return {
      window: this.#window.save(),
      ...(this.#held !== undefined && { held: this.#held }),
      ...(this.#lastAt !== undefined && { lastAt: this.#lastAt }),
    };
  }

  add(at: UtcMs, seen: boolean): void {
    const elapsed = at - (this.#lastAt ?? at);
    this.#lastAt = at;
    this.#window.add(at, seen);
    if (this.#held !== undefined) this.#goOn(this.#held, elapsed);
    else if (this.dueInMs === 0) this.#held = { startedAt: this.#window.since ?? at, dwellMs: this.#window.sinceMs };
  }

  /** Undefined while it does not hold. */
  get held(): Began | undefined {
    return this.#held;
  }

  /** When what holds, or is on the way, began; undefined when it was not seen in the window. */
  get startedAt(): UtcMs | undefined {
    return this.#held?.startedAt ?? this.#window.since;
  }

  /** Looked-at time since then. */
  get dwellMs(): number {
    return this.#held?.dwellMs ?? this.#window.sinceMs;
  }

  /** Until it holds at the soonest, if it is seen from now on; 0 once it does. It is not older than its first sight. */
  get dueInMs(): number {
    if (this.#held !== undefined) return 0;
    const { windowMs, share } = this.#limits;
    return Math.max(0, windowMs - this.#window.sinceMs, share * windowMs - this.#window.seenMs);
  }

  /** Tells whether it holds, and by which figures; one of `shareReasons`. */
  tell(trace: RuleTrace | undefined, about: Pick<RuleNote, 'zone' | 'track'>): void {
    const { windowMs: neededMs, share: least } = this.#limits;
    const values = { share: this.#window.share, least, lookedMs: this.#window.lookedMs, neededMs };
    if (this.#held !== undefined) trace?.note({ ...about, verdict: 'fires', code: 'seen-enough', values });
    else trace?.note({ ...about, verdict: 'waits', code: 'seen-share', values });
  }

  #goOn(held: Began, elapsed: number): void {
    const ended = this.#window.lookedMs >= this.#limits.windowMs && this.#window.share < this.#limits.share * stayPart;
    const passed = elapsed > 0 && elapsed <= this.#limits.streamGapMs ? elapsed : 0;
    this.#held = ended ? undefined : { startedAt: held.startedAt, dwellMs: held.dwellMs + passed };
  }
}

/** Words for what `HeldShare.tell` says. */
export const shareReasons = {
  'seen-share': {
    en: 'seen for {share} of the last {lookedMs}, {least} of {neededMs} is needed',
    zh: '近 {lookedMs} 内出现占比 {share}，需在 {neededMs} 内达到 {least}',
  },
  'seen-enough': {
    en: 'seen for {share} of the last {lookedMs}, {least} of {neededMs} is enough',
    zh: '近 {lookedMs} 内出现占比 {share}，达到 {neededMs} 内 {least} 的要求',
  },
} as const satisfies ReasonTexts;
