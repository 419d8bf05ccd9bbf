import type { Box } from '../../domain/geometry.ts';
import type { ObjectClass } from '../../domain/object-class.ts';
import type { PictureSize, Region } from './region.ts';

/** Whoever sits in one, sits in its upper part. */
const occupied: ReadonlySet<ObjectClass> = new Set(['person', 'wheelchair', 'pram']);

/** Whether a box of this class has a face in it. */
export function hasFace(name: ObjectClass): boolean {
  return occupied.has(name);
}

/** Height by width from which somebody is taken to stand, whole; and below which to lie, or to be several. */
const standing = 1.7;
const lying = 0.85;

/**
 * Where in a person's box the head may be. Wide on purpose: detectors' boxes end at the hair or a little below it, people
 * lean, carry children on their shoulders and are seen cut off. A head is about a seventh of a standing body's height.
 * - standing (1.7 times as high as wide): the upper 32 %
 * - sitting, bent, or cut off by the picture or by others: the upper 58 %
 * - lying, or close to the camera: all of it, for either end may be the head
 */
export function faceRegion(box: Box, size: PictureSize, whole = false): Region {
  const [left, top] = [box[0] * size.width, box[1] * size.height];
  const [width, height] = [(box[2] - box[0]) * size.width, (box[3] - box[1]) * size.height];
  const shape = height / Math.max(1, width);
  const lies = shape < lying;
  const stands = shape >= standing;
  const share = lies || whole ? 1.05 : stands ? 0.32 : 0.58;
  const [side, above] = [0.08 * width, 0.06 * height];
  return {
    what: 'face',
    left: left - side,
    top: top - above,
    width: width + 2 * side,
    height: share * height + above,
    cell: lies ? height / 4 : stands ? height / 12 : height / 6,
  };
}
