import type { Activity } from '../domain/activity.ts';
import type { Box } from '../domain/geometry.ts';
import type { Track } from '../domain/track.ts';

/** A tracked object is looked for within its box and half its size around. */
const reach = 0.5;
/** And at least this far, as a share of the picture: small boxes move by more than their size. */
const leastReach = 0.03;

/**
 * What of a picture goes through the detector: what changed, where followed objects were, so that whoever is followed is
 * always seen again or missed for good, and what a region of the last look cut through. Undefined: the whole picture.
 */
export function lookRegions(
  activity: Activity | undefined,
  tracks: readonly Track[],
  cut: readonly Box[],
): readonly Box[] | undefined {
  if (activity === undefined || activity.reason === 'first' || activity.reason === 'transformed') return undefined;
  const changed = activity.active ? activity.regions : [];
  const followed = tracks.filter(({ state }) => state !== 'removed').map(({ box }) => box);
  return [...changed, ...[...followed, ...cut].map(grown)];
}

function grown([x1, y1, x2, y2]: Box): Box {
  const dx = Math.max(leastReach, (x2 - x1) * reach);
  const dy = Math.max(leastReach, (y2 - y1) * reach);
  return [Math.max(0, x1 - dx), Math.max(0, y1 - dy), Math.min(1, x2 + dx), Math.min(1, y2 + dy)];
}
