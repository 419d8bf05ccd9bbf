import { z } from 'zod';
import { classGroup } from '../../domain/class-group.ts';
import type { Detection } from '../../domain/detection.ts';
import type { TrackId, UtcMs } from '../../domain/ids.ts';
import type { ObjectClass } from '../../domain/object-class.ts';
import type { Track } from '../../domain/track.ts';
import { isBox } from './box-size.ts';
import { appearanceCost, type Expected, movingCost, type Seen, standingCost } from './byte-association.ts';
import type { TrackConfig } from './config.ts';
import { FollowedObject, savedObjectSchema } from './followed-object.ts';
import { MatchRound } from './match-round.ts';
import type { Tracker } from './tracker.ts';

/** Most tracks kept at once; a detector reports at most 300 objects a picture. */
const maxTracks = 500;

const savedSchema = z.object({
  kind: z.literal('byte'),
  lastAt: z.number().optional(),
  objects: z.array(savedObjectSchema),
});

/**
 * Follows objects as ByteTrack does (Zhang et al., ECCV 2022): clear detections are matched first, then faint ones
 * continue whom no clear one continued. Added to it: time, so that one look in two seconds and fifteen a second are
 * the same to it; a stage before for who stands, and a memory of where; and a last stage by appearance.
 */
export class ByteTracker implements Tracker {
  readonly #config: TrackConfig;
  readonly #newId: () => TrackId;
  #objects: FollowedObject[] = [];
  #lastAt: UtcMs | undefined;

  constructor(options: { config: TrackConfig; newId: () => TrackId }) {
    this.#config = options.config;
    this.#newId = options.newId;
  }

  update(detections: readonly Detection[], at: UtcMs, overlooked?: ReadonlySet<ObjectClass>): readonly Track[] {
    const removed = this.#keepTime(at);
    const elapsedMs = at - (this.#lastAt ?? at);
    this.#lastAt = at;

    const usable = detections.filter(({ box, score }) => score >= this.#config.stayScore && isBox(box));
    const expected = this.#expect(usable, at, elapsedMs);
    const { matches, left } = this.#match(expected, usable);
    for (const { object, hidden } of expected) {
      const detection = matches.get(object);
      if (detection !== undefined) object.see(detection, at, this.#config, hidden);
      else if (overlooked?.has(object.record.class) !== true) object.miss(elapsedMs, hidden);
    }
    const isOutdated = ({ record }: FollowedObject) =>
      overlooked?.has(record.class) === true && record.outdated(at, this.#config);
    removed.push(...this.#evict((object) => object.expired(at, this.#config) || isOutdated(object)));
    const newcomers = left.filter(({ clear }) => clear);
    removed.push(...this.#makeRoom(newcomers.length));
    for (const { detection } of newcomers.slice(0, maxTracks - this.#objects.length)) {
      this.#objects.push(FollowedObject.begin(this.#newId(), detection, at, this.#config));
    }
    return [...this.#objects.map((object) => object.toTrack()), ...removed.map((object) => object.toTrack('removed'))];
  }

  save(): z.output<typeof savedSchema> {
    return { kind: 'byte', lastAt: this.#lastAt, objects: this.#objects.map((object) => object.save()) };
  }

  restore(saved: unknown): boolean {
    const { success, data } = savedSchema.safeParse(saved);
    if (!success) return false;
    this.#lastAt = data.lastAt;
    this.#objects = data.objects.slice(0, maxTracks).map((each) => FollowedObject.restore(each));
    return true;
  }

  /** Handles a clock set back and a gap too long to bridge; returns whom the gap cost. */
  #keepTime(at: UtcMs): FollowedObject[] {
    const lastAt = this.#lastAt ?? at;
    if (at < lastAt) for (const object of this.#objects) object.notAfter(at, lastAt - at);
    return at - lastAt > this.#config.maxGapMs ? this.#evict(() => true) : [];
  }

  #expect(detections: readonly Detection[], at: UtcMs, elapsedMs: number): Expected[] {
    return this.#objects.map((object) => {
      const unseenMs = at - object.record.lastSeenAt;
      const hidden = object.hiddenBy(detections, at);
      const group = classGroup(object.record.class);
      const away = object.record.wasAway(at, elapsedMs);
      return { object, group, unseenMs, away, ahead: object.predict(unseenMs), hidden };
    });
  }

  #match(expected: readonly Expected[], detections: readonly Detection[]): MatchRound {
    const seen = detections.map((detection): Seen => {
      return { detection, group: classGroup(detection.class), clear: detection.score >= this.#config.startScore };
    });
    return new MatchRound(expected, seen, this.#config)
      .match(standingCost)
      .match(movingCost, ({ clear }) => clear)
      .match(movingCost, ({ clear }) => !clear)
      .match(appearanceCost);
  }

  /** Whom nobody has seen for longest gives way to who is there. */
  #makeRoom(newcomers: number): FollowedObject[] {
    const tooMany = this.#objects.length + newcomers - maxTracks;
    if (tooMany <= 0) return [];
    const lost = this.#objects.filter(({ record }) => record.missed > 0);
    lost.sort((a, b) => a.record.lastSeenAt - b.record.lastSeenAt);
    const giving = new Set(lost.slice(0, tooMany));
    return this.#evict((object) => giving.has(object));
  }

  #evict(gone: (object: FollowedObject) => boolean): FollowedObject[] {
    const removed = this.#objects.filter(gone);
    if (removed.length > 0) this.#objects = this.#objects.filter((object) => !removed.includes(object));
    return removed;
  }
}
