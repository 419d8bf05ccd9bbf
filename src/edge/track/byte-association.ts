import type { Detection } from '../../domain/detection.ts';
import { centre, distance, iou } from '../../domain/geometry.ts';
import { similarity } from './appearance.ts';
import type { Prediction } from './box-motion.ts';
import { areaRatio, lengthOf } from './box-size.ts';
import type { TrackConfig } from './config.ts';
import type { FollowedObject } from './followed-object.ts';
import { isPartOf } from './standing-place.ts';
import { strictAfterMs } from './track-record.ts';

/** What a pair that does not come about costs: more than any that may. */
export const unmatchedCost = 4;

/** An object does not change its size more than this between looks, area against area. */
const maxAreaRatio = 2.5;
/** Who stands stays within so many lengths of its place, at much the same size, however badly its box is drawn. */
const standingShift = 0.25;
const standingAreaRatio = 1.8;
/** Lost for longer, nobody is taken for somebody by being nearest to where it should be: too many may have come by. */
const pursuitMs = 2000;
/** Looks needed before a speed is worth going by through a gap. */
const speedHits = 3;
/** Where a filter is this many times its spread off, it was somebody else. */
const maxSpreads = 3;
/** Between an object of the look before and one lost, the first is the likelier. */
const lostCost = 0.3;
/** What unlikeness adds and likeness takes off, measured from where somebody is known again by it. */
const unlikeCost = 1;
/** Known by appearance alone, it may be this many times farther off than by motion, its size may change this much more. */
const acrossReach = 1.5;
const acrossAreaRatio = 6;
/** Less than this share of `sameAppearance` is somebody else, wherever it stands. */
const otherShare = 0.5;

/** One detection of a look; `clear`: its score may begin a track. */
export interface Seen {
  readonly detection: Detection;
  readonly group: string;
  readonly clear: boolean;
}

/** One object with where it should be on a look. */
export interface Expected {
  readonly object: FollowedObject;
  readonly group: string;
  readonly unseenMs: number;
  /** It was missed, or overlooked for long, since it was last seen. */
  readonly away: boolean;
  /** Undefined where a straight line says nothing any more. */
  readonly ahead: Prediction | undefined;
  /** Something stands before its place. */
  readonly hidden: boolean;
}

/** What it costs to take a detection for an object; undefined: it cannot be. */
export type CostOf = (expected: Expected, seen: Seen, config: TrackConfig) => number | undefined;

/**
 * Who stands takes what is seen on its place, however faint, before anybody who moves is asked: a parked car whose
 * score dips must not be carried off by one that passes with a better one. Behind something else a part of it will do.
 */
export const standingCost: CostOf = (expected, { detection }, config) => {
  const { object, hidden } = expected;
  if (!object.stands || isOther(expected, detection, config)) return undefined;
  const overlap = Math.max(iou(object.place, detection.box), iou(object.record.box, detection.box));
  if (overlap >= config.lostIou) return 1 - overlap;
  return hidden && isPartOf(object.place, detection.box) ? 2 - overlap : undefined;
};

/**
 * By overlap with where it should be and, counting half, with where it was; a clear detection without overlap by its
 * distance from where it should be. How much of either is asked for follows the time since it was last seen.
 */
export const movingCost: CostOf = (expected, seen, config) => {
  const { object, ahead } = expected;
  const { detection } = seen;
  if (isOther(expected, detection, config)) return undefined;
  const still = iou(object.record.box, detection.box);
  if (object.keepsStill)
    return still >= neededIou(expected, config) && staysPut(object, detection) ? 1 - still : undefined;
  const moved = ahead === undefined ? 0 : iou(ahead.box, detection.box);
  if (Math.max(still, moved) >= neededIou(expected, config)) {
    return 1 - Math.max(moved, still / 2) + extra(expected, detection, config);
  }
  const far = seen.clear ? distanceCost(expected, detection, config) : undefined;
  return far === undefined ? undefined : 1 + far + extra(expected, detection, config);
};

/** Anywhere in the picture it may have got to since, by what it looks like. */
export const appearanceCost: CostOf = ({ object, unseenMs }, { detection, clear }, config) => {
  const alike = similarity(object.appearance, detection.appearance);
  if (!clear || !object.record.confirmed || alike === undefined || alike < config.sameAppearance) return undefined;
  if (unseenMs > config.reacquireMs) return undefined;
  const { box } = object.record;
  if (!(areaRatio(box, detection.box) <= acrossAreaRatio)) return undefined;
  const length = Math.max(lengthOf(box), lengthOf(detection.box));
  const reach = length * (1 + acrossReach * config.reach * (unseenMs / 1000));
  return distance(centre(box), centre(detection.box)) <= reach ? 1 - alike : undefined;
};

/** As far as a parked car's box jumps when something hides part of it, and no farther. */
function staysPut(object: FollowedObject, { box }: Detection): boolean {
  const off = distance(centre(object.place), centre(box));
  return off <= standingShift * lengthOf(object.place) && areaRatio(object.place, box) <= standingAreaRatio;
}

function neededIou({ away, unseenMs }: Expected, { minIou, lostIou }: TrackConfig): number {
  if (!away) return minIou;
  return minIou + Math.max(0, lostIou - minIou) * Math.min(1, unseenMs / strictAfterMs);
}

/** 0–1 as far as it may have got; undefined beyond. */
function distanceCost(
  { object, unseenMs, ahead, away }: Expected,
  detection: Detection,
  config: TrackConfig,
): number | undefined {
  if (ahead === undefined || unseenMs <= 0) return undefined;
  if (away && (object.record.hits < speedHits || unseenMs > pursuitMs)) return undefined;
  if (!(areaRatio(object.record.box, detection.box) <= maxAreaRatio)) return undefined;
  const reach = config.reach * lengthOf(object.record.box) * (unseenMs / 1000);
  const gate = Math.min(reach, maxSpreads * ahead.spread);
  const off = distance(centre(ahead.box), centre(detection.box));
  return off < gate ? off / gate : undefined;
}

function extra({ object, away }: Expected, { appearance }: Detection, { sameAppearance }: TrackConfig): number {
  const alike = similarity(object.appearance, appearance) ?? sameAppearance;
  return (away ? lostCost : 0) + unlikeCost * (sameAppearance - alike);
}

/**
 * Whether it is somebody else than the lost object: who looks otherwise, and for an object kept for nothing but its
 * appearance whoever does not look the same.
 */
function isOther({ object, unseenMs, away }: Expected, { appearance }: Detection, config: TrackConfig): boolean {
  const { record } = object;
  if (!away) return false;
  const alike = similarity(object.appearance, appearance);
  const outlived = !object.keepsStill && record.expired(record.lastSeenAt + unseenMs, config);
  if (outlived) return alike === undefined || alike < config.sameAppearance;
  return alike !== undefined && alike < config.sameAppearance * otherShare;
}
