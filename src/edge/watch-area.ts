import type { Box, TriggeringAnchor } from '../domain/geometry.ts';
import type { Zone } from '../domain/zone.ts';

/**
 * How far objects reach beyond the zone that holds their triggering anchor: on the far side of it by the height of
 * somebody near the camera, on its own by what a box is too long; aside by half a vehicle.
 */
const margins = {
  bottom: { up: 0.35, down: 0.05 },
  centre: { up: 0.2, down: 0.2 },
  top: { up: 0.05, down: 0.35 },
} as const satisfies Record<TriggeringAnchor, object>;
const aside = 0.15;

/** The part of a picture in which an object can concern one of these zones by one of these anchors: a box a zone. */
export function watchArea(zones: readonly Zone[], anchors: readonly TriggeringAnchor[] = ['bottom']): readonly Box[] {
  const up = Math.max(...anchors.map((each) => margins[each].up));
  const down = Math.max(...anchors.map((each) => margins[each].down));
  return zones.map(({ points }) => {
    const xs = points.map(([x]) => x);
    const ys = points.map(([, y]) => y);
    return [
      Math.max(0, Math.min(...xs) - aside),
      Math.max(0, Math.min(...ys) - up),
      Math.min(1, Math.max(...xs) + aside),
      Math.min(1, Math.max(...ys) + down),
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
