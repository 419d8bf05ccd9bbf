import type { ObjectAttributes } from './detection.ts';
import type { Box, Point } from './geometry.ts';
import type { TrackId, UtcMs } from './ids.ts';
import type { ObjectClass } from './object-class.ts';

/** Life of a track: tentative until confirmed, lost while unseen, then removed. */
export type TrackState = 'tentative' | 'confirmed' | 'lost' | 'removed';

/** One object followed over time. */
export interface Track {
  readonly id: TrackId;
  readonly state: TrackState;
  readonly class: ObjectClass;
  /** Last box seen, normalised xyxy. */
  readonly box: Box;
  /** Score of the last detection. */
  readonly score: number;
  /** Best score so far. */
  readonly bestScore: number;
  readonly firstSeenAt: UtcMs;
  readonly lastSeenAt: UtcMs;
  /** Number of pictures it was detected in. */
  readonly hits: number;
  /** Of the box's centre, normalised units a second, smoothed. */
  readonly velocity: Point;
  /** Share of the box that is the object, where the last detection told. */
  readonly fill?: number | undefined;
  readonly attributes?: ObjectAttributes | undefined;
}
