import type { UtcMs } from '../../../domain/ids.ts';
import { CountHistory, type SavedCountHistory } from './count-history.ts';
import { Dwell, type DwellLimits, type SavedDwell } from './dwell.ts';
import { type SavedShareWindow, ShareWindow } from './share-window.ts';

/** When people are a gathering. */
export interface GatheringLimits extends DwellLimits {
  readonly clearAfterMs: number;
  readonly minCount: number;
  /** Share of `minCount` at which a gathering under way still is one. */
  readonly stayShare: number;
  readonly growthWithinMs: number;
}

/** State as JSON. */
export interface SavedGathering {
  readonly dwell: SavedDwell;
  readonly counts: SavedCountHistory;
  readonly queue: SavedShareWindow;
  readonly peak: number;
}

/** How long people must stand in a line for most of the time before they are a queue, ms. */
const queueWindowMs = 20_000;

interface Under {
  readonly dwell: Dwell;
  readonly counts: CountHistory;
  readonly queue: ShareWindow;
  peak: number;
}

/** The people of one zone: since when they are enough of them, how their number grows and whether they queue. */
export class Gathering {
  readonly #limits: GatheringLimits;
  #under: Under | undefined;
  #earlier: { readonly startedAt: UtcMs; readonly dwellMs: number } | undefined;
  #lastLookAt: UtcMs | undefined;
  #lookedMs = 0;

  constructor(limits: GatheringLimits) {
    this.#limits = limits;
  }

  /** Of the gathering under way. */
  get dwell(): Dwell | undefined {
    return this.#under?.dwell;
  }

  /** As a share of its lowest number within the window. */
  get growth(): number {
    return this.#under?.counts.growth ?? 0;
  }

  /** Most people so far. */
  get peak(): number {
    return this.#under?.peak ?? 0;
  }

  /** Whether they stood in a line for most of the last while. */
  get queues(): boolean {
    return (this.#under?.queue.share ?? 0) > 0.5;
  }

  /** Before the first look: one that was reported before a restart goes on if the people are still there. */
  resume(startedAt: UtcMs, dwellMs: number): void {
    if (this.#under === undefined) this.#earlier = { startedAt, dwellMs };
  }

  /**
   * Takes a look in; whether there are enough people. `count` has those in it who are hidden for a moment, so a look
   * with too few is the end. `inLine` is asked only of a gathering.
   */
  update(at: UtcMs, count: number, inLine: () => boolean): boolean {
    const { minCount, stayShare } = this.#limits;
    if (count < (this.#under === undefined ? minCount : minCount * stayShare)) {
      this.#under = undefined;
      this.#forgetEarlier(at);
      return false;
    }
    this.#under ??= this.#begin(at);
    this.#under.dwell.present(at);
    this.#under.counts.add(at, count);
    this.#under.peak = Math.max(this.#under.peak, count);
    this.#under.queue.add(at, inLine());
    return true;
  }

  save(): SavedGathering | undefined {
    if (this.#under === undefined) return undefined;
    const { dwell, counts, queue, peak } = this.#under;
    return { dwell: dwell.save(), counts: counts.save(), queue: queue.save(), peak };
  }

  restore(saved: SavedGathering): void {
    const { growthWithinMs, streamGapMs } = this.#limits;
    this.#under = {
      dwell: Dwell.restore(saved.dwell, this.#limits),
      counts: CountHistory.restore(saved.counts, growthWithinMs),
      queue: ShareWindow.restore(saved.queue, { windowMs: queueWindowMs, streamGapMs }),
      peak: saved.peak,
    };
  }

  /** Those of an incident from before a restart have as long to be seen again as its absence may last. */
  #forgetEarlier(at: UtcMs): void {
    if (this.#earlier === undefined) return;
    const elapsed = at - (this.#lastLookAt ?? at);
    this.#lastLookAt = at;
    if (elapsed > 0 && elapsed <= this.#limits.streamGapMs) this.#lookedMs += elapsed;
    if (this.#lookedMs > this.#limits.clearAfterMs) this.#earlier = undefined;
  }

  #begin(at: UtcMs): Under {
    const { growthWithinMs, streamGapMs } = this.#limits;
    const earlier = this.#earlier;
    this.#earlier = undefined;
    return {
      dwell: new Dwell(at, this.#limits, earlier),
      counts: new CountHistory(growthWithinMs),
      queue: new ShareWindow({ windowMs: queueWindowMs, streamGapMs }),
      peak: 0,
    };
  }
}
