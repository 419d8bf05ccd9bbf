import { backward, cholesky, forward, type SquareMatrix } from './cholesky.ts';
import type { Point } from './geometry.ts';
import { compose, type Homography, invert } from './homography.ts';

/** One point of a plane and where a picture shows it. */
export interface PointPair {
  readonly plane: Point;
  readonly picture: Point;
}

/** A projection found from points, and how sure it is. */
export interface HomographyFit {
  readonly toPicture: Homography;
  readonly toPlane: Homography;
  /** Standard deviation of the picture's points: what they do not fit by, at least `pictureError`. */
  readonly sigma: number;
  /** Picture to plane, moved either way along each of the 8 independent ways in which the fit may be off. */
  readonly moved: readonly { readonly plus: Homography; readonly minus: Homography }[];
}

/** `singular`: the points do not determine a projection; `horizon`: the one they determine has its horizon among them. */
type FitFailure = 'singular' | 'horizon';

interface Normalised {
  readonly points: readonly Point[];
  readonly scale: number;
  readonly to: Homography;
  readonly from: Homography;
}

interface Equations {
  readonly matrix: number[][];
  readonly right: number[];
  /** Sum of squares. */
  readonly error: number;
}

const unknowns = 8;
const maxRounds = 20;

/**
 * The projection of a plane on a picture that shows four points or more of it best: direct linear transform on
 * normalised points (Hartley & Zisserman, Multiple View Geometry, alg. 4.2), then Gauss–Newton on the distances in the
 * picture, where the error is. `pictureError`: standard deviation of each picture coordinate; `spread`: by how many
 * standard deviations `moved` is moved.
 */
export function fitHomography(
  pairs: readonly PointPair[],
  { pictureError, spread }: { pictureError: number; spread: number },
): HomographyFit | FitFailure {
  const plane = normalise(pairs.map((pair) => pair.plane));
  const picture = normalise(pairs.map((pair) => pair.picture));
  if (plane === undefined || picture === undefined || pairs.length < 4) return 'singular';
  const normal = plane.points.map((point, index) => ({ plane: point, picture: picture.points[index] ?? point }));
  const first = solve(linear(normal));
  if (first === undefined) return 'singular';
  const refined = refine(normal, first);
  if (refined === undefined) return 'horizon';
  const { h, equations } = refined;
  const lower = cholesky(equations.matrix);
  const free = 2 * pairs.length - unknowns;
  const scatter = free > 0 ? Math.sqrt(equations.error / free) / picture.scale : 0;
  const sigma = Math.max(pictureError, scatter);
  const whole = (each: readonly number[]) => compose(picture.from, compose(matrixOf(each), plane.to));
  const toPicture = whole(h);
  const toPlane = invert(toPicture);
  if (lower === undefined || toPlane === undefined) return 'singular';
  const moved = h.map((_, index) => {
    // Columns of σ·L⁻ᵀ: their outer products add up to the covariance σ²·(JᵀJ)⁻¹.
    const unit = h.map((_each, k) => (k === index ? spread * sigma * picture.scale : 0));
    const step = backward(lower, unit);
    const by = (sign: 1 | -1) => invert(whole(h.map((value, k) => value + sign * (step[k] ?? 0)))) ?? toPlane;
    return { plus: by(1), minus: by(-1) };
  });
  return { toPicture, toPlane, sigma, moved };
}

/** Centroid at 0, mean distance √2; the same scale both ways, so that errors stay round. */
function normalise(points: readonly Point[]): Normalised | undefined {
  const n = points.length;
  const x = points.reduce((sum, point) => sum + point[0], 0) / n;
  const y = points.reduce((sum, point) => sum + point[1], 0) / n;
  const mean = points.reduce((sum, point) => sum + Math.hypot(point[0] - x, point[1] - y), 0) / n;
  if (!(mean > 0)) return undefined;
  const scale = Math.SQRT2 / mean;
  return {
    points: points.map((point) => [(point[0] - x) * scale, (point[1] - y) * scale]),
    scale,
    to: [scale, 0, -x * scale, 0, scale, -y * scale, 0, 0, 1],
    from: [1 / scale, 0, x, 0, 1 / scale, y, 0, 0, 1],
  };
}

/** The last number is 1: the weight in the middle of the points is the mean of theirs, and cannot be 0 if all show. */
function matrixOf(h: readonly number[]): Homography {
  return [...h, 1] as unknown as Homography;
}

function linear(pairs: readonly PointPair[]): Equations {
  const equations = empty();
  for (const { plane, picture } of pairs) {
    add(equations, rowX(plane, picture[0]), picture[0]);
    add(equations, rowY(plane, picture[1]), picture[1]);
  }
  return equations;
}

/** Undefined where a point lies on or beyond the horizon of the projection. */
function linearised(pairs: readonly PointPair[], h: readonly number[]): Equations | undefined {
  let error = 0;
  const equations = empty();
  const [a = 0, b = 0, c = 0, d = 0, e = 0, f = 0, g = 0, k = 0] = h;
  for (const { plane, picture } of pairs) {
    const [x, y] = plane;
    const w = g * x + k * y + 1;
    if (!(w > 1e-6)) return undefined;
    const [u, v] = [(a * x + b * y + c) / w, (d * x + e * y + f) / w];
    const [du, dv] = [picture[0] - u, picture[1] - v];
    error += du * du + dv * dv;
    add(
      equations,
      rowX(plane, u).map((value) => value / w),
      du,
    );
    add(
      equations,
      rowY(plane, v).map((value) => value / w),
      dv,
    );
  }
  return { ...equations, error };
}

function refine(pairs: readonly PointPair[], first: readonly number[]) {
  let h = first;
  let equations = linearised(pairs, h);
  for (let round = 0; round < maxRounds && equations !== undefined; round += 1) {
    const step = solve(equations);
    if (step === undefined) break;
    const next = h.map((value, index) => value + (step[index] ?? 0));
    const better = linearised(pairs, next);
    if (better === undefined || better.error >= equations.error) break;
    h = next;
    equations = better;
  }
  return equations && { h, equations };
}

function rowX([x, y]: Point, u: number): number[] {
  return [x, y, 1, 0, 0, 0, -u * x, -u * y];
}

function rowY([x, y]: Point, v: number): number[] {
  return [0, 0, 0, x, y, 1, -v * x, -v * y];
}

function empty(): Equations {
  const zeros = () => Array.from({ length: unknowns }, () => 0);
  return { matrix: zeros().map(zeros), right: zeros(), error: 0 };
}

/** Adds an equation `row · h = right` to normal equations. */
function add(equations: Equations, row: readonly number[], right: number): void {
  for (const [i, value] of row.entries()) {
    const line = equations.matrix[i] ?? [];
    for (const [j, other] of row.entries()) line[j] = (line[j] ?? 0) + value * other;
    equations.right[i] = (equations.right[i] ?? 0) + value * right;
  }
}

function solve({ matrix, right }: { matrix: SquareMatrix; right: readonly number[] }): number[] | undefined {
  const lower = cholesky(matrix);
  return lower && backward(lower, forward(lower, right));
}
