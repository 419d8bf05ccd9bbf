/** Why a look that was due did not come in time. */
export type MissedCause = 'overloaded' | 'undecodable' | 'failed' | 'no-picture';

/** What became of the looks that were due. */
export interface DueCounts {
  due: number;
  onTime: number;
  /** Taken, and decided too late. */
  late: number;
  /** Not taken within the interval and tolerance; by cause. */
  readonly missed: Record<MissedCause, number>;
}

/** All zero. */
export function createDueCounts(): DueCounts {
  return { due: 0, onTime: 0, late: 0, missed: { overloaded: 0, undecodable: 0, failed: 0, 'no-picture': 0 } };
}

/** What a camera's looks are measured by. */
export interface DueTerms {
  readonly everyMs: number;
  readonly toleranceMs: number;
  readonly decideWithinMs: number;
}

/** The terms for a look interval. */
export function dueTerms(everyMs: number, config: { toleranceMs: number; decideWithinMs: number }): DueTerms {
  return {
    everyMs,
    toleranceMs: Math.min(config.toleranceMs, everyMs / 2),
    decideWithinMs: Math.min(config.decideWithinMs, everyMs),
  };
}

/**
 * Counts one camera's looks against what its scenes ask for, whatever the scheduler plans. From each picture that was
 * looked at, one look is due in every `everyMs`: its picture must lie no more than `everyMs` + `toleranceMs` after the one
 * before, and be decided within `decideWithinMs` of its arrival. A gap of several intervals is as many missed looks;
 * the look that ends it is the last of them and not counted again.
 */
export class DueAccount {
  #terms: DueTerms;
  /** Arrival of the last picture looked at, or since when looks are due. */
  #fromMs: number | undefined;
  /** Missed since then and counted. */
  #missed = 0;

  constructor(terms: DueTerms) {
    this.#terms = terms;
  }

  /** Since when the next look is waited for; undefined while none is due. */
  get fromMs(): number | undefined {
    return this.#fromMs;
  }

  /** From now on looks are due, if they were not. */
  begin(nowMs: number): void {
    this.#fromMs ??= nowMs;
  }

  /** The camera is not connected: nothing is due. */
  pause(): void {
    this.#fromMs = undefined;
    this.#missed = 0;
  }

  /** What is asked for changes. A shorter interval holds from now, not from the last look. */
  change(terms: DueTerms, nowMs: number): void {
    if (terms.everyMs < this.#terms.everyMs && this.#fromMs !== undefined) {
      this.#fromMs = Math.max(this.#fromMs, nowMs);
    }
    if (terms.everyMs !== this.#terms.everyMs) this.#missed = 0;
    this.#terms = terms;
  }

  /** Counts what can no longer come in time: how many looks. A picture in hand may still be decided. */
  sweep(nowMs: number, counts: DueCounts, cause: MissedCause): number {
    return this.#countMissed(nowMs - this.#terms.decideWithinMs, counts, cause);
  }

  /** A picture was looked at; says whether that was on time. */
  looked(look: { arrivedMs: number; decidedMs: number }, counts: DueCounts, cause: MissedCause): boolean {
    const { arrivedMs, decidedMs } = look;
    this.#fromMs ??= arrivedMs;
    this.#countMissed(arrivedMs, counts, cause);
    const missed = this.#missed > 0;
    const late = decidedMs - arrivedMs > this.#terms.decideWithinMs;
    this.#fromMs = Math.max(this.#fromMs, arrivedMs);
    this.#missed = 0;
    if (missed) return false;
    counts.due += 1;
    if (late) counts.late += 1;
    else counts.onTime += 1;
    return !late;
  }

  #countMissed(untilMs: number, counts: DueCounts, cause: MissedCause): number {
    if (this.#fromMs === undefined) return 0;
    const { everyMs, toleranceMs } = this.#terms;
    // At `from + everyMs + tolerance` itself a picture is still in time.
    const all = Math.max(0, Math.ceil((untilMs - toleranceMs - this.#fromMs) / everyMs) - 1);
    const more = Math.max(0, all - this.#missed);
    this.#missed += more;
    counts.due += more;
    counts.missed[cause] += more;
    return more;
  }
}
