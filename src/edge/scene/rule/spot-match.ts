import type { Box } from '../../../domain/geometry.ts';
import { boundingBox, coveredArea, overlapOfSmaller } from './box-groups.ts';

/** What of a spot says whether something belongs to it. */
interface SpotPlace {
  readonly place: Box;
  readonly extent: Box;
}

/** Where things that lie together belong. */
interface SpotMatch<S> {
  /** Undefined where they are something new. */
  readonly spot: S | undefined;
  /** Learnt spots they cover and clearly outgrow: these are still there beneath. */
  readonly beneath: readonly S[];
}

/** Something was added to what covers so many times the area that was learnt; detector boxes vary by a fifth. */
const outgrown = 1.5;

/**
 * Which of the spots of a zone, oldest first, takes what is seen together. A learnt spot keeps its extent: what covers
 * clearly more than the learnt spots it lies on is not theirs.
 */
export function matchSpot<S extends SpotPlace>(
  spots: readonly S[],
  boxes: readonly Box[],
  { minOverlap, isLearnt }: { readonly minOverlap: number; readonly isLearnt: (spot: S) => boolean },
): SpotMatch<S> {
  const box = boundingBox(boxes);
  const liesIn = (area: Box) => overlapOfSmaller(area, box) >= minOverlap;
  const learnt = spots.filter((each) => isLearnt(each) && liesIn(each.extent));
  const learntArea = coveredArea(learnt.map(({ extent }) => extent));
  const beneath = learnt.length > 0 && coveredArea(boxes) > outgrown * learntArea ? learnt : [];
  const open = beneath.length > 0 ? spots.filter((each) => !beneath.includes(each)) : spots;
  // The oldest takes it: of a heap that was once seen in two parts, one stays.
  return { spot: open.find(({ place }) => liesIn(place)) ?? open.find(({ extent }) => liesIn(extent)), beneath };
}
