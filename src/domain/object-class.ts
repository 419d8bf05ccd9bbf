/**
 * Canonical object classes: what scenes name and models provide (design: scenes.md).
 * A model's manifest entry maps its own class names to these.
 */
export const objectClasses = [
  'person',
  'bicycle',
  'e-bike',
  'motorcycle',
  'tricycle',
  'car',
  'bus',
  'truck',
  'fire_engine',
  'excavator',
  'wheelchair',
  'pram',
  'boat',
  'animal',
  'stall',
  'umbrella',
  'goods',
  'garbage_bag',
  'overflowing_bin',
  'debris_pile',
  'left_object',
  'water_surface',
  'flame',
  'smoke',
  'uncovered_load',
] as const;

/** One canonical class. */
export type ObjectClass = (typeof objectClasses)[number];
