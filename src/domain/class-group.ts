import type { ObjectClass } from './object-class.ts';

const groups: Partial<Record<ObjectClass, string>> = {
  car: 'vehicle',
  bus: 'vehicle',
  truck: 'vehicle',
  fire_engine: 'vehicle',
  bicycle: 'two-wheeler',
  'e-bike': 'two-wheeler',
  motorcycle: 'two-wheeler',
};

/** Who sets off at any moment: where one stood, the next to stand there is another. */
export const restless: ReadonlySet<ObjectClass> = new Set(['person', 'animal']);

/**
 * Classes that one object may be taken for from look to look: a van is a car, then a truck.
 * Within a group detections compete and a track may change its class; a class outside any group is its own.
 */
export function classGroup(objectClass: ObjectClass): string {
  return groups[objectClass] ?? objectClass;
}
