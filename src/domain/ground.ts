import type { Point } from './geometry.ts';

/** A place on the ground near a camera: metres east and north of it, and how far off that may be. */
export interface GroundPoint {
  readonly east: number;
  readonly north: number;
  /** Radius within which it lies, metres. */
  readonly errorM: number;
}

/** WGS-84 degrees, and how far off that may be. */
export interface GroundPosition {
  readonly lat: number;
  readonly lon: number;
  readonly errorM: number;
}

/** A speed over the ground. */
export interface GroundSpeed {
  readonly mps: number;
  readonly errorMps: number;
}

/** The ground as a calibrated camera sees it. Undefined where a point shows no ground (at or above the horizon). */
export interface GroundMap {
  /** `anchor`: where something touches the ground, normalised picture coordinates. */
  toGround(anchor: Point): GroundPoint | undefined;
  toPosition(anchor: Point): GroundPosition | undefined;
  /** Back into the picture. */
  toPicture(east: number, north: number): Point | undefined;
  /** Distance over the ground, metres, with its error. */
  distance(a: Point, b: Point): { readonly metres: number; readonly errorM: number } | undefined;
  /** Of an anchor that moves by `velocity` (normalised units a second). */
  speed(anchor: Point, velocity: Point): GroundSpeed | undefined;
}

/** A place, WGS-84 degrees. */
export interface Place {
  readonly lat: number;
  readonly lon: number;
}

/** Half the longer axis of the WGS-84 ellipsoid, metres, and its first eccentricity squared (NIMA TR8350.2, §3). */
const semiMajorAxis = 6_378_137;
const eccentricitySquared = 6.694_379_990_14e-3;
const radians = Math.PI / 180;

/** Metres to a degree of latitude and of longitude there: the ellipsoid's radii of curvature. */
function metresPerDegree(lat: number): { readonly lat: number; readonly lon: number } {
  const bend = 1 - eccentricitySquared * Math.sin(lat * radians) ** 2;
  const acrossMeridian = semiMajorAxis / Math.sqrt(bend);
  const alongMeridian = (acrossMeridian * (1 - eccentricitySquared)) / bend;
  return { lat: alongMeridian * radians, lon: acrossMeridian * Math.cos(lat * radians) * radians };
}

/** Metres east and north from one place to another on the plane that touches the ellipsoid there; exact to 1 cm in 2 km. */
export function offsetOf(from: Place, to: Place): Point {
  const { lat, lon } = metresPerDegree((from.lat + to.lat) / 2);
  return [(to.lon - from.lon) * lon, (to.lat - from.lat) * lat];
}

/** The place that lies so many metres east and north of another. */
export function placeAt(from: Place, [east, north]: Point): Place {
  const guess = from.lat + north / metresPerDegree(from.lat).lat;
  const { lat, lon } = metresPerDegree((from.lat + guess) / 2);
  return { lat: from.lat + north / lat, lon: from.lon + east / lon };
}
