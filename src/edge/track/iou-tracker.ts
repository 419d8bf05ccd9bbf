import type { Detection } from '../../domain/detection.ts';
import type { TrackId, UtcMs } from '../../domain/ids.ts';
import type { Track } from '../../domain/track.ts';
import { type Match, matchByMotion, matchByOverlap } from './association.ts';
import type { TrackConfig } from './config.ts';
import { TrackRecord } from './track-record.ts';
import type { Tracker } from './tracker.ts';

/** Most tracks kept at once; a detector reports at most 300 objects a picture. */
const maxTracks = 500;

/**
 * Follows objects by overlap, made for one look every two seconds: first who stands where somebody stood, then who
 * may have walked there. Scores work with hysteresis: `startScore` begins, `stayScore` continues, `confirmScore`
 * confirms.
 */
export class IouTracker implements Tracker {
  readonly #config: TrackConfig;
  readonly #newId: () => TrackId;
  #records: TrackRecord[] = [];
  #lastAt: UtcMs | undefined;

  constructor(options: { config: TrackConfig; newId: () => TrackId }) {
    this.#config = options.config;
    this.#newId = options.newId;
  }

  update(detections: readonly Detection[], at: UtcMs): readonly Track[] {
    const outdated = this.#keepTime(at);
    const elapsed = this.#lastAt === undefined ? 0 : at - this.#lastAt;
    this.#lastAt = at;

    const usable = detections.filter((detection) => detection.score >= this.#config.stayScore);
    const matches = this.#match(usable, elapsed);
    const seen = new Map(matches.map(({ record, detection }) => [record, detection]));
    for (const record of this.#records) {
      const detection = seen.get(record);
      if (detection === undefined) record.missed += 1;
      else record.see(detection, at, this.#config);
    }
    const removed = this.#evict((record) => record.expired(at, this.#config));
    this.#start(usable, new Set(seen.values()), at);
    return [
      ...this.#records.map((record) => record.toTrack()),
      ...[...outdated, ...removed].map((record) => record.toTrack('removed')),
    ];
  }

  /** Handles a clock set back and a gap too long to bridge; returns whom the gap cost. */
  #keepTime(at: UtcMs): TrackRecord[] {
    if (this.#lastAt === undefined) return [];
    if (at < this.#lastAt) for (const record of this.#records) record.notAfter(at);
    return at - this.#lastAt > this.#config.maxGapMs ? this.#evict(() => true) : [];
  }

  #match(detections: readonly Detection[], elapsedMs: number): Match[] {
    const overlapping = matchByOverlap(this.#records, detections, elapsedMs, this.#config);
    const records = new Set(overlapping.map((match) => match.record));
    const taken = new Set(overlapping.map((match) => match.detection));
    const freeRecords = this.#records.filter((record) => !records.has(record));
    const freeDetections = detections.filter((detection) => !taken.has(detection));
    return [...overlapping, ...matchByMotion(freeRecords, freeDetections, elapsedMs, this.#config)];
  }

  #start(detections: readonly Detection[], taken: ReadonlySet<Detection>, at: UtcMs): void {
    for (const detection of detections) {
      if (taken.has(detection) || detection.score < this.#config.startScore) continue;
      if (this.#records.length >= maxTracks) return;
      this.#records.push(new TrackRecord(this.#newId(), detection, at, this.#config));
    }
  }

  #evict(gone: (record: TrackRecord) => boolean): TrackRecord[] {
    const removed = this.#records.filter(gone);
    if (removed.length > 0) this.#records = this.#records.filter((record) => !removed.includes(record));
    return removed;
  }
}
