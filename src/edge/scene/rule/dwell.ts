import type { UtcMs } from '../../../domain/ids.ts';

/** How a dwell is measured. */
export interface DwellLimits {
  readonly occlusionMs: number;
  readonly streamGapMs: number;
  /** An incident that was not seen for this long is cleared, and so its subject's stay is over. */
  readonly clearAfterMs: number;
}

/** A dwell as JSON. */
export interface SavedDwell {
  readonly startedAt: UtcMs;
  readonly lastLookAt: UtcMs;
  readonly missingSince?: UtcMs | undefined;
  readonly missedLooks?: number;
  readonly absentMs?: number;
  readonly dwellMs: number;
}

/** At a look every ten seconds one miss is longer than any occlusion: so many say nothing, however slow the looks. */
const missesAllowed = 2;

/**
 * Wall-clock dwell of one subject. It survives a short occlusion and leaves out gaps of the stream
 * (design: scenes.md): only time between two looks that follow each other counts.
 */
export class Dwell {
  readonly #limits: DwellLimits;
  #startedAt: UtcMs;
  #lastLookAt: UtcMs;
  #missingSince: UtcMs | undefined;
  #missedLooks = 0;
  /** Looked-at time since it was last seen: what the incident's book goes by. */
  #absentMs = 0;
  #dwellMs = 0;

  /** `earlier`: a stay of the same subject from before a restart, which this one continues. */
  constructor(
    at: UtcMs,
    limits: DwellLimits,
    earlier?: { readonly startedAt: UtcMs; readonly dwellMs: number } | undefined,
  ) {
    this.#limits = limits;
    this.#startedAt = earlier?.startedAt ?? at;
    this.#lastLookAt = at;
    this.#dwellMs = earlier?.dwellMs ?? 0;
  }

  static restore(saved: SavedDwell, limits: DwellLimits): Dwell {
    const dwell = new Dwell(saved.lastLookAt, limits, saved);
    dwell.#missingSince = saved.missingSince;
    dwell.#missedLooks = saved.missedLooks ?? 0;
    dwell.#absentMs = saved.absentMs ?? 0;
    return dwell;
  }

  save(): SavedDwell {
    const missing =
      this.#missingSince === undefined
        ? {}
        : { missingSince: this.#missingSince, missedLooks: this.#missedLooks, absentMs: this.#absentMs };
    return { startedAt: this.#startedAt, lastLookAt: this.#lastLookAt, dwellMs: this.#dwellMs, ...missing };
  }

  /** When the present stay began. */
  get startedAt(): UtcMs {
    return this.#startedAt;
  }

  get dwellMs(): number {
    return this.#dwellMs;
  }

  /** The subject was seen in place on this look. */
  present(at: UtcMs): void {
    this.#pass(at);
    this.#missingSince = undefined;
    this.#missedLooks = 0;
    this.#absentMs = 0;
  }

  /** A look without the subject; false once it has been away too long and the stay is over. */
  absent(at: UtcMs): boolean {
    this.#pass(at);
    // Measured from the first look that missed it, so that the rule means the same at 0.5 and at 15 looks a second.
    this.#missingSince ??= at;
    this.#missedLooks += 1;
    if (at - this.#missingSince <= this.#limits.occlusionMs) return true;
    // Once its incident is cleared it is gone: whoever stands there next must not have its dwell.
    const isCleared = this.#missedLooks > 1 && this.#absentMs >= this.#limits.clearAfterMs;
    return this.#missedLooks <= missesAllowed && !isCleared;
  }

  /** A look that could not have seen the subject: no more than a gap of the stream. */
  unlooked(at: UtcMs): void {
    const elapsed = at - this.#lastLookAt;
    this.#lastLookAt = at;
    if (elapsed < 0) this.#startedAt = Math.min(this.#startedAt, at);
    if (this.#missingSince !== undefined) this.#missingSince += elapsed;
  }

  /** The subject is there but moved: the stay begins anew. */
  restart(at: UtcMs): void {
    this.#startedAt = at;
    this.#lastLookAt = at;
    this.#missingSince = undefined;
    this.#missedLooks = 0;
    this.#absentMs = 0;
    this.#dwellMs = 0;
  }

  #pass(at: UtcMs): void {
    const elapsed = at - this.#lastLookAt;
    this.#lastLookAt = at;
    // A clock that was set back: whoever is away must not stay until it is where it was, nor have come later than now.
    if (elapsed < 0) this.#startedAt = Math.min(this.#startedAt, at);
    if (elapsed > 0 && elapsed <= this.#limits.streamGapMs) {
      this.#dwellMs += elapsed;
      this.#absentMs += elapsed;
    } else if (this.#missingSince !== undefined) this.#missingSince += elapsed;
  }
}
