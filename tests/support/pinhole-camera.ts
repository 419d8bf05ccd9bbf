import type { Point } from '../../src/domain/geometry.ts';

/** A pinhole camera above flat ground: what it shows is known exactly. */
export class PinholeCamera {
  readonly #heightM: number;
  readonly #tilt: number;
  readonly #heading: number;
  /** Focal length in widths and in heights of the picture. */
  readonly #focal: Point;

  /** `tiltDegrees`: of its axis below the horizontal; `headingDegrees`: clockwise from north; `fieldOfView`: across. */
  constructor({ heightM = 6, tiltDegrees = 30, headingDegrees = 0, fieldOfViewDegrees = 70, aspect = 16 / 9 } = {}) {
    this.#heightM = heightM;
    this.#tilt = (tiltDegrees * Math.PI) / 180;
    this.#heading = (headingDegrees * Math.PI) / 180;
    const focal = 0.5 / Math.tan((fieldOfViewDegrees * Math.PI) / 360);
    this.#focal = [focal, focal * aspect];
  }

  /** Metres east and north of the camera's foot → normalised picture coordinates, perhaps outside the picture. */
  picture([east, north]: Point): Point {
    const [sin, cos] = [Math.sin(this.#heading), Math.cos(this.#heading)];
    const right = east * cos - north * sin;
    const ahead = east * sin + north * cos;
    const depth = ahead * Math.cos(this.#tilt) + this.#heightM * Math.sin(this.#tilt);
    const down = this.#heightM * Math.cos(this.#tilt) - ahead * Math.sin(this.#tilt);
    return [0.5 + (this.#focal[0] * right) / depth, 0.5 + (this.#focal[1] * down) / depth];
  }

  /** The ground a point of the picture shows, which must lie below the horizon. */
  ground([x, y]: Point): Point {
    const [u, v] = [(x - 0.5) / this.#focal[0], (y - 0.5) / this.#focal[1]];
    const fall = Math.sin(this.#tilt) + v * Math.cos(this.#tilt);
    const ahead = (this.#heightM * (Math.cos(this.#tilt) - v * Math.sin(this.#tilt))) / fall;
    const right = (this.#heightM * u) / fall;
    const [sin, cos] = [Math.sin(this.#heading), Math.cos(this.#heading)];
    return [right * cos + ahead * sin, ahead * cos - right * sin];
  }

  /** Where the horizon runs, from the top of the picture. */
  get horizon(): number {
    return 0.5 - this.#focal[1] * Math.tan(this.#tilt);
  }
}

/** Normally distributed numbers of mean 0 and deviation 1, the same for the same seed. */
export function normalNumbers(seed: number): () => number {
  let state = seed >>> 0;
  const uniform = () => {
    // mulberry32
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  return () => Math.sqrt(-2 * Math.log(1 - uniform())) * Math.cos(2 * Math.PI * uniform());
}
