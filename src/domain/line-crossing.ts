import type { Point } from './geometry.ts';
import type { CrossingDirection } from './zone.ts';

/**
 * Whether p lies to the right of a→b on the picture. A point exactly on the line is taken to lie a hair to the right of
 * where it is, and the square of a hair below (`nudge` 1; -1: the other way round): so every case is a clear one.
 */
function isRight(a: Point, b: Point, p: Point, nudge: 1 | -1): boolean {
  const [dx, dy] = [b[0] - a[0], b[1] - a[1]];
  const turn = dx * (p[1] - a[1]) - dy * (p[0] - a[0]);
  if (turn !== 0) return turn > 0;
  return (dy === 0 ? dx : -dy) * nudge > 0;
}

/**
 * Whether a way from `from` to `to` leads over a line of two or more points. `in` is from the line's left to its right,
 * looking from its first point to its last on the picture. Of two steps that meet on the line at most one crosses it; a
 * way that cuts a corner of it, there and back, does not cross it.
 */
export function crossingOf(from: Point, to: Point, line: readonly Point[]): CrossingDirection | undefined {
  let inward = 0;
  for (let index = 0; index + 1 < line.length; index += 1) {
    const [a, b] = [line[index] as Point, line[index + 1] as Point];
    const after = isRight(a, b, to, 1);
    if (isRight(a, b, from, 1) === after) continue;
    // The way is nudged, so that the line's own points are nudged the other way.
    if (isRight(from, to, a, -1) === isRight(from, to, b, -1)) continue;
    inward += after ? 1 : -1;
  }
  if (inward === 0) return undefined;
  return inward > 0 ? 'in' : 'out';
}
