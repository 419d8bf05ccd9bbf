import type { Point } from './geometry.ts';
import type { ZoneId } from './ids.ts';

/** A way over a line, looking from its first point to its last: `in` is from its left to its right. */
export type CrossingDirection = 'in' | 'out';

/** A region drawn on a camera's picture. */
export interface Zone {
  readonly id: ZoneId;
  readonly kind: 'polygon' | 'line';
  /** Corners (polygon, ≥3) or the points of a line from its first end to its last (≥2), normalised. */
  readonly points: readonly Point[];
  /** What the place is, for routing and for scenes that tell zones apart: `roadway`, `sidewalk`, `bank`, `water`, … */
  readonly tags: readonly string[];
  /** Lines: which crossings count; absent: both. */
  readonly direction?: CrossingDirection | undefined;
}
