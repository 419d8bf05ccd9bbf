/** A point in normalised picture coordinates: x right, y down, both 0–1. */
export type Point = readonly [x: number, y: number];

/** An axis-aligned box in normalised picture coordinates: x1, y1, x2, y2 (xyxy). */
export type Box = readonly [x1: number, y1: number, x2: number, y2: number];

/** Which point of a box decides where its object is, all on the box's middle line. */
export const triggeringAnchors = ['bottom', 'centre', 'top'] as const;

/** One of them. */
export type TriggeringAnchor = (typeof triggeringAnchors)[number];

/** Boxes cut off by the picture's lower edge end on it, and so do zones drawn down to it: the anchor lies just inside. */
const lowest = 1 - 1e-6;

/** Where a box touches the ground: the triggering anchor of every scene that does not say otherwise. */
export function bottomCentre(box: Box): Point {
  return [(box[0] + box[2]) / 2, Math.max(box[1], Math.min(box[3], lowest))];
}

/** The triggering anchor of a box. */
export function anchorOf(box: Box, anchor: TriggeringAnchor = 'bottom'): Point {
  if (anchor === 'centre') return centre(box);
  return anchor === 'top' ? [(box[0] + box[2]) / 2, box[1]] : bottomCentre(box);
}

/** Centre of a box. */
export function centre(box: Box): Point {
  return [(box[0] + box[2]) / 2, (box[1] + box[3]) / 2];
}

/** Area of a box as a share of the picture; 0 for an inverted box. */
export function area(box: Box): number {
  return Math.max(0, box[2] - box[0]) * Math.max(0, box[3] - box[1]);
}

/** Intersection over union of two boxes, 0–1. */
export function iou(a: Box, b: Box): number {
  const overlap = common(a, b);
  const union = area(a) + area(b) - overlap;
  return union > 0 ? overlap / union : 0;
}

/** Share of a box that lies in another, 0–1. */
export function insideShare(box: Box, other: Box): number {
  const whole = area(box);
  return whole > 0 ? common(box, other) / whole : 0;
}

function common(a: Box, b: Box): number {
  return area([Math.max(a[0], b[0]), Math.max(a[1], b[1]), Math.min(a[2], b[2]), Math.min(a[3], b[3])]);
}

/**
 * Whether a point lies in a polygon given by its corners (even–odd rule, edges not repeated).
 * A point exactly on an edge may fall on either side.
 */
export function insidePolygon(point: Point, polygon: readonly Point[]): boolean {
  const [x, y] = point;
  let inside = false;
  let previous = polygon.at(-1);
  for (const corner of polygon) {
    if (previous !== undefined) {
      const y1 = corner[1];
      const y2 = previous[1];
      if (y1 > y !== y2 > y && x < ((previous[0] - corner[0]) * (y - y1)) / (y2 - y1) + corner[0]) inside = !inside;
    }
    previous = corner;
  }
  return inside;
}

/** Distance between two points in normalised picture coordinates. */
export function distance(a: Point, b: Point): number {
  return Math.hypot(a[0] - b[0], a[1] - b[1]);
}
