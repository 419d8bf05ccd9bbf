import type { UtcMs, ZoneId } from '../../../domain/ids.ts';
import type { Zone } from '../../../domain/zone.ts';

/** State as JSON. */
export interface SavedLearning {
  readonly learntMs: readonly (readonly [zone: ZoneId, ms: number])[];
  readonly lastLookAt?: UtcMs | undefined;
}

/** For how long each zone was looked at since it was first watched: what is seen at first was there before. */
export class Learning {
  readonly #learnMs: number;
  readonly #streamGapMs: number;
  readonly #learntMs = new Map<ZoneId, number>();
  #lastLookAt: UtcMs | undefined;

  constructor(options: { zones: readonly Zone[]; learnMs: number; streamGapMs: number }) {
    this.#learnMs = options.learnMs;
    this.#streamGapMs = options.streamGapMs;
    for (const { id } of options.zones) this.#learntMs.set(id, 0);
  }

  /** A look. */
  pass(at: UtcMs): void {
    const elapsed = at - (this.#lastLookAt ?? at);
    this.#lastLookAt = at;
    if (elapsed <= 0 || elapsed > this.#streamGapMs) return;
    for (const [zone, ms] of this.#learntMs) if (ms < this.#learnMs) this.#learntMs.set(zone, ms + elapsed);
  }

  /** Whether what is new in a zone on this look may have been there before. */
  learns(zone: Zone): boolean {
    return (this.#learntMs.get(zone.id) ?? 0) < this.#learnMs;
  }

  save(): SavedLearning {
    const lastLookAt = this.#lastLookAt;
    return { learntMs: [...this.#learntMs], ...(lastLookAt !== undefined && { lastLookAt }) };
  }

  /** Zones that are gone are forgotten; new ones learn. */
  restore({ learntMs, lastLookAt }: SavedLearning): void {
    this.#lastLookAt = lastLookAt;
    for (const [zone, ms] of learntMs) if (this.#learntMs.has(zone)) this.#learntMs.set(zone, ms);
  }
}
