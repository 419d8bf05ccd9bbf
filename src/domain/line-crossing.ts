import type { Point } from './geometry.ts';
import type { CrossingDirection } from './zone.ts';

/** Twice the signed area of the triangle a, b, p: positive when p lies to the right of a→b as seen on the picture. */
function turn(a: Point, b: Point, p: Point): number {
  return (b[0] - a[0]) * (p[1] - a[1]) - (b[1] - a[1]) * (p[0] - a[0]);
}

/**
 * The first crossing of a way from `from` to `to` over a line of two or more points. `in` is from the line's left to its
 * right, looking from its first point to its last on the picture. A way that only touches the line, or ends on it,
 * crosses it with the step that leaves it on the other side.
 */
export function crossingOf(from: Point, to: Point, line: readonly Point[]): CrossingDirection | undefined {
  for (let index = 0; index + 1 < line.length; index += 1) {
    const [a, b] = [line[index] as Point, line[index + 1] as Point];
    const before = turn(a, b, from);
    const after = turn(a, b, to);
    // On the line counts as its left side: of two steps that meet on it exactly one crosses.
    if (before > 0 === after > 0) continue;
    const across = [turn(from, to, a), turn(from, to, b)] as const;
    if (across[0] > 0 === across[1] > 0) continue;
    return after > 0 ? 'in' : 'out';
  }
  return undefined;
}
