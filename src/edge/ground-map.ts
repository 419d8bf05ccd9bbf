import type { HomographyFit } from '../domain/fit-homography.ts';
import type { Point } from '../domain/geometry.ts';
import type { GroundMap, GroundPoint, GroundPosition, GroundSpeed, Place } from '../domain/ground.ts';
import { placeAt } from '../domain/ground.ts';
import { type Homography, project, projectVelocity } from '../domain/homography.ts';

/** Standard deviations of an error in two directions that hold 95 of 100: √χ²(2; 0.95). */
export const errorSpread = 2.448;

/** What a result would be if one source of error were off by `errorSpread` standard deviations, either way. */
type Moved = readonly [plus: Point | undefined, minus: Point | undefined];

/**
 * The ground by the homography of a calibrated camera. Errors hold in 95 of 100 cases: each source of error (the 8 ways
 * in which the fit may be off, the coordinates of the anchor) is moved to the worse of its two sides, and the moves add
 * up as squares. Where one of them ends beyond the horizon, nothing is known.
 */
export class CalibratedGround implements GroundMap {
  readonly #fit: HomographyFit;
  readonly #anchorError: number;
  readonly #place: Place;

  /** `fit`: of metres east and north of `place`, `moved` by `errorSpread`; `anchorError`: σ of a picture coordinate. */
  constructor(fit: HomographyFit, { anchorError, place }: { anchorError: number; place: Place }) {
    this.#fit = fit;
    this.#anchorError = errorSpread * anchorError;
    this.#place = place;
  }

  toGround(anchor: Point): GroundPoint | undefined {
    const { toPlane } = this.#fit;
    const found = project(toPlane, anchor);
    const errorM = errorOf(found, [
      ...this.#otherFits((map) => project(map, anchor)),
      ...this.#otherAnchors(anchor, (each) => project(toPlane, each)),
    ]);
    return found && errorM !== undefined ? { east: found[0], north: found[1], errorM } : undefined;
  }

  toPosition(anchor: Point): GroundPosition | undefined {
    const point = this.toGround(anchor);
    return point && { ...placeAt(this.#place, [point.east, point.north]), errorM: point.errorM };
  }

  toPicture(east: number, north: number): Point | undefined {
    return project(this.#fit.toPicture, [east, north]);
  }

  distance(a: Point, b: Point): { readonly metres: number; readonly errorM: number } | undefined {
    const { toPlane } = this.#fit;
    const between = (map: Homography, from: Point, to: Point) => minus(project(map, to), project(map, from));
    const found = between(toPlane, a, b);
    const errorM = errorOf(found, [
      ...this.#otherFits((map) => between(map, a, b)),
      ...this.#otherAnchors(a, (each) => between(toPlane, each, b)),
      ...this.#otherAnchors(b, (each) => between(toPlane, a, each)),
    ]);
    return found && errorM !== undefined ? { metres: Math.hypot(...found), errorM } : undefined;
  }

  /** The velocity is taken to be as exact as two anchors seen a second apart. */
  speed(anchor: Point, velocity: Point): GroundSpeed | undefined {
    const { toPlane } = this.#fit;
    const found = projectVelocity(toPlane, anchor, velocity);
    const errorMps = errorOf(found, [
      ...this.#otherFits((map) => projectVelocity(map, anchor, velocity)),
      ...this.#otherAnchors(anchor, (each) => projectVelocity(toPlane, each, velocity)),
      ...around(velocity, Math.SQRT2 * this.#anchorError, (each) => projectVelocity(toPlane, anchor, each)),
    ]);
    return found && errorMps !== undefined ? { mps: Math.hypot(...found), errorMps } : undefined;
  }

  #otherFits(result: (map: Homography) => Point | undefined): Moved[] {
    return this.#fit.moved.map((fit) => [result(fit.plus), result(fit.minus)]);
  }

  #otherAnchors(anchor: Point, result: (anchor: Point) => Point | undefined): Moved[] {
    return around(anchor, this.#anchorError, result);
  }
}

/** Both coordinates of a point moved by `by`, either way. */
function around([x, y]: Point, by: number, result: (point: Point) => Point | undefined): Moved[] {
  return [
    [result([x + by, y]), result([x - by, y])],
    [result([x, y + by]), result([x, y - by])],
  ];
}

/** Length of the longer axis of the ellipse that independent moves span. */
function errorOf(found: Point | undefined, moved: readonly Moved[]): number | undefined {
  let [xx, xy, yy] = [0, 0, 0];
  for (const [plus, less] of moved) {
    const [a, b] = [minus(plus, found), minus(less, found)];
    if (a === undefined || b === undefined) return undefined;
    const [x, y] = Math.hypot(...a) > Math.hypot(...b) ? a : b;
    xx += x * x;
    xy += x * y;
    yy += y * y;
  }
  return Math.sqrt((xx + yy) / 2 + Math.hypot((xx - yy) / 2, xy));
}

function minus(a: Point | undefined, b: Point | undefined): Point | undefined {
  return a && b && [a[0] - b[0], a[1] - b[1]];
}
