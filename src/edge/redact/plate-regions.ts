import type { Box } from '../../domain/geometry.ts';
import type { ObjectClass } from '../../domain/object-class.ts';
import type { PictureSize, Region } from './region.ts';

const fourWheels: ReadonlySet<ObjectClass> = new Set(['car', 'bus', 'truck', 'fire_engine', 'excavator']);
const lightVehicles: ReadonlySet<ObjectClass> = new Set(['motorcycle', 'e-bike', 'tricycle']);

/** Whether a box of this class has a number plate in it. */
export function hasPlate(name: ObjectClass): boolean {
  return fourWheels.has(name) || lightVehicles.has(name);
}

/** Where in a vehicle's box a plate may be, front or rear, from whichever side it is seen: a plate is an eighth of its height. */
export function plateRegion(name: ObjectClass, box: Box, size: PictureSize): Region {
  const [width, height] = [(box[2] - box[0]) * size.width, (box[3] - box[1]) * size.height];
  const from = fourWheels.has(name) ? 0.42 : 0.25;
  return {
    what: 'plate',
    left: box[0] * size.width + 0.02 * width,
    top: box[1] * size.height + from * height,
    width: 0.96 * width,
    height: (1.04 - from) * height,
    cell: height / 8,
  };
}
