import type { Point } from '../../src/domain/geometry.ts';

/**
 * How far from where it was a corner may come to lie, in units of what its edges are moved by: beyond that the tip is cut
 * off. The kerbs of the demo's places need 3.1 and keep their corners.
 */
const mitreLimit = 4;

/** Below this, lengths and cross products of picture heights are nothing but rounding. */
const tiny = 1e-9;

/**
 * A convex polygon with every edge moved outward by so much, in picture heights. The tip of a sharp corner is cut off, and
 * so is what would lie outside the picture: edges keep their direction. Points are normalised, `aspect` is the picture's
 * width by its height.
 */
export function widenedZone(points: readonly Point[], by: number, aspect: number): Point[] {
  const corners = points.map(([x, y]): Point => [x * aspect, y]);
  const turn = Math.sign(
    corners.reduce((sum, [x, y], at) => sum + x * next(corners, at)[1] - next(corners, at)[0] * y, 0),
  );
  const edges = corners.map((from, at) => {
    const to = next(corners, at);
    const along = [to[0] - from[0], to[1] - from[1]] as const;
    const length = Math.hypot(...along) || 1;
    const out = [(along[1] / length) * by * turn, (-along[0] / length) * by * turn] as const;
    return { corner: from, from: [from[0] + out[0], from[1] + out[1]] as const, along };
  });
  const wide = edges.flatMap((edge, at) => {
    const before = edges[(at + edges.length - 1) % edges.length] ?? edge;
    return mitre(edge.corner, before, edge, by * mitreLimit);
  });
  const inPicture = borders.reduce(
    cutAt,
    wide.map(([x, y]): Point => [x / aspect, y]),
  );
  return inPicture.map(([x, y]): Point => [rounded(x), rounded(y)]);
}

interface Line {
  readonly from: Point;
  readonly along: Point;
}

/** A corner's new place where two moved edges meet, or the two ends of the cut where that is too far away. */
function mitre(corner: Point, before: Line, after: Line, limit: number): Point[] {
  const tip = crossing(before, after);
  const away = [tip[0] - corner[0], tip[1] - corner[1]] as const;
  const distance = Math.hypot(...away);
  if (distance <= limit + tiny) return [tip];
  const share = limit / distance;
  const from = [corner[0] + away[0] * share, corner[1] + away[1] * share] as const;
  const cut: Line = { from, along: [-away[1], away[0]] };
  return [crossing(before, cut), crossing(after, cut)];
}

/** Where two lines meet; the second's beginning where they are parallel. */
function crossing(one: Line, other: Line): Point {
  const across = one.along[0] * other.along[1] - one.along[1] * other.along[0];
  if (Math.abs(across) < tiny) return other.from;
  const [dx, dy] = [other.from[0] - one.from[0], other.from[1] - one.from[1]];
  const share = (dx * other.along[1] - dy * other.along[0]) / across;
  return [one.from[0] + share * one.along[0], one.from[1] + share * one.along[1]];
}

/** The picture's four edges: how far inside a point is. */
const borders: readonly ((point: Point) => number)[] = [([x]) => x, ([x]) => 1 - x, ([, y]) => y, ([, y]) => 1 - y];

/** What of a convex polygon lies inside one border (Sutherland–Hodgman). */
function cutAt(points: readonly Point[], inside: (point: Point) => number): Point[] {
  return points.flatMap((point, at): Point[] => {
    const to = next(points, at);
    const [here, there] = [inside(point), inside(to)];
    const kept = here >= 0 ? [point] : [];
    if (here >= 0 === there >= 0) return kept;
    const share = here / (here - there);
    const crossed: Point = [point[0] + share * (to[0] - point[0]), point[1] + share * (to[1] - point[1])];
    return [...kept, crossed];
  });
}

function next(points: readonly Point[], at: number): Point {
  return points[(at + 1) % points.length] ?? [0, 0];
}

function rounded(value: number): number {
  return Number(Math.min(1, Math.max(0, value)).toFixed(4));
}
