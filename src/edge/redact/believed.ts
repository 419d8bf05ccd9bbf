import type { Detection } from '../../domain/detection.ts';
import { area, insideShare } from '../../domain/geometry.ts';
import { hasFace } from './face-regions.ts';

/** Who is higher than this share of the picture is near, and is found with the score beside it; below the other, far. */
const far = { height: 0.15 } as const;
const near = { height: 0.5, score: 0.3 } as const;
/** A vehicle whose plate can be read is seen well. */
const vehicleScore = 0.25;
/** A weak box around a strong one is that one again, or several together. */
const strongScore = 0.45;
const weakScore = 0.3;
const aroundShare = 0.9;

/**
 * Of what a model found at `leastScore`, what is covered. People far away are covered on a slight suspicion; what takes up
 * much of the picture has to be surer, for on a slight one all evidence would be covered, and nobody near is missed by it.
 */
export function believed(found: readonly Detection[], leastScore: number): readonly Detection[] {
  const strong = found.filter(({ score, class: name }) => score >= strongScore && hasFace(name));
  return found.filter((thing) => {
    if (!hasFace(thing.class)) return thing.score >= vehicleScore;
    if (thing.score < scoreFor(thing.box[3] - thing.box[1], leastScore)) return false;
    return thing.score >= weakScore || !strong.some((other) => isAround(thing, other));
  });
}

function scoreFor(height: number, least: number): number {
  const share = Math.min(1, Math.max(0, (height - far.height) / (near.height - far.height)));
  return Math.max(least, least + share * (near.score - least));
}

function isAround({ box }: Detection, { box: inner }: Detection): boolean {
  return insideShare(inner, box) >= aroundShare && area(box) > 1.3 * area(inner);
}
