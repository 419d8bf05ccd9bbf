import { bottomCentre, type Point } from '../../../domain/geometry.ts';
import type { GroundMap } from '../../../domain/ground.ts';
import type { Track } from '../../../domain/track.ts';

/** Height of a grown person, metres: the measure where the camera is not calibrated. */
const personHeightM = 1.7;

/** How people are spread out: standard deviations along the axis on which they are most and across it, metres. */
export interface Spread {
  readonly alongM: number;
  readonly acrossM: number;
}

/**
 * How far people are spread out along and across their main axis. On the ground where the camera is calibrated; else on
 * the picture, by the mean height of their boxes. `aspect`: width of the picture by its height.
 */
export function spreadOf(people: readonly Track[], aspect: number, ground: GroundMap | undefined): Spread {
  const places = groundPlaces(people, ground) ?? picturePlaces(people, aspect);
  const [meanX, meanY] = [mean(places.map(([x]) => x)), mean(places.map(([, y]) => y))];
  const xx = mean(places.map(([x]) => (x - meanX) ** 2));
  const yy = mean(places.map(([, y]) => (y - meanY) ** 2));
  const xy = mean(places.map(([x, y]) => (x - meanX) * (y - meanY)));
  // Eigenvalues of the 2×2 covariance matrix.
  const middle = (xx + yy) / 2;
  const off = Math.hypot((xx - yy) / 2, xy);
  return { alongM: Math.sqrt(middle + off), acrossM: Math.sqrt(Math.max(0, middle - off)) };
}

/** Distance between two people, metres: over the ground where the camera is calibrated, else by the taller's height. */
export function metresApart(
  a: { readonly box: Track['box'] },
  b: { readonly box: Track['box'] },
  aspect: number,
  ground: GroundMap | undefined,
): number {
  const [from, to] = [bottomCentre(a.box), bottomCentre(b.box)];
  const measured = ground?.distance(from, to)?.metres;
  if (measured !== undefined) return measured;
  const height = Math.max(a.box[3] - a.box[1], b.box[3] - b.box[1]);
  return (Math.hypot((from[0] - to[0]) * aspect, from[1] - to[1]) / height) * personHeightM;
}

function groundPlaces(people: readonly Track[], ground: GroundMap | undefined): Point[] | undefined {
  if (ground === undefined) return undefined;
  const places = people.flatMap(({ box }) => {
    const place = ground.toGround(bottomCentre(box));
    return place === undefined ? [] : [[place.east, place.north] as const];
  });
  return places.length === people.length ? places : undefined;
}

function picturePlaces(people: readonly Track[], aspect: number): Point[] {
  const metresPerHeight = personHeightM / mean(people.map(({ box }) => box[3] - box[1]));
  return people.map(({ box }) => {
    const [x, y] = bottomCentre(box);
    return [x * aspect * metresPerHeight, y * metresPerHeight];
  });
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
