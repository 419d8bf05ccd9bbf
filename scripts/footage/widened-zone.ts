import type { Point } from '../../src/domain/geometry.ts';

/**
 * A convex polygon with every edge moved outward by so much, in picture heights; corners stay in the picture. Points are
 * normalised, `aspect` is the picture's width by its height.
 */
export function widenedZone(points: readonly Point[], by: number, aspect: number): Point[] {
  const corners = points.map(([x, y]) => [x * aspect, y] as const);
  const turn = Math.sign(
    corners.reduce((sum, [x, y], at) => sum + x * next(corners, at)[1] - next(corners, at)[0] * y, 0),
  );
  const edges = corners.map((from, at) => {
    const to = next(corners, at);
    const along = [to[0] - from[0], to[1] - from[1]] as const;
    const length = Math.hypot(...along) || 1;
    const out = [(along[1] / length) * by * turn, (-along[0] / length) * by * turn] as const;
    return { from: [from[0] + out[0], from[1] + out[1]] as const, along };
  });
  return edges.map((edge, at): Point => {
    const before = edges[(at + edges.length - 1) % edges.length] ?? edge;
    const [x, y] = crossing(before, edge);
    return [rounded(x / aspect), rounded(y)];
  });
}

interface Line {
  readonly from: Point;
  readonly along: Point;
}

/** Where two lines meet; the second's beginning where they are parallel. */
function crossing(one: Line, other: Line): Point {
  const across = one.along[0] * other.along[1] - one.along[1] * other.along[0];
  if (Math.abs(across) < 1e-9) return other.from;
  const [dx, dy] = [other.from[0] - one.from[0], other.from[1] - one.from[1]];
  const share = (dx * other.along[1] - dy * other.along[0]) / across;
  return [one.from[0] + share * one.along[0], one.from[1] + share * one.along[1]];
}

function next(points: readonly Point[], at: number): Point {
  return points[(at + 1) % points.length] ?? [0, 0];
}

function rounded(value: number): number {
  return Number(Math.min(1, Math.max(0, value)).toFixed(4));
}
