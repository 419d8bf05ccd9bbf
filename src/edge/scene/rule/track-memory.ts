import { classGroup } from '../../../domain/class-group.ts';
import { type Box, iou } from '../../../domain/geometry.ts';
import type { TrackId, UtcMs } from '../../../domain/ids.ts';
import type { ObjectClass } from '../../../domain/object-class.ts';
import type { Track } from '../../../domain/track.ts';

/** What is kept of one track. */
export interface Kept<T> {
  readonly id: TrackId;
  readonly value: T;
  readonly class: ObjectClass;
  /** Last box seen, and when. */
  readonly box: Box;
  readonly seenAt: UtcMs;
  /** Looked-at time at that moment: gaps of the stream age nobody. */
  readonly seenLookedMs: number;
}

/** State as JSON. */
export interface SavedTrackMemory<T> {
  readonly kept: readonly Kept<T>[];
  readonly lookedMs: number;
  readonly lastLookAt?: UtcMs | undefined;
}

/** A new id is taken for a track that vanished when its box overlaps this much, as in `ZoneStays`. */
const sameSubjectIou = 0.5;

type Mutable<T> = { -readonly [Key in keyof T]: T[Key] };

/** When somebody from before a restart was last seen: before any look, and a number in JSON. */
const longAgo = Number.MIN_SAFE_INTEGER;

/**
 * What a rule remembers of each track beyond its stay. A new id on the spot of a vanished track goes on with its
 * memory; a track unseen for `keepMs` of looked-at time is forgotten. Values are JSON and may be changed in place.
 */
export class TrackMemory<T> {
  readonly #keepMs: number;
  readonly #takeOverMs: number;
  readonly #streamGapMs: number;
  readonly #create: (track: Track, at: UtcMs) => T;
  #kept = new Map<TrackId, Mutable<Kept<T>>>();
  #lookedMs = 0;
  #lastLookAt: UtcMs | undefined;

  /** `takeOverMs`: a new id is not taken for one that was missed for longer; `keepMs` unless given. */
  constructor(options: {
    keepMs: number;
    takeOverMs?: number;
    streamGapMs: number;
    create: (track: Track, at: UtcMs) => T;
  }) {
    this.#keepMs = options.keepMs;
    this.#takeOverMs = options.takeOverMs ?? options.keepMs;
    this.#streamGapMs = options.streamGapMs;
    this.#create = options.create;
  }

  /** Looked-at time so far, ms: differences of it are durations without gaps of the stream. */
  get lookedMs(): number {
    return this.#lookedMs;
  }

  /** Everybody remembered, those not seen on this look with them. */
  get all(): Iterable<Kept<T>> {
    return this.#kept.values();
  }

  of(track: TrackId): T | undefined {
    return this.#kept.get(track)?.value;
  }

  /** Takes in whom this look shows; `create` sees the memory as it was of those who vanished. */
  update(tracks: readonly Track[], at: UtcMs): void {
    const elapsed = at - (this.#lastLookAt ?? at);
    this.#lastLookAt = at;
    const beforeMs = this.#lookedMs;
    if (elapsed > 0 && elapsed <= this.#streamGapMs) this.#lookedMs += elapsed;
    const arrivals = tracks.filter((track) => {
      const known = this.#kept.get(track.id);
      if (known === undefined) return true;
      known.box = track.box;
      known.class = track.class;
      known.seenAt = at;
      known.seenLookedMs = this.#lookedMs;
      return false;
    });
    for (const track of arrivals) {
      this.#keep(track, this.#takeOver(track, at, beforeMs) ?? this.#create(track, at), at);
    }
    for (const [id, { seenLookedMs }] of this.#kept) {
      if (this.#lookedMs - seenLookedMs > this.#keepMs) this.#kept.delete(id);
    }
  }

  /** Before the first look: somebody from before a restart. Who is known already stays as it is. */
  seed(subject: { readonly trackId: TrackId; readonly class: ObjectClass; readonly box: Box }, value: T): void {
    const { trackId, box } = subject;
    if (this.#kept.has(trackId)) return;
    const seen = { seenAt: longAgo, seenLookedMs: this.#lookedMs };
    this.#kept.set(trackId, { id: trackId, class: subject.class, box, value, ...seen });
  }

  save(): SavedTrackMemory<T> {
    const kept = structuredClone([...this.#kept.values()]);
    return { kept, lookedMs: this.#lookedMs, ...(this.#lastLookAt !== undefined && { lastLookAt: this.#lastLookAt }) };
  }

  restore({ kept, lookedMs, lastLookAt }: SavedTrackMemory<T>): void {
    this.#kept = new Map(structuredClone(kept).map((each) => [each.id, each]));
    this.#lookedMs = lookedMs;
    this.#lastLookAt = lastLookAt;
  }

  #keep(track: Track, value: T, at: UtcMs): void {
    const { id, box } = track;
    this.#kept.set(id, { id, value, class: track.class, box, seenAt: at, seenLookedMs: this.#lookedMs });
  }

  /** `beforeMs`: looked-at time of the look before, which missed who vanished: one that follows at once is not late. */
  #takeOver(track: Track, at: UtcMs, beforeMs: number): T | undefined {
    for (const [id, kept] of this.#kept) {
      if (kept.seenAt === at || classGroup(kept.class) !== classGroup(track.class)) continue;
      if (beforeMs - kept.seenLookedMs > this.#takeOverMs || iou(kept.box, track.box) < sameSubjectIou) continue;
      this.#kept.delete(id);
      return kept.value;
    }
    return undefined;
  }
}
