import { area, type Box } from '../../../domain/geometry.ts';

/** Share of the smaller of two boxes that lies in the other, 0–1: what is part of something lies wholly in it. */
export function overlapOfSmaller(a: Box, b: Box): number {
  const overlap = area([Math.max(a[0], b[0]), Math.max(a[1], b[1]), Math.min(a[2], b[2]), Math.min(a[3], b[3])]);
  const smaller = Math.min(area(a), area(b));
  return smaller > 0 ? overlap / smaller : 0;
}

/** The box around boxes. */
export function boundingBox(boxes: readonly Box[]): Box {
  let [left, top] = [Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY];
  let [right, bottom] = [Number.NEGATIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const [x1, y1, x2, y2] of boxes) {
    left = Math.min(left, x1);
    top = Math.min(top, y1);
    right = Math.max(right, x2);
    bottom = Math.max(bottom, y2);
  }
  return [left, top, right, bottom];
}

/** How far apart two boxes are, in picture heights; 0 where they touch. `aspect`: width of the picture by its height. */
export function gapBetween(a: Box, b: Box, aspect: number): number {
  return Math.hypot(Math.max(a[0] - b[2], b[0] - a[2], 0) * aspect, Math.max(a[1] - b[3], b[1] - a[3], 0));
}

/** The longer side of a box, in picture heights. */
export function sizeOf(box: Box, aspect: number): number {
  return Math.max((box[2] - box[0]) * aspect, box[3] - box[1]);
}

/**
 * What lies together: groups of things no further from the next of their group than `reach` sizes of the smaller one.
 * The order of things and groups is kept.
 */
export function groupTouching<T extends { readonly box: Box }>(
  things: readonly T[],
  { reach, aspect }: { readonly reach: number; readonly aspect: number },
): T[][] {
  const groups: T[][] = [];
  for (const thing of things) {
    const size = sizeOf(thing.box, aspect);
    let joined: T[] | undefined;
    for (let index = 0; index < groups.length; index += 1) {
      const group = groups[index] ?? [];
      if (group === joined || !touches(group, thing, size, { reach, aspect })) continue;
      if (joined === undefined) joined = group;
      else {
        // It joins what lay apart until now.
        joined.push(...group);
        groups.splice(index, 1);
        index -= 1;
      }
    }
    if (joined === undefined) groups.push([thing]);
    else joined.push(thing);
  }
  return groups;
}

function touches<T extends { readonly box: Box }>(
  group: readonly T[],
  { box }: T,
  size: number,
  { reach, aspect }: { readonly reach: number; readonly aspect: number },
): boolean {
  for (const other of group) {
    const most = reach * Math.min(size, sizeOf(other.box, aspect));
    if (gapBetween(box, other.box, aspect) <= most) return true;
  }
  return false;
}

/** Share of the picture that boxes cover, overlaps counted once. */
export function coveredArea(boxes: readonly Box[]): number {
  if (boxes.length === 1 && boxes[0] !== undefined) return area(boxes[0]);
  const edges = [...new Set(boxes.flatMap(([x1, , x2]) => [x1, x2]))].sort((a, b) => a - b);
  let sum = 0;
  for (const [index, left] of edges.entries()) {
    const right = edges[index + 1];
    if (right === undefined) break;
    sum += (right - left) * coveredHeight(boxes.filter((box) => box[0] <= left && box[2] >= right));
  }
  return sum;
}

function coveredHeight(boxes: readonly Box[]): number {
  let height = 0;
  let reached = Number.NEGATIVE_INFINITY;
  for (const [, top, , bottom] of [...boxes].sort((a, b) => a[1] - b[1])) {
    height += Math.max(0, bottom - Math.max(top, reached));
    reached = Math.max(reached, bottom);
  }
  return height;
}
