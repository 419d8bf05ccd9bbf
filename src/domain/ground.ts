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
