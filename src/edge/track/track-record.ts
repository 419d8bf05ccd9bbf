import { z } from 'zod';
import { type Detection, objectAttributes } from '../../domain/detection.ts';
import type { Box, Point } from '../../domain/geometry.ts';
import type { TrackId, UtcMs } from '../../domain/ids.ts';
import { type ObjectClass, objectClasses } from '../../domain/object-class.ts';
import type { Track, TrackState } from '../../domain/track.ts';
import type { TrackConfig } from './config.ts';

/** A box as JSON. */
export const savedBoxSchema = z.tuple([z.number(), z.number(), z.number(), z.number()]).readonly();

/** A record as JSON. */
export const savedRecordSchema = z.object({
  id: z.string().transform((id) => id as TrackId),
  class: z.enum(objectClasses),
  box: savedBoxSchema,
  score: z.number(),
  bestScore: z.number(),
  firstSeenAt: z.number(),
  lastSeenAt: z.number(),
  hits: z.number(),
  missed: z.number(),
  confirmed: z.boolean(),
  fill: z.number().optional(),
  attributes: z.partialRecord(z.enum(objectAttributes), z.number()).optional(),
  /** How often, and how clearly, it was taken for what. */
  votes: z.partialRecord(z.enum(objectClasses), z.number()).optional(),
});

/** A record as JSON. */
export type SavedRecord = z.output<typeof savedRecordSchema>;

/** A gap this long asks of who comes back what is asked of a parked car: to be where it was. */
export const strictAfterMs = 4000;

/** What each look leaves of the votes before it: some fifty looks decide, so that one that changes hands changes its class. */
const voteMemory = 0.98;

/** What every tracker remembers of one object: who it is, how clearly and when it was seen. */
export class TrackRecord {
  #state: SavedRecord;

  private constructor(state: SavedRecord) {
    this.#state = state;
  }

  static begin(id: TrackId, detection: Detection, at: UtcMs, config: TrackConfig): TrackRecord {
    const { class: kind, box, score, fill, attributes } = detection;
    const times = { firstSeenAt: at, lastSeenAt: at, hits: 1, missed: 0 };
    const record = new TrackRecord({
      ...{ id, class: kind, box, score, bestScore: score, fill, attributes, ...times },
      confirmed: false,
    });
    record.#confirm(config);
    return record;
  }

  static restore(saved: SavedRecord): TrackRecord {
    return new TrackRecord({ ...saved });
  }

  save(): SavedRecord {
    return { ...this.#state };
  }

  get id(): TrackId {
    return this.#state.id;
  }

  get class(): ObjectClass {
    return this.#state.class;
  }

  /** Last box seen. */
  get box(): Box {
    return this.#state.box;
  }

  get hits(): number {
    return this.#state.hits;
  }

  /** Looks since it was last seen. */
  get missed(): number {
    return this.#state.missed;
  }

  get lastSeenAt(): UtcMs {
    return this.#state.lastSeenAt;
  }

  /**
   * Whether it was missed, or overlooked for so long that another may stand where it was. `sinceLookMs`: since the look
   * before, seen or not.
   */
  wasAway(at: UtcMs, sinceLookMs: number): boolean {
    const unseenMs = at - this.lastSeenAt;
    return this.missed > 0 || (unseenMs > strictAfterMs && unseenMs > sinceLookMs);
  }

  get confirmed(): boolean {
    return this.#state.confirmed;
  }

  /**
   * Seen again. The class is what it was taken for most often and most clearly: a van does not flicker between car and
   * truck, and one clear mistake does not name it for good.
   */
  see(detection: Detection, at: UtcMs, config: TrackConfig): void {
    const state = this.#state;
    this.#vote(detection);
    state.box = detection.box;
    state.score = detection.score;
    state.bestScore = Math.max(state.bestScore, detection.score);
    state.fill = detection.fill;
    state.attributes = detection.attributes;
    state.lastSeenAt = at;
    state.hits += 1;
    state.missed = 0;
    this.#confirm(config);
  }

  miss(): void {
    this.#state.missed += 1;
  }

  /** The wall clock was set back: what lies in the future was seen just now. */
  notAfter(at: UtcMs): void {
    this.#state.firstSeenAt = Math.min(this.#state.firstSeenAt, at);
    this.#state.lastSeenAt = Math.min(this.#state.lastSeenAt, at);
  }

  /** Overlooked for so long that nobody is taken for it: as after a gap of the stream, for which none is missed either. */
  outdated(at: UtcMs, { maxGapMs }: TrackConfig): boolean {
    return at - this.lastSeenAt > maxGapMs;
  }

  /** Both time and looks must have passed: a slow look rate or a gap in the stream removes nobody. */
  expired(at: UtcMs, config: TrackConfig): boolean {
    const unseenMs = at - this.lastSeenAt;
    if (this.confirmed) return this.missed > 3 && unseenMs > config.maxLostMs;
    return this.missed > 1 && unseenMs > config.maxTentativeLostMs;
  }

  /** `velocity`: normalised units a second. */
  toTrack(velocity: Point, state: TrackState = this.#trackState): Track {
    const { missed: _missed, confirmed: _confirmed, votes: _votes, ...told } = this.#state;
    return { ...told, state, velocity };
  }

  get #trackState(): TrackState {
    if (this.missed > 0) return 'lost';
    return this.confirmed ? 'confirmed' : 'tentative';
  }

  #vote({ class: kind, score }: Detection): void {
    const state = this.#state;
    // Nearly all are taken for one thing as long as they live: nothing to count.
    if (state.votes === undefined && kind === state.class) return;
    // What it was before counts as seen as often as it was, by its best score.
    const votes = state.votes ?? { [state.class]: Math.min(state.hits, 1 / (1 - voteMemory)) * state.bestScore ** 2 };
    const next: typeof votes = {};
    for (const [each, weight] of Object.entries(votes)) next[each as ObjectClass] = weight * voteMemory;
    next[kind] = (next[kind] ?? 0) + score ** 2;
    if ((next[kind] ?? 0) > (next[state.class] ?? 0)) state.class = kind;
    state.votes = next;
  }

  #confirm(config: TrackConfig): void {
    const state = this.#state;
    state.confirmed ||= state.hits >= config.confirmHits && state.bestScore >= config.confirmScore;
  }
}
