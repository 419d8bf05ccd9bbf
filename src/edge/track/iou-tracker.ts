import { z } from 'zod';
import type { Detection } from '../../domain/detection.ts';
import type { TrackId, UtcMs } from '../../domain/ids.ts';
import type { ObjectClass } from '../../domain/object-class.ts';
import type { Track } from '../../domain/track.ts';
import { type LookTime, type Match, matchByMotion, matchByOverlap } from './association.ts';
import { isBox } from './box-size.ts';
import type { TrackConfig } from './config.ts';
import { StraightTrack, savedStraightTrackSchema } from './straight-track.ts';
import { TrackRecord } from './track-record.ts';
import type { Tracker } from './tracker.ts';

/** Most tracks kept at once; a detector reports at most 300 objects a picture. */
const maxTracks = 500;

const savedSchema = z.object({
  kind: z.literal('iou'),
  lastAt: z.number().optional(),
  tracks: z.array(savedStraightTrackSchema),
});

/**
 * Follows objects by overlap, made for one look every two seconds: first who stands where somebody stood, then who
 * may have walked there. Scores work with hysteresis: `startScore` begins, `stayScore` continues, `confirmScore`
 * confirms.
 */
export class IouTracker implements Tracker {
  readonly #config: TrackConfig;
  readonly #newId: () => TrackId;
  #tracks: StraightTrack[] = [];
  #lastAt: UtcMs | undefined;

  constructor(options: { config: TrackConfig; newId: () => TrackId }) {
    this.#config = options.config;
    this.#newId = options.newId;
  }

  update(detections: readonly Detection[], at: UtcMs, overlooked?: ReadonlySet<ObjectClass>): readonly Track[] {
    const outdated = this.#keepTime(at);
    const elapsedMs = this.#lastAt === undefined ? 0 : at - this.#lastAt;
    this.#lastAt = at;

    const usable = detections.filter(({ box, score }) => score >= this.#config.stayScore && isBox(box));
    const matches = this.#match(usable, { at, elapsedMs });
    const seen = new Map(matches.map(({ track, detection }) => [track, detection]));
    for (const track of this.#tracks) {
      const detection = seen.get(track);
      if (detection !== undefined) track.see(detection, at, this.#config);
      else if (overlooked?.has(track.record.class) !== true) track.record.miss();
    }
    const removed = this.#evict(({ record }) => {
      const isOutdated = overlooked?.has(record.class) === true && record.outdated(at, this.#config);
      return isOutdated || record.expired(at, this.#config);
    });
    this.#start(usable, new Set(seen.values()), at);
    return [
      ...this.#tracks.map((track) => track.toTrack()),
      ...[...outdated, ...removed].map((track) => track.toTrack('removed')),
    ];
  }

  save(): z.output<typeof savedSchema> {
    return { kind: 'iou', lastAt: this.#lastAt, tracks: this.#tracks.map((track) => track.save()) };
  }

  restore(saved: unknown): boolean {
    const { success, data } = savedSchema.safeParse(saved);
    if (!success) return false;
    this.#lastAt = data.lastAt;
    this.#tracks = data.tracks.slice(0, maxTracks).map((each) => StraightTrack.restore(each));
    return true;
  }

  /** Handles a clock set back and a gap too long to bridge; returns whom the gap cost. */
  #keepTime(at: UtcMs): StraightTrack[] {
    if (this.#lastAt === undefined) return [];
    if (at < this.#lastAt) for (const { record } of this.#tracks) record.notAfter(at);
    return at - this.#lastAt > this.#config.maxGapMs ? this.#evict(() => true) : [];
  }

  #match(detections: readonly Detection[], time: LookTime): Match[] {
    const overlapping = matchByOverlap(this.#tracks, detections, time, this.#config);
    const tracks = new Set(overlapping.map((match) => match.track));
    const taken = new Set(overlapping.map((match) => match.detection));
    const freeTracks = this.#tracks.filter((track) => !tracks.has(track));
    const freeDetections = detections.filter((detection) => !taken.has(detection));
    return [...overlapping, ...matchByMotion(freeTracks, freeDetections, time, this.#config)];
  }

  #start(detections: readonly Detection[], taken: ReadonlySet<Detection>, at: UtcMs): void {
    for (const detection of detections) {
      if (taken.has(detection) || detection.score < this.#config.startScore) continue;
      if (this.#tracks.length >= maxTracks) return;
      this.#tracks.push(new StraightTrack(TrackRecord.begin(this.#newId(), detection, at, this.#config)));
    }
  }

  #evict(gone: (track: StraightTrack) => boolean): StraightTrack[] {
    const removed = this.#tracks.filter(gone);
    if (removed.length > 0) this.#tracks = this.#tracks.filter((track) => !removed.includes(track));
    return removed;
  }
}
