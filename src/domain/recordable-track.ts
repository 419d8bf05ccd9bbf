import { type ObjectAttribute, objectAttributes } from './detection.ts';
import type { Box, Point } from './geometry.ts';
import type { Track } from './track.ts';

/** Steps per unit of a box's coordinates in the observation log: finer than a pixel of any camera. */
export const boxSteps = 65_535;
/** Steps per unit of scores, fill and attributes. */
export const scoreSteps = 255;
/** Steps per normalised unit a second. */
export const velocitySteps = 16_384;

/** In whole steps; what is not a number is 0, as the log knows none. */
export function steps(value: number, perUnit: number): number {
  const rounded = Math.round(value * perUnit);
  return Number.isFinite(rounded) ? rounded + 0 : 0;
}

/** A box as the observation log keeps it. */
export function recordableBox([x1, y1, x2, y2]: Box): Box {
  return [rounded(x1, boxSteps), rounded(y1, boxSteps), rounded(x2, boxSteps), rounded(y2, boxSteps)];
}

/**
 * A track as the observation log keeps it. Scenes judge nothing finer, live as in a replay: so a replay of the unchanged
 * configuration raises what was raised, to the millisecond.
 */
export function recordableTrack(track: Track): Track {
  const { id, state, class: kind, box, score, bestScore, firstSeenAt, lastSeenAt, hits, velocity, fill } = track;
  const attributes = track.attributes && recordableAttributes(track.attributes);
  return {
    id,
    state,
    class: kind,
    box: recordableBox(box),
    score: rounded(score, scoreSteps),
    bestScore: rounded(bestScore, scoreSteps),
    firstSeenAt: Math.round(firstSeenAt),
    lastSeenAt: Math.round(lastSeenAt),
    hits,
    velocity: [rounded(velocity[0], velocitySteps), rounded(velocity[1], velocitySteps)] satisfies Point,
    ...(fill !== undefined && { fill: rounded(fill, scoreSteps) }),
    ...(attributes !== undefined && { attributes }),
  };
}

function recordableAttributes(attributes: NonNullable<Track['attributes']>) {
  const told: Partial<Record<ObjectAttribute, number>> = {};
  for (const name of objectAttributes) {
    const value = attributes[name];
    if (value !== undefined) told[name] = rounded(value, scoreSteps);
  }
  return told;
}

function rounded(value: number, perUnit: number): number {
  return steps(value, perUnit) / perUnit;
}
