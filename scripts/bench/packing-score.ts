import { classGroup } from '../../src/domain/class-group.ts';
import type { Detection } from '../../src/domain/detection.ts';
import { iou } from '../../src/domain/geometry.ts';
import { round } from './bench.ts';

/** From this score on a detection counts; half of it may be anything. */
const countedScore = 0.5;

/** How one way of looking compares with another, over all pictures. */
export interface Agreement {
  /** Detections of the reference with a score of 0.5 or more. */
  readonly objects: number;
  /** Share of them found (IoU ≥ 0.5, same class group) with the lowest score reported, 0.3, or more. */
  readonly recall: number;
  /** The same with a score of 0.5 or more: loses what was 0.5 here and is 0.49 there. */
  readonly recallAtHalf: number;
  /** Share of the detections of 0.5 or more that the reference has, with whatever score. */
  readonly precision: number;
  /** Mean score of what was found, reference less this. */
  readonly scoreLoss: number;
}

/** Compares detections picture by picture. */
export function agreement(
  reference: readonly (readonly Detection[])[],
  found: readonly (readonly Detection[])[],
): Agreement {
  const pairs = reference.flatMap((expected, index) => matches(expected, found[index] ?? []));
  const back = found.flatMap((here, index) => matches(here, reference[index] ?? []));
  const matched = pairs.filter(({ match }) => match !== undefined);
  const atHalf = matched.filter(({ match }) => (match?.score ?? 0) >= countedScore);
  const lost = matched.reduce((sum, { object, match }) => sum + object.score - (match?.score ?? 0), 0);
  return {
    objects: pairs.length,
    recall: round(matched.length / pairs.length),
    recallAtHalf: round(atHalf.length / pairs.length),
    precision: round(back.filter(({ match }) => match !== undefined).length / back.length),
    scoreLoss: round(lost / matched.length),
  };
}

/** What counts, each with its like among the others. */
function matches(objects: readonly Detection[], others: readonly Detection[]) {
  return objects
    .filter(({ score }) => score >= countedScore)
    .map((object) => ({ object, match: bestMatch(object, others) }));
}

function bestMatch(object: Detection, others: readonly Detection[]): Detection | undefined {
  let best: Detection | undefined;
  for (const other of others) {
    const isSame = classGroup(other.class) === classGroup(object.class) && iou(other.box, object.box) >= 0.5;
    if (isSame && (best === undefined || other.score > best.score)) best = other;
  }
  return best;
}
