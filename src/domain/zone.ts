import type { Point } from './geometry.ts';
import type { ZoneId } from './ids.ts';

/** A region drawn on a camera's picture. */
export interface Zone {
  readonly id: ZoneId;
  readonly kind: 'polygon' | 'line';
  /** Corners (polygon, ≥3) or the two ends (line), normalised. */
  readonly points: readonly Point[];
  /** What the place is, for routing: `roadway`, `sidewalk`, `farmland`, … */
  readonly tags: readonly string[];
}
