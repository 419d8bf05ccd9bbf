import { z } from 'zod';
import type { Detection } from '../../domain/detection.ts';
import { type Box, centre, type Point } from '../../domain/geometry.ts';
import type { UtcMs } from '../../domain/ids.ts';
import type { Track, TrackState } from '../../domain/track.ts';
import { lengthOf } from './box-size.ts';
import type { TrackConfig } from './config.ts';
import { savedRecordSchema, TrackRecord } from './track-record.ts';

/** Slower than this share of its own length a second, an object stands; detector jitter is about half of it. */
const standingSpeed = 0.1;
/** Looks needed before an object is said to stand. */
const standingHits = 3;

/** An object of the IoU tracker as JSON. */
export const savedStraightTrackSchema = z.object({
  record: savedRecordSchema,
  velocity: z.tuple([z.number(), z.number()]).readonly(),
});

/** One object of the IoU tracker: it goes straight on as it did between the last two looks it was seen on. */
export class StraightTrack {
  readonly record: TrackRecord;
  /** Normalised units a millisecond. */
  #velocity: Point;

  constructor(record: TrackRecord, velocity: Point = [0, 0]) {
    this.record = record;
    this.#velocity = velocity;
  }

  static restore({ record, velocity }: z.output<typeof savedStraightTrackSchema>): StraightTrack {
    return new StraightTrack(TrackRecord.restore(record), velocity);
  }

  save(): z.output<typeof savedStraightTrackSchema> {
    return { record: this.record.save(), velocity: this.#velocity };
  }

  see(detection: Detection, at: UtcMs, config: TrackConfig): void {
    const elapsed = at - this.record.lastSeenAt;
    const [fromX, fromY] = centre(this.record.box);
    const [toX, toY] = centre(detection.box);
    this.#velocity = elapsed > 0 ? [(toX - fromX) / elapsed, (toY - fromY) / elapsed] : [0, 0];
    this.record.see(detection, at, config);
  }

  /** Where it should be this long after it was last seen. */
  predict(elapsedMs: number): Box {
    const [x1, y1, x2, y2] = this.record.box;
    const dx = this.#velocity[0] * elapsedMs;
    const dy = this.#velocity[1] * elapsedMs;
    return [x1 + dx, y1 + dy, x2 + dx, y2 + dy];
  }

  get standing(): boolean {
    const speed = Math.hypot(this.#velocity[0], this.#velocity[1]) * 1000;
    return this.record.hits >= standingHits && speed < standingSpeed * lengthOf(this.record.box);
  }

  toTrack(state?: TrackState): Track {
    return this.record.toTrack([this.#velocity[0] * 1000, this.#velocity[1] * 1000], state);
  }
}
