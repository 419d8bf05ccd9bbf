import { classGroup } from '../../../domain/class-group.ts';
import type { Detection } from '../../../domain/detection.ts';
import { area, type Box, iou } from '../../../domain/geometry.ts';

/** From this overlap two boxes are the same object. */
const minIou = 0.5;
/** A box with less of it in what both were shown may be there for one model only. */
const minShown = 0.8;

/** One object both models are confident of. */
export interface Agreement {
  readonly old: Detection;
  readonly new: Detection;
  readonly iou: number;
}

/** What two models made of the same picture; only detections either is confident of are in it. */
export interface Comparison {
  readonly agreed: readonly Agreement[];
  /** Confident detections of the old model that the new one is not confident of. */
  readonly lost: readonly Detection[];
  /** The reverse. */
  readonly added: readonly Detection[];
  /** How many of `lost` the new model does see, below the score. */
  readonly faint: number;
}

/**
 * Matches the detections of two models by class group (a van is a car, then a truck) and IoU of at least 0.5, each
 * once, best overlap first. Detections below `score` say only whether what is lost was seen at all. Of `regions` (absent:
 * the whole picture) models are shown more than was asked, each in its own way: margins, or all of the picture. What
 * lies outside and only one of them found is left out.
 */
export function compareDetections(
  old: readonly Detection[],
  fresh: readonly Detection[],
  score: number,
  regions?: readonly Box[],
): Comparison {
  const confident = (each: Detection) => each.score >= score;
  const ours = old.filter(confident);
  const theirs = fresh.filter(confident);
  const agreed = match(ours, theirs);
  const matchedOld = new Set(agreed.map((pair) => pair.old));
  const matchedNew = new Set(agreed.map((pair) => pair.new));
  const lost = ours.filter((each) => !matchedOld.has(each) && wasShown(each.box, regions));
  const added = theirs.filter((each) => !matchedNew.has(each) && wasShown(each.box, regions));
  const faint = match(
    lost,
    fresh.filter((each) => !confident(each)),
  ).length;
  return { agreed, lost, added, faint };
}

function wasShown(box: Box, regions: readonly Box[] | undefined): boolean {
  if (regions === undefined) return true;
  const shown = regions.reduce((sum, region) => sum + area(intersection(box, region)), 0);
  return shown >= minShown * area(box);
}

function intersection(a: Box, b: Box): Box {
  return [Math.max(a[0], b[0]), Math.max(a[1], b[1]), Math.min(a[2], b[2]), Math.min(a[3], b[3])];
}

function match(old: readonly Detection[], fresh: readonly Detection[]): Agreement[] {
  const pairs = old
    .flatMap((mine) => fresh.map((theirs) => ({ old: mine, new: theirs, iou: overlap(mine, theirs) })))
    .filter((pair) => pair.iou >= minIou)
    .sort((a, b) => b.iou - a.iou);
  const takenOld = new Set<Detection>();
  const takenNew = new Set<Detection>();
  return pairs.filter((pair) => {
    if (takenOld.has(pair.old) || takenNew.has(pair.new)) return false;
    takenOld.add(pair.old);
    takenNew.add(pair.new);
    return true;
  });
}

function overlap(a: Detection, b: Detection): number {
  return classGroup(a.class) === classGroup(b.class) ? iou(a.box, b.box) : 0;
}
