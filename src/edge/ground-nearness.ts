import { type GroundPosition, offsetOf } from '../domain/ground.ts';
import type { Subject } from '../domain/scene-event.ts';

/** Where subjects stand; a position that is less sure than `withinM` metres says nothing about nearness. */
export function surePositions(subjects: readonly Subject[], withinM: number): GroundPosition[] {
  if (withinM === 0) return [];
  return subjects.flatMap(({ position }) => (position !== undefined && position.errorM <= withinM ? position : []));
}

/** Smallest distance between two groups, metres; infinite where one is empty. */
export function metresBetween(some: readonly GroundPosition[], others: readonly GroundPosition[]): number {
  const distances = some.flatMap((a) => others.map((b) => Math.hypot(...offsetOf(a, b))));
  return Math.min(Number.POSITIVE_INFINITY, ...distances);
}
