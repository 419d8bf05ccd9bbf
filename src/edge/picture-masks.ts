import type { Detection } from '../domain/detection.ts';
import { bottomCentre, insidePolygon, type Point } from '../domain/geometry.ts';

/** A part of a camera's picture in which nothing counts. */
export interface PictureMask {
  readonly points: readonly Point[];
}

/** Detections that do not touch the ground (bottom centre) in a mask. */
export function unmasked(detections: readonly Detection[], masks: readonly PictureMask[]): readonly Detection[] {
  if (masks.length === 0) return detections;
  return detections.filter(({ box }) => {
    const anchor = bottomCentre(box);
    return !masks.some(({ points }) => insidePolygon(anchor, points));
  });
}
