import { z } from 'zod';
import { restless } from '../../domain/class-group.ts';
import type { Detection } from '../../domain/detection.ts';
import type { Box } from '../../domain/geometry.ts';
import type { TrackId, UtcMs } from '../../domain/ids.ts';
import type { Track, TrackState } from '../../domain/track.ts';
import { appearanceFromText, appearanceToText, remember } from './appearance.ts';
import { BoxMotion, maxPredictionMs, type Prediction, savedMotionSchema } from './box-motion.ts';
import type { TrackConfig } from './config.ts';
import { hides, StandingPlace, savedPlaceSchema } from './standing-place.ts';
import { savedRecordSchema, TrackRecord } from './track-record.ts';

/** Looks needed before an object is said to stand. */
const standingHits = 3;
/** Who stood for so long is remembered beyond `maxLostMs`. */
const settledAfterMs = 10_000;
/** What hides a place may be missed by the detector, too: it stays hidden for one look more at least. */
const staysHiddenMs = 2500;
/** A look tells of no longer time than this that somebody was not there; more is a gap of the stream. */
const longestLookMs = 10_000;

/** An object of the byte tracker as JSON. */
export const savedObjectSchema = z.object({
  record: savedRecordSchema,
  motion: savedMotionSchema,
  place: savedPlaceSchema,
  exposedMs: z.number(),
  hiddenAt: z.number().optional(),
  appearance: z.base64().optional(),
});

type SavedObject = z.output<typeof savedObjectSchema>;

/** One object of the byte tracker: who it is, how it moves, where it stands and how it looks. */
export class FollowedObject {
  readonly record: TrackRecord;
  readonly #motion: BoxMotion;
  readonly #place: StandingPlace;
  #appearance: Float32Array | undefined;
  /** Time its place was seen without it and with nothing before it, since it was last seen. */
  #exposedMs = 0;
  /** When something was last seen to stand before its place. */
  #hiddenAt: UtcMs | undefined;

  private constructor(
    parts: { record: TrackRecord; motion: BoxMotion; place: StandingPlace },
    appearance: Float32Array | undefined,
  ) {
    this.record = parts.record;
    this.#motion = parts.motion;
    this.#place = parts.place;
    this.#appearance = appearance;
  }

  static begin(id: TrackId, detection: Detection, at: UtcMs, config: TrackConfig): FollowedObject {
    const { box, appearance } = detection;
    const record = TrackRecord.begin(id, detection, at, config);
    return new FollowedObject(
      { record, motion: BoxMotion.begin(box), place: StandingPlace.begin(box, at) },
      appearance,
    );
  }

  static restore({ record, motion, place, exposedMs, hiddenAt, appearance }: SavedObject): FollowedObject {
    const parts = {
      record: TrackRecord.restore(record),
      motion: BoxMotion.restore(motion),
      place: StandingPlace.restore(place),
    };
    const object = new FollowedObject(parts, appearance === undefined ? undefined : appearanceFromText(appearance));
    object.#exposedMs = exposedMs;
    object.#hiddenAt = hiddenAt;
    return object;
  }

  save(): SavedObject {
    return {
      record: this.record.save(),
      motion: this.#motion.save(),
      place: this.#place.save(),
      exposedMs: this.#exposedMs,
      hiddenAt: this.#hiddenAt,
      ...(this.#appearance && { appearance: appearanceToText(this.#appearance) }),
    };
  }

  /** Whether it keeps still once it stands: people and animals set off at any moment, vehicles seldom. */
  get keepsStill(): boolean {
    return this.stands && !restless.has(this.record.class);
  }

  get stands(): boolean {
    return this.record.hits >= standingHits && this.#place.stands;
  }

  /** Where it stands; the last box seen when it does not. */
  get place(): Box {
    return this.stands ? this.#place.box : this.record.box;
  }

  get appearance(): Float32Array | undefined {
    return this.#appearance;
  }

  /** Where it should be this long after it was last seen; undefined when a straight line says nothing of it. */
  predict(unseenMs: number): Prediction | undefined {
    return unseenMs <= maxPredictionMs ? this.#motion.predict(unseenMs, this.keepsStill) : undefined;
  }

  /** Whether something stands before its place, by all detections of a look. */
  hiddenBy(detections: readonly Detection[], at: UtcMs): boolean {
    if (!this.stands) return false;
    if (detections.some(({ box }) => hides(box, this.#place.box))) this.#hiddenAt = at;
    return this.#hiddenAt !== undefined && at - this.#hiddenAt <= staysHiddenMs;
  }

  /** Clear looks only teach how it looks. `hidden`: something stands before its place. */
  see(detection: Detection, at: UtcMs, config: TrackConfig, hidden: boolean): void {
    const elapsedMs = at - this.record.lastSeenAt;
    this.record.see(detection, at, config);
    const seen = this.#place.see(detection.box, at, hidden);
    if (seen === 'whole') this.#motion.see(detection.box, elapsedMs, this.stands);
    this.#exposedMs = 0;
    const { appearance, score } = detection;
    if (appearance !== undefined && score >= config.startScore) {
      this.#appearance = remember(this.#appearance, appearance);
    }
  }

  /** A look without it. `hidden`: something stood before its place. */
  miss(elapsedMs: number, hidden: boolean): void {
    this.record.miss();
    if (!hidden) this.#exposedMs += Math.min(Math.max(0, elapsedMs), longestLookMs);
  }

  /** The wall clock was set back by so much, to `at`. */
  notAfter(at: UtcMs, byMs: number): void {
    this.record.notAfter(at);
    this.#place.shift(byMs);
    if (this.#hiddenAt !== undefined) this.#hiddenAt = Math.min(this.#hiddenAt, at);
  }

  /**
   * As for every track; but what stood is remembered as long as it stood, longer while something stands before it, and
   * who has an appearance for as long as that may bring it back.
   */
  expired(at: UtcMs, config: TrackConfig): boolean {
    if (!this.record.expired(at, config)) return false;
    if (!this.record.confirmed) return true;
    const unseenMs = at - this.record.lastSeenAt;
    if (this.#appearance !== undefined && unseenMs <= config.reacquireMs) return false;
    const { stoodMs } = this.#place;
    if (!this.keepsStill || stoodMs < settledAfterMs) return true;
    const rememberedMs = Math.max(config.maxLostMs, Math.min(stoodMs, config.standingLostMs));
    return this.#exposedMs > rememberedMs || unseenMs > Math.max(rememberedMs, config.hiddenLostMs);
  }

  toTrack(state?: TrackState): Track {
    return this.record.toTrack(this.#motion.velocity, state);
  }
}
