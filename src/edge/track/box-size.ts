import { area, type Box } from '../../domain/geometry.ts';

/** The longer side of a box: what distances and speeds of an object are measured by. */
export function lengthOf(box: Box): number {
  return Math.max(box[2] - box[0], box[3] - box[1]);
}

/** Area of the larger box by that of the smaller; NaN where one has none. */
export function areaRatio(a: Box, b: Box): number {
  const ratio = area(a) / area(b);
  return Math.max(ratio, 1 / ratio);
}

/** Whether a detector's box is one: finite, and not turned inside out. */
export function isBox(box: Box): boolean {
  const size = area(box);
  return size > 0 && size < Number.POSITIVE_INFINITY;
}
