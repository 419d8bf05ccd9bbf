import { type Box, centre } from '../../../domain/geometry.ts';
import type { TrackId, UtcMs } from '../../../domain/ids.ts';
import type { SceneHit } from '../../../domain/scene-event.ts';
import type { Track } from '../../../domain/track.ts';
import type { SubjectLimits } from '../common-config.ts';
import type { Look } from '../scene-module.ts';
import { type SavedTrackMemory, TrackMemory } from './track-memory.ts';

/** What counts as upright, as lying and as a fall between the two. */
export interface PostureLimits extends SubjectLimits {
  /** Width by height, in pixels, from which on a person lies; height by width from which on one is upright. */
  readonly minWidthByHeight: number;
  readonly minHeightByWidth: number;
  readonly proneScore: number;
  /** Least length of who lies, as a share of the height it had upright. */
  readonly minLengthShare: number;
  readonly fallWithinMs: number;
  readonly fallLinkMs: number;
}

/** What is remembered of one person's posture; JSON. */
export interface Posture {
  /** On the last look that showed it. */
  now: 'upright' | 'lying' | 'between';
  /** Since when it lies; a look or two of another posture do not end it. */
  downSince?: UtcMs | undefined;
  /** Since when it has not been seen lying while down. */
  riseSince?: UtcMs | undefined;
  /** When it was last upright, and how high its box was then, share of the picture. */
  uprightAt?: UtcMs | undefined;
  uprightHeight?: number | undefined;
  /** Was a sure subject while upright: detectors are seldom sure of who lies. */
  sure?: boolean | undefined;
  /** Has lain still for long enough: from then on lying is, who stirs is still down. */
  still?: boolean | undefined;
  /** How long after having been upright it lay: a fall. It stays one until the person is up again. */
  fellMs?: number | undefined;
}

/** Who lies is still taken to lie down to this width by height: boxes breathe. */
const stayWidthByHeight = 1;
/** From this score on a model's word for sitting is taken. */
const sittingScore = 0.5;
/** A body that lies is found no further than its own height from where it stood. */
const linkHeights = 1;

/** Width by height of a box in pixels. */
export function widthByHeight(box: Box, aspect: number): number {
  return ((box[2] - box[0]) * aspect) / (box[3] - box[1]);
}

/**
 * Who is upright, who lies, and who came down how soon after standing. A track often breaks in the fall, as the box
 * changes its shape: a new track that is not upright goes on with that of an upright one which vanished there.
 */
export class Postures {
  readonly #limits: PostureLimits;
  readonly #memory: TrackMemory<Posture>;
  #aspect = 1;

  constructor(limits: PostureLimits) {
    this.#limits = limits;
    this.#memory = new TrackMemory({
      keepMs: Math.max(limits.clearAfterMs, limits.fallLinkMs),
      streamGapMs: limits.streamGapMs,
      create: (track, at) => this.#begin(track, at),
    });
  }

  of(track: TrackId): Posture | undefined {
    return this.#memory.of(track);
  }

  /** Takes in everybody a look shows, wherever they are: who falls in a zone may have stood beside it. */
  update(look: Look): void {
    this.#aspect = look.aspect;
    const people = look.tracks.filter(
      (track) => track.class === 'person' && track.lastSeenAt === look.at && track.score >= this.#limits.stayScore,
    );
    this.#memory.update(people, look.at);
    for (const track of people) {
      const posture = this.#memory.of(track.id);
      if (posture !== undefined) this.#see(posture, track, look.at);
    }
  }

  /** Before the first look: who was reported to lie had fallen. */
  resume(hits: readonly SceneHit[]): void {
    for (const { subject, startedAt } of hits) {
      this.#memory.seed(subject, { now: 'lying', downSince: startedAt, sure: true, still: true, fellMs: 0 });
    }
  }

  save(): SavedTrackMemory<Posture> {
    return this.#memory.save();
  }

  restore(saved: SavedTrackMemory<Posture>): void {
    this.#memory.restore(saved);
  }

  #see(posture: Posture, track: Track, at: UtcMs): void {
    posture.now = this.#postureOf(track, posture);
    if (posture.now === 'lying') {
      posture.riseSince = undefined;
      if (posture.downSince === undefined) {
        posture.downSince = at;
        // Whatever a clock that was set back says: the time between the two looks is not known then.
        const afterMs = at - (posture.uprightAt ?? Number.NEGATIVE_INFINITY);
        if (afterMs >= 0 && afterMs <= this.#limits.fallWithinMs) posture.fellMs = afterMs;
      }
      return;
    }
    posture.riseSince ??= at;
    const risen = posture.downSince === undefined || at - posture.riseSince > this.#limits.occlusionMs;
    if (risen) {
      posture.downSince = undefined;
      posture.still = undefined;
    }
    if (posture.now === 'upright' && risen) {
      posture.fellMs = undefined;
      posture.uprightAt = at;
      posture.uprightHeight = track.box[3] - track.box[1];
      posture.sure ||= track.state === 'confirmed' && track.bestScore >= this.#limits.enterScore;
    }
  }

  #postureOf(track: Track, { downSince, uprightHeight }: Posture): Posture['now'] {
    const { prone = 0, sitting = 0 } = track.attributes ?? {};
    if (prone >= this.#limits.proneScore) return 'lying';
    if (sitting >= sittingScore) return 'between';
    const wide = widthByHeight(track.box, this.#aspect);
    if (wide <= 1 / this.#limits.minHeightByWidth) return 'upright';
    if (wide < (downSince === undefined ? this.#limits.minWidthByHeight : stayWidthByHeight)) return 'between';
    // Head and shoulders behind a counter are wide as well, but much shorter than the person was.
    const length = (track.box[2] - track.box[0]) * this.#aspect;
    return length >= this.#limits.minLengthShare * (uprightHeight ?? 0) ? 'lying' : 'between';
  }

  #begin(track: Track, at: UtcMs): Posture {
    const now = this.#postureOf(track, { now: 'between' });
    const stood = now === 'upright' ? undefined : this.#whoStoodThere(track, at);
    if (stood === undefined) return { now };
    const { uprightAt, uprightHeight, sure } = stood;
    // One fall each: nobody else is taken for the same person.
    stood.uprightAt = undefined;
    return { now: 'between', uprightAt, uprightHeight, sure };
  }

  #whoStoodThere(track: Track, at: UtcMs): Posture | undefined {
    const [x, y] = centre(track.box);
    let nearest = Number.POSITIVE_INFINITY;
    let found: Posture | undefined;
    for (const { value, box, seenAt } of this.#memory.all) {
      const { uprightAt, uprightHeight } = value;
      if (seenAt === at || uprightAt === undefined || uprightHeight === undefined) continue;
      if (Math.abs(at - seenAt) > this.#limits.fallLinkMs) continue;
      const [fromX, fromY] = centre(box);
      const heights = Math.hypot((x - fromX) * this.#aspect, y - fromY) / uprightHeight;
      if (heights > linkHeights || heights >= nearest) continue;
      nearest = heights;
      found = value;
    }
    return found;
  }
}
