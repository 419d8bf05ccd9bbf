import { PerspectiveCamera, Vector3 } from 'three';
import { insidePolygon } from '../../../src/domain/geometry.ts';
import type { Random } from './random.ts';
import type { CameraPose, Ground, GroundUse } from './site.ts';

/** A place on the ground that the camera sees, or nearly. */
export interface Spot {
  readonly x: number;
  readonly z: number;
  readonly ground: Ground;
  /** Pixels a metre takes up there in a picture of 360 rows. */
  readonly pixelsPerMetre: number;
}

const rows = 360;
const aspect = 16 / 9;

/** Farther away nothing is worth drawing, metres. */
const farthestM = 80;

/** Rays tried before a kind of ground counts as not to be had. */
const mostTries = 60;

/**
 * Finds spots evenly over the picture, not over the ground: else nearly all of them would be far away. Some lie just
 * outside, so that things are cut by the picture's edge.
 */
export class SpotFinder {
  readonly #camera: PerspectiveCamera;
  readonly #grounds: readonly Ground[];

  constructor({ position, target, fovDeg }: CameraPose, grounds: readonly Ground[]) {
    this.#camera = new PerspectiveCamera(fovDeg, aspect, 0.1, 400);
    this.#camera.position.set(...position);
    this.#camera.lookAt(...target);
    this.#camera.updateMatrixWorld(true);
    this.#grounds = grounds;
  }

  /** A spot on a ground of one of these uses; undefined where hardly any is in view. */
  find(random: Random, uses: readonly GroundUse[]): Spot | undefined {
    const grounds = this.#grounds.filter(({ use }) => uses.includes(use));
    if (grounds.length === 0) return undefined;
    for (let tried = 0; tried < mostTries; tried += 1) {
      const toward = this.#ray(random.between(-0.04, 1.04), random.between(0.02, 1.15));
      const hits = grounds.flatMap((ground) => this.#hit(toward, ground) ?? []);
      if (hits.length > 0) return random.pick(hits);
    }
    return undefined;
  }

  /** Direction through a point of the picture, 0–1 from the upper left. */
  #ray(x: number, y: number): Vector3 {
    return new Vector3(x * 2 - 1, 1 - y * 2, 0.5).unproject(this.#camera).sub(this.#camera.position).normalize();
  }

  #hit(toward: Vector3, ground: Ground): Spot | undefined {
    const eye = this.#camera.position;
    const lengthM = ((ground.y ?? 0) - eye.y) / toward.y;
    if (!(lengthM > 0 && lengthM < farthestM)) return undefined;
    const [x, z] = [eye.x + toward.x * lengthM, eye.z + toward.z * lengthM];
    if (!insidePolygon([x, z], ground.points)) return undefined;
    const depthM = toward.clone().multiplyScalar(lengthM).dot(this.#camera.getWorldDirection(new Vector3()));
    const pixelsPerMetre = rows / (2 * Math.tan((this.#camera.fov * Math.PI) / 360) * depthM);
    return { x, z, ground, pixelsPerMetre };
  }
}
