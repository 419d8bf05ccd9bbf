import type { Box } from '../domain/geometry.ts';
import type { Zone } from '../domain/zone.ts';

/**
 * How far objects reach beyond the zone that holds their triggering anchor (bottom centre): up by the height of
 * somebody near the camera, aside by half a vehicle, down by what a box is too long.
 */
const margin = { up: 0.35, aside: 0.15, down: 0.05 } as const;

/** The part of a picture in which an object can concern one of these zones: a box a zone. */
export function watchArea(zones: readonly Zone[]): readonly Box[] {
  return zones.map(({ points }) => {
    const xs = points.map(([x]) => x);
    const ys = points.map(([, y]) => y);
    return [
      Math.max(0, Math.min(...xs) - margin.aside),
      Math.max(0, Math.min(...ys) - margin.up),
      Math.min(1, Math.max(...xs) + margin.aside),
      Math.min(1, Math.max(...ys) + margin.down),
    ];
  });
}

/** Boxes as far as they lie in an area; several where they lie in several of its parts. */
export function within(boxes: readonly Box[], area: readonly Box[]): Box[] {
  return boxes.flatMap((box) =>
    area.flatMap((part): Box[] => {
      const common: Box = [
        Math.max(box[0], part[0]),
        Math.max(box[1], part[1]),
        Math.min(box[2], part[2]),
        Math.min(box[3], part[3]),
      ];
      return common[0] < common[2] && common[1] < common[3] ? [common] : [];
    }),
  );
}
