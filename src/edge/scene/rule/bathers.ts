import type { TrackId, UtcMs } from '../../../domain/ids.ts';
import type { SceneHit } from '../../../domain/scene-event.ts';
import type { Track } from '../../../domain/track.ts';
import type { SubjectLimits } from '../common-config.ts';
import { type Kept, type SavedTrackMemory, TrackMemory } from './track-memory.ts';

/** What is remembered of one person by the water; JSON. */
interface Bather {
  /** Where it was when last seen. */
  place: 'bank' | 'water' | 'elsewhere';
  bankAt?: UtcMs | undefined;
  /** In the water now, and came there from the bank. */
  fromBank: boolean;
  /** And is clearly in it. */
  entered: boolean;
  /** What a model last said, 0–1: not every look tells. */
  child?: number | undefined;
  /** Looked-at time when a child began to be alone. */
  aloneSinceMs?: number | undefined;
}

/** Who is by the water and in it: who came from the bank, and which child is alone. */
export class Bathers {
  readonly #limits: SubjectLimits & { readonly childScore: number };
  readonly #memory: TrackMemory<Bather>;

  constructor(limits: SubjectLimits & { readonly childScore: number }) {
    this.#limits = limits;
    this.#memory = new TrackMemory({
      keepMs: limits.clearAfterMs,
      streamGapMs: limits.streamGapMs,
      create: () => ({ place: 'elsewhere', fromBank: false, entered: false }),
    });
  }

  /** Takes in the people of a look; then `inWater` is asked of each in the water, and only then `onLand` of the others. */
  update(people: readonly Track[], at: UtcMs): void {
    this.#memory.update(people, at);
    for (const { id, attributes } of people) {
      const bather = this.#memory.of(id);
      if (bather !== undefined && attributes?.child !== undefined) bather.child = attributes.child;
    }
  }

  /** Whether this person was on the bank when it was last seen: before this look, until `onLand` is told of it. */
  stoodOnBank(track: TrackId): boolean {
    return this.#memory.of(track)?.place === 'bank';
  }

  /** Seen in the water: came it there from the bank? */
  inWater(track: TrackId, at: UtcMs): boolean {
    const bather = this.#memory.of(track);
    if (bather === undefined) return false;
    const { occlusionMs, streamGapMs } = this.#limits;
    const awayMs = Math.abs(at - (bather.bankAt ?? Number.NEGATIVE_INFINITY));
    if (bather.place === 'bank') bather.fromBank = awayMs <= streamGapMs;
    // A strip between the two polygons is stepped over within a moment.
    else if (bather.place === 'elsewhere') bather.fromBank = awayMs <= occlusionMs;
    bather.place = 'water';
    return bather.fromBank;
  }

  /** Clearly in the water by its own steps. */
  enter(track: TrackId): void {
    const bather = this.#memory.of(track);
    if (bather !== undefined) bather.entered = true;
  }

  hasEntered(track: TrackId): boolean {
    return this.#memory.of(track)?.entered ?? false;
  }

  /** In the water, but not by its own steps: aboard a boat, or a mirror image. */
  carried(track: TrackId): void {
    const bather = this.#memory.of(track);
    if (bather !== undefined) bather.fromBank = false;
  }

  /** Seen out of the water. */
  onLand(track: TrackId, at: UtcMs, onBank: boolean): void {
    const bather = this.#memory.of(track);
    if (bather === undefined) return;
    bather.place = onBank ? 'bank' : 'elsewhere';
    if (onBank) bather.bankAt = at;
    bather.fromBank = false;
    bather.entered = false;
  }

  /** How long a child has been alone, looked-at ms; undefined for who is no child or has company. */
  aloneMs(track: Track, at: UtcMs, isNear: (grown: Kept<unknown>) => boolean): number | undefined {
    const bather = this.#memory.of(track.id);
    if (bather === undefined || !this.#isChild(bather)) return undefined;
    for (const kept of this.#memory.all) {
      if (kept.id === track.id || this.#isChild(kept.value) || Math.abs(at - kept.seenAt) > this.#limits.occlusionMs)
        continue;
      if (!isNear(kept)) continue;
      bather.aloneSinceMs = undefined;
      return undefined;
    }
    bather.aloneSinceMs ??= this.#memory.lookedMs;
    return this.#memory.lookedMs - bather.aloneSinceMs;
  }

  /** Before the first look: who was reported in these hits. */
  resume(hits: readonly SceneHit[], isWater: (hit: SceneHit) => boolean): void {
    for (const hit of hits) {
      const wet = isWater(hit);
      this.#memory.seed(hit.subject, { place: wet ? 'water' : 'bank', fromBank: wet, entered: wet });
    }
  }

  save(): SavedTrackMemory<Bather> {
    return this.#memory.save();
  }

  restore(saved: SavedTrackMemory<Bather>): void {
    this.#memory.restore(saved);
  }

  #isChild({ child }: Bather): boolean {
    return child !== undefined && child >= this.#limits.childScore;
  }
}
