import { iou } from '../../../domain/geometry.ts';
import type { TrackId } from '../../../domain/ids.ts';
import type { ObjectClass } from '../../../domain/object-class.ts';
import type { SceneHit } from '../../../domain/scene-event.ts';
import type { Track } from '../../../domain/track.ts';
import type { SubjectLimits } from '../common-config.ts';
import type { Look } from '../scene-module.ts';
import { type SavedTrackMemory, TrackMemory } from './track-memory.ts';

/** Looks on which a track was taken for the class in question, of all looks that showed it. */
interface Votes {
  own: number;
  looks: number;
}

/** Two boxes that overlap this much are one object under two names. */
const samePlaceIou = 0.5;

/**
 * Class hysteresis: a detector calls one thing now an e-bike, now a bicycle. On each look a track votes for its class,
 * unless it is one of the look-alikes or a clearer look-alike is seen in its place; the share of all its looks decides.
 */
export class LookAlikes {
  readonly #own: ReadonlySet<ObjectClass>;
  readonly #alike: ReadonlySet<ObjectClass>;
  readonly #stayScore: number;
  readonly #memory: TrackMemory<Votes>;

  constructor(own: readonly ObjectClass[], alike: readonly ObjectClass[], limits: SubjectLimits) {
    this.#own = new Set(own);
    this.#alike = new Set(alike.filter((each) => !own.includes(each)));
    this.#stayScore = limits.stayScore;
    this.#memory = new TrackMemory({
      keepMs: limits.clearAfterMs,
      streamGapMs: limits.streamGapMs,
      create: () => ({ own: 0, looks: 0 }),
    });
  }

  /** Takes a look in, before anybody's share is asked for. */
  update(look: Look): void {
    const seen = look.tracks.filter(
      (track) =>
        track.lastSeenAt === look.at &&
        track.score >= this.#stayScore &&
        (this.#own.has(track.class) || this.#alike.has(track.class)),
    );
    const alike = seen.filter((track) => this.#alike.has(track.class));
    this.#memory.update(seen, look.at);
    for (const track of seen) this.#vote(track.id, this.#own.has(track.class) && !isOutdone(track, alike));
    if (alike.length === 0) return;
    for (const { id, seenAt, box } of this.#memory.all) {
      if (seenAt !== look.at && alike.some((rival) => iou(rival.box, box) >= samePlaceIou)) this.#vote(id, false);
    }
  }

  /** Share of its looks on which a track was what it is taken for, 0–1. */
  share(track: TrackId): number {
    const votes = this.#memory.of(track);
    return votes === undefined || votes.looks === 0 ? 0 : votes.own / votes.looks;
  }

  /** Before the first look: what raised an incident was no look-alike. */
  resume(hits: readonly SceneHit[]): void {
    for (const { subject } of hits) this.#memory.seed(subject, { own: 1, looks: 1 });
  }

  save(): SavedTrackMemory<Votes> {
    return this.#memory.save();
  }

  restore(saved: SavedTrackMemory<Votes>): void {
    this.#memory.restore(saved);
  }

  #vote(track: TrackId, own: boolean): void {
    const votes = this.#memory.of(track);
    if (votes === undefined) return;
    votes.looks += 1;
    if (own) votes.own += 1;
  }
}

function isOutdone(track: Track, alike: readonly Track[]): boolean {
  return alike.some((rival) => rival.score >= track.score && iou(rival.box, track.box) >= samePlaceIou);
}
