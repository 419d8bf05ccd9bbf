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

/**
 * Classes that one object may be taken for from look to look: a van is a car, then a truck.
 * Within a group detections compete and a track may change its class; a class outside any group is its own.
 */
export function classGroup(objectClass: ObjectClass): string {
  return groups[objectClass] ?? objectClass;
}
