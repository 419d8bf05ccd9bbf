import { type Box, bottomCentre } from '../../../domain/geometry.ts';
import type { GroundMap } from '../../../domain/ground.ts';
import type { Track } from '../../../domain/track.ts';

/** How near is by it. */
export interface BesideLimits {
  /** In heights of the person, where the camera is not calibrated. */
  readonly reachHeights: number;
  /** Where it is. */
  readonly reachM: number;
}

/**
 * Whether a person stands by a thing. One whose feet lie in the thing's box stands before or behind it; behind a stall
 * only the upper body is seen, and its lower edge shows no ground.
 */
export function standsBeside(
  person: Track,
  thing: Box,
  limits: BesideLimits,
  { aspect, ground }: { readonly aspect: number; readonly ground?: GroundMap | undefined },
): boolean {
  const feet = bottomCentre(person.box);
  const [x1, y1, x2, y2] = thing;
  const [across, down] = [Math.max(x1 - feet[0], feet[0] - x2, 0) * aspect, Math.max(y1 - feet[1], feet[1] - y2, 0)];
  if (across === 0 && down === 0) return true;
  const nearest = [Math.min(Math.max(feet[0], x1), x2), y2] as const;
  const metres = ground?.distance(feet, nearest)?.metres;
  if (metres !== undefined) return metres <= limits.reachM;
  return Math.hypot(across, down) <= limits.reachHeights * (person.box[3] - person.box[1]);
}

/** How fast somebody goes, in heights of the body a second; a walk is about 0.8. */
export function paceOf({ velocity, box }: Track, aspect: number): number {
  const height = box[3] - box[1];
  return height > 0 ? Math.hypot(velocity[0] * aspect, velocity[1]) / height : 0;
}
