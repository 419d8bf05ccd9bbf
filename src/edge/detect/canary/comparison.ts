import { classGroup } from '../../../domain/class-group.ts';
import type { Detection } from '../../../domain/detection.ts';
import { iou } from '../../../domain/geometry.ts';

/** From this overlap two boxes are the same object. */
const minIou = 0.5;

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
 * once, best overlap first. Detections below `score` say only whether what is lost was seen at all.
 */
export function compareDetections(old: readonly Detection[], fresh: readonly Detection[], score: number): Comparison {
  const confident = (each: Detection) => each.score >= score;
  const ours = old.filter(confident);
  const theirs = fresh.filter(confident);
  const agreed = match(ours, theirs);
  const matchedOld = new Set(agreed.map((pair) => pair.old));
  const matchedNew = new Set(agreed.map((pair) => pair.new));
  const lost = ours.filter((each) => !matchedOld.has(each));
  const faint = match(
    lost,
    fresh.filter((each) => !confident(each)),
  ).length;
  return { agreed, lost, added: theirs.filter((each) => !matchedNew.has(each)), faint };
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
