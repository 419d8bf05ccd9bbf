import { z } from 'zod';
import type { Detection } from '../../../domain/detection.ts';
import { objectClasses } from '../../../domain/object-class.ts';
import type { Comparison } from './comparison.ts';
import type { LookIdentity } from './model-handle.ts';

const share = z.number().min(0).max(1);

const boxSchema = z.strictObject({
  class: z.enum(objectClasses),
  score: share,
  /** Normalised xyxy in the source picture. */
  box: z.tuple([share, share, share, share]),
});

/** A picture on which the models differ: where to find it again, and what differs. */
export const exampleSchema = z.strictObject({
  camera: z.string(),
  at: z.number().int(),
  /** Sum of the scores of what differs. */
  weight: z.number().nonnegative(),
  lost: z.array(boxSchema),
  added: z.array(boxSchema),
});

/** See `exampleSchema`. */
export type DifferenceExample = z.output<typeof exampleSchema>;

const maxExamples = 32;
/** One camera may not fill them all. */
const maxPerCamera = 4;
const maxBoxes = 8;

/** Keeps the pictures with the largest differences, at most 32, at most four of a camera; changes `kept`. */
export function keepExample(kept: DifferenceExample[], look: LookIdentity, found: Comparison): void {
  const weight = [...found.lost, ...found.added].reduce((sum, each) => sum + each.score, 0);
  if (weight === 0) return;
  const ofCamera = kept.filter(({ camera }) => camera === look.cameraId);
  const rivals = ofCamera.length >= maxPerCamera ? ofCamera : kept.length >= maxExamples ? kept : [];
  const least = rivals.toSorted((a, b) => a.weight - b.weight)[0];
  if (least !== undefined) {
    if (least.weight >= weight) return;
    kept.splice(kept.indexOf(least), 1);
  }
  const { lost, added } = found;
  kept.push({ camera: look.cameraId, at: Math.round(look.at), weight, lost: boxesOf(lost), added: boxesOf(added) });
}

function boxesOf(detections: readonly Detection[]): DifferenceExample['lost'] {
  return detections
    .toSorted((a, b) => b.score - a.score)
    .slice(0, maxBoxes)
    .map(({ class: objectClass, score, box: [x1, y1, x2, y2] }) => ({
      class: objectClass,
      score: unit(score),
      box: [unit(x1), unit(y1), unit(x2), unit(y2)],
    }));
}

/** What a model says may be a little off 0–1 or not a number; what is written down has to be read again. */
function unit(value: number): number {
  return Math.min(1, Math.max(0, value)) || 0;
}
