import { area, type Box } from '../../../domain/geometry.ts';

/** Share of the smaller of two boxes that lies in the other, 0–1: what is part of something lies wholly in it. */
export function overlapOfSmaller(a: Box, b: Box): number {
  const overlap = area([Math.max(a[0], b[0]), Math.max(a[1], b[1]), Math.min(a[2], b[2]), Math.min(a[3], b[3])]);
  const smaller = Math.min(area(a), area(b));
  return smaller > 0 ? overlap / smaller : 0;
}

/** The box around boxes. */
export function boundingBox(boxes: readonly Box[]): Box {
  return [
    Math.min(...boxes.map(([x1]) => x1)),
    Math.min(...boxes.map(([, y1]) => y1)),
    Math.max(...boxes.map(([, , x2]) => x2)),
    Math.max(...boxes.map(([, , , y2]) => y2)),
  ];
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
    const touches = (other: T) => {
      const smaller = Math.min(sizeOf(thing.box, aspect), sizeOf(other.box, aspect));
      return gapBetween(thing.box, other.box, aspect) <= reach * smaller;
    };
    const [first, ...rest] = groups.filter((group) => group.some(touches));
    if (first === undefined) {
      groups.push([thing]);
      continue;
    }
    // It joins what lay apart until now.
    for (const group of rest) {
      first.push(...group);
      groups.splice(groups.indexOf(group), 1);
    }
    first.push(thing);
  }
  return groups;
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
