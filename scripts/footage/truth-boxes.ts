import type { ObjectClass } from '../../src/domain/object-class.ts';
import type { TruthBox } from './truth.ts';

/** A label as the stage reports it: its whole outline, hidden or not, in 0–1 of the picture (empty behind the camera). */
export interface LabelOutline {
  readonly id: number;
  readonly class: ObjectClass;
  /** Labels whose pixels are its own too. */
  readonly parts: readonly number[];
  readonly outline: readonly number[];
}

/** Fewer visible pixels than this show nobody anything. */
const leastPixels = 12;

/** An object smaller than this in the picture (shorter side, pixels), or less visible than this, is not demanded. */
const leastSide = 7;
const leastVisible = 0.3;

/** Of these any piece looks like the whole: only next to nothing of them is not demanded. */
const shapeless: readonly ObjectClass[] = ['flame', 'smoke', 'water_surface'];
const leastVisibleShapeless = 0.08;

interface Extent {
  x1: number;
  y1: number;
  x2: number;
  y2: number;
  pixels: number;
}

/** Boxes round what shows of each label. `mask`: one label number a pixel, bottom row first. */
export function truthBoxes(
  mask: Uint8Array,
  width: number,
  height: number,
  labels: readonly LabelOutline[],
): TruthBox[] {
  const extents = extentsOf(mask, width, height);
  return labels.flatMap(({ id, class: name, parts, outline }): TruthBox[] => {
    const extent = joined([id, ...parts].flatMap((each) => extents.get(each) ?? []));
    if (extent === undefined || extent.pixels < leastPixels) return [];
    const visible = shareSeen(extent, outline, width, height);
    const isSmall = Math.min(extent.x2 - extent.x1, extent.y2 - extent.y1) < leastSide;
    const box = [extent.x1, extent.y1, extent.x2, extent.y2] as const;
    const ignore = isSmall || visible < (shapeless.includes(name) ? leastVisibleShapeless : leastVisible);
    return [{ id, class: name, box, visible: Math.round(visible * 100) / 100, ...(ignore && { ignore }) }];
  });
}

function extentsOf(mask: Uint8Array, width: number, height: number): Map<number, Extent> {
  const extents = new Map<number, Extent>();
  let at = 0;
  for (let row = height - 1; row >= 0; row -= 1) {
    for (let column = 0; column < width; column += 1) {
      const id = mask[at] ?? 0;
      at += 1;
      if (id === 0) continue;
      const extent = extents.get(id);
      if (extent === undefined) {
        extents.set(id, { x1: column, y1: row, x2: column + 1, y2: row + 1, pixels: 1 });
        continue;
      }
      if (column < extent.x1) extent.x1 = column;
      if (column >= extent.x2) extent.x2 = column + 1;
      // Rows come from the bottom up.
      if (row < extent.y1) extent.y1 = row;
      extent.pixels += 1;
    }
  }
  return extents;
}

function joined(extents: readonly Extent[]): Extent | undefined {
  const [first, ...others] = extents;
  if (first === undefined) return undefined;
  return others.reduce(
    (all, each) => ({
      x1: Math.min(all.x1, each.x1),
      y1: Math.min(all.y1, each.y1),
      x2: Math.max(all.x2, each.x2),
      y2: Math.max(all.y2, each.y2),
      pixels: all.pixels + each.pixels,
    }),
    first,
  );
}

/** Area of what shows against the area of the whole outline, 0–1. */
function shareSeen(extent: Extent, outline: readonly number[], width: number, height: number): number {
  const [x1 = 0, y1 = 0, x2 = 0, y2 = 0] = outline;
  const whole = (x2 - x1) * width * (y2 - y1) * height;
  const seen = (extent.x2 - extent.x1) * (extent.y2 - extent.y1);
  return whole <= 0 ? 1 : Math.min(1, seen / whole);
}
