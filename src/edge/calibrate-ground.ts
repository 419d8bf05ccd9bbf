import { fitHomography, type HomographyFit, type PointPair } from '../domain/fit-homography.ts';
import { distance, type Point } from '../domain/geometry.ts';
import { type GroundMap, offsetOf, type Place } from '../domain/ground.ts';
import { determinant, project } from '../domain/homography.ts';
import type { GroundConfig } from './ground-config.ts';
import { CalibratedGround, errorSpread } from './ground-map.ts';

/** A camera's ground, or what is wrong with its points; `point`: index of the one that is, where that is known. */
type Calibration =
  | { readonly ok: true; readonly ground: GroundMap }
  | { readonly ok: false; readonly point?: number; readonly problem: string };

type Failure = Extract<Calibration, { ok: false }>;

/** No camera looks further. */
const farthestM = 5_000;
/** Points that fit each other worse than this share of the picture hold a mistake, not only errors of measurement. */
const worstMisfit = 0.02;
/** Points whose shorter extent is less than this share of the longer lie on a line. */
const leastBreadth = 0.02;
/** A point is off if the others fit so many times better without it than without any other. */
const clearlyBetter = 1.5;
/** The same person clicks the same place twice within this, metres. */
const samePlaceM = 0.05;

/** The ground of a camera whose configuration was checked; undefined where it is not calibrated. */
export function groundOf(camera: Place & { readonly ground?: GroundConfig | undefined }): GroundMap | undefined {
  const calibration = camera.ground && calibrateGround(camera.ground, camera);
  return calibration?.ok === true ? calibration.ground : undefined;
}

/** Makes a camera's ground map. `place`: the camera's own. */
export function calibrateGround(config: GroundConfig, place: Place): Calibration {
  const { pictureError } = config;
  const pairs = config.points.map((point): PointPair => {
    return { picture: point.picture, plane: 'lat' in point ? offsetOf(place, point) : [point.east, point.north] };
  });
  const failure = wrongPlace(pairs) ?? samePoint(pairs, pictureError) ?? onLine(pairs, pictureError);
  if (failure !== undefined) return failure;
  const fit = fitOf(pairs, pictureError);
  if (typeof fit === 'string') return oneIsOff(pairs, pictureError) ?? { ok: false, problem: fit };
  if (fit.sigma > Math.max(worstMisfit, pictureError)) {
    const problem = `the points do not fit each other: they are off by ${percent(fit.sigma)} of the picture`;
    return oneIsOff(pairs, pictureError) ?? { ok: false, problem };
  }
  return { ok: true, ground: new CalibratedGround(fit, { anchorError: pictureError, place }) };
}

function wrongPlace(pairs: readonly PointPair[]): Failure | undefined {
  const point = pairs.findIndex(({ plane }) => Math.hypot(...plane) > farthestM);
  if (point < 0) return undefined;
  const km = Math.hypot(...(pairs[point]?.plane ?? [0, 0])) / 1000;
  return { ok: false, point, problem: `lies ${km.toFixed(1)} km from the camera` };
}

function samePoint(pairs: readonly PointPair[], pictureError: number): Failure | undefined {
  for (const [point, one] of pairs.entries()) {
    const other = pairs.slice(0, point).findIndex(
      // Nearer to each other than they are exact: the direction from one to the other means nothing.
      ({ picture, plane }) =>
        distance(picture, one.picture) < 2 * pictureError || distance(plane, one.plane) < samePlaceM,
    );
    if (other >= 0) return { ok: false, point, problem: `is too close to point ${other + 1}` };
  }
  return undefined;
}

function onLine(pairs: readonly PointPair[], pictureError: number): Failure | undefined {
  // Four points of which no three lie on a line exist exactly if there is no line through all or all but one.
  for (let left = -1; left < pairs.length; left += 1) {
    const rest = pairs.filter((_, index) => index !== left);
    const inPicture = extentOf(rest.map(({ picture }) => picture));
    const onGround = extentOf(rest.map(({ plane }) => plane));
    const flat = ({ length, breadth }: { length: number; breadth: number }) => breadth < leastBreadth * length;
    const where = flat(inPicture) || inPicture.breadth < pictureError ? 'in the picture' : 'on the ground';
    if (where === 'on the ground' && !flat(onGround)) continue;
    const which = left < 0 ? 'all points' : `all points but point ${left + 1}`;
    return { ok: false, problem: `${which} lie on one line ${where}: spread them over it` };
  }
  return undefined;
}

/** Standard deviations along the longer and the shorter axis of points. */
function extentOf(points: readonly Point[]): { length: number; breadth: number } {
  const n = points.length;
  const x = points.reduce((sum, point) => sum + point[0], 0) / n;
  const y = points.reduce((sum, point) => sum + point[1], 0) / n;
  const mean = (of: (dx: number, dy: number) => number) =>
    points.reduce((sum, point) => sum + of(point[0] - x, point[1] - y), 0) / n;
  const [xx, xy, yy] = [mean((dx) => dx * dx), mean((dx, dy) => dx * dy), mean((_, dy) => dy * dy)];
  const [middle, half] = [(xx + yy) / 2, Math.hypot((xx - yy) / 2, xy)];
  return { length: Math.sqrt(middle + half), breadth: Math.sqrt(Math.max(0, middle - half)) };
}

function fitOf(pairs: readonly PointPair[], pictureError: number): HomographyFit | string {
  const fit = fitHomography(pairs, { pictureError, spread: errorSpread });
  // Points on a line were told before: what is still singular has its horizon through their middle.
  if (typeof fit === 'string')
    return 'the horizon of this ground would run between the points: are two of them swapped?';
  // Seen from above, with y down in the picture, going round on the ground is going round the other way in the picture.
  if (determinant(fit.toPicture) > 0)
    return 'the picture would show this ground as in a mirror: are two points swapped?';
  return fit;
}

/** Which point does not fit the others, by leaving out each in turn. */
function oneIsOff(pairs: readonly PointPair[], pictureError: number): Failure | undefined {
  if (pairs.length < 5) return undefined;
  const without = pairs.flatMap((pair, point) => {
    const fit = fitOf(
      pairs.filter((_, index) => index !== point),
      pictureError,
    );
    if (typeof fit === 'string' || fit.sigma > worstMisfit) return [];
    const put = project(fit.toPlane, pair.picture);
    return { point, sigma: fit.sigma, offM: put === undefined ? Number.POSITIVE_INFINITY : distance(put, pair.plane) };
  });
  const least = Math.min(...without.map(({ sigma }) => sigma));
  const suspects = without.filter(({ sigma }) => sigma <= clearlyBetter * least);
  const [worst] = suspects;
  if (worst === undefined) return undefined;
  if (suspects.length === 1) {
    return { ok: false, point: worst.point, problem: `is off by ${metresOf(worst.offM)} from where the others put it` };
  }
  // With five points each of them may be it; so with more where the others lie on a line.
  const each = suspects.map(({ point, offM }) => `point ${point + 1} by ${metresOf(offM)}`).join(', or ');
  return { ok: false, problem: `one point is off, and more points would tell which: ${each}` };
}

function metresOf(value: number): string {
  return Number.isFinite(value) ? `${value.toFixed(1)} m` : 'more than the ground reaches';
}

function percent(share: number): string {
  return `${(share * 100).toFixed(1)} %`;
}
