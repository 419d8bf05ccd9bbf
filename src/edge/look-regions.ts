import type { Activity } from '../domain/activity.ts';
import type { Box } from '../domain/geometry.ts';
import type { Track } from '../domain/track.ts';
import { within } from './watch-area.ts';

/** A tracked object is looked for within its box and half its size around. */
const reach = 0.5;
/** And at least this far, as a share of the picture: small boxes move by more than their size. */
const leastReach = 0.03;

/** What one look has to go by. */
export interface LookGrounds {
  /** Undefined: there was nothing to compare. */
  readonly activity: Activity | undefined;
  /** The whole picture is due, whatever the gate says. */
  readonly whole: boolean;
  readonly tracks: readonly Track[];
  /** What a region of the last look cut through. */
  readonly cut: readonly Box[];
  /** Part of the picture that concerns anybody; undefined: all of it. */
  readonly area: readonly Box[] | undefined;
}

/** Where the detector looks; `regions` undefined: everywhere. `full`: at all that concerns anybody. */
export interface LookRegions {
  readonly full: boolean;
  readonly regions: readonly Box[] | undefined;
}

/**
 * What of a picture goes through the detector: what changed, where followed objects were, so that whoever is followed is
 * always seen again or missed for good, and what a region of the last look cut through; all of it as far as it can
 * concern a zone.
 */
export function lookRegions({ activity, whole, tracks, cut, area }: LookGrounds): LookRegions {
  const isNew = activity === undefined || activity.reason === 'first' || activity.reason === 'transformed';
  if (whole || isNew) return { full: true, regions: area };
  const changed = activity.active ? activity.regions : [];
  const followed = tracks.filter(({ state }) => state !== 'removed').map(({ box }) => box);
  // Followed objects are asked for in full: a box that ends at the area's edge would be another box on each look.
  const around = area === undefined ? followed : followed.filter((box) => within([box], area).length > 0);
  return {
    full: false,
    regions: [...(area === undefined ? changed : within(changed, area)), ...[...around, ...cut].map(grown)],
  };
}

function grown([x1, y1, x2, y2]: Box): Box {
  const dx = Math.max(leastReach, (x2 - x1) * reach);
  const dy = Math.max(leastReach, (y2 - y1) * reach);
  return [Math.max(0, x1 - dx), Math.max(0, y1 - dy), Math.min(1, x2 + dx), Math.min(1, y2 + dy)];
}
