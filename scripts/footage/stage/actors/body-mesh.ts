import { type BufferGeometry, Mesh, MeshLambertMaterial, Sphere, Vector3 } from 'three';
import type { BodyShape } from './body-shape.ts';
import type { Skeleton, Turn } from './body-skeleton.ts';

/** Colours come with the corners, so one material serves every body. */
const flesh = new MeshLambertMaterial({ vertexColors: true });

/** Reach of a body round its origin, metres: nothing of it is left undrawn nearer than that. */
const reachM = 3;

/** Towards the middle, of what is drawn up. */
const drawnIn = 0.5;

/**
 * A body in one mesh whose corners follow its joints. They are moved here and not by the graphics driver, so that its
 * outline and its lowest point are known.
 */
export class BodyMesh<Name extends string> {
  readonly mesh: Mesh<BufferGeometry>;
  readonly skeleton: Skeleton<Name>;
  readonly #upright: Float32Array;
  readonly #normals: Float32Array;
  readonly #bound: readonly (readonly [first: number, second: number, share: number])[];

  constructor(shape: BodyShape<Name>, skeleton: Skeleton<Name>) {
    const geometry = shape.geometry();
    this.skeleton = skeleton;
    this.mesh = new Mesh(geometry, flesh);
    this.mesh.castShadow = true;
    this.mesh.receiveShadow = true;
    geometry.boundingSphere = new Sphere(new Vector3(), reachM);
    this.#upright = Float32Array.from(geometry.getAttribute('position').array);
    this.#normals = Float32Array.from(geometry.getAttribute('normal').array);
    this.#bound = shape.joints.map(({ first, second, share }) => [
      skeleton.numberOf(first),
      skeleton.numberOf(second),
      share,
    ]);
  }

  /**
   * Turns the joints; gives the height of its lowest point against the first joint, metres. What is lower than `floorY`
   * is drawn up to it and in.
   */
  turn(turns: Readonly<Partial<Record<Name, Turn>>>, floorY = Number.NEGATIVE_INFINITY): number {
    this.skeleton.turn(turns);
    const { position, normal } = this.mesh.geometry.attributes;
    if (position === undefined || normal === undefined) return 0;
    let lowest = Number.POSITIVE_INFINITY;
    const [point, direction, other] = [new Vector3(), new Vector3(), new Vector3()];
    for (const [corner, [first, second, share]] of this.#bound.entries()) {
      this.#follow(corner, first, point, direction);
      if (share > 0) {
        const before = direction.clone();
        point.lerp(this.#follow(corner, second, other, direction), share);
        direction.lerp(before, 1 - share);
      }
      if (point.y < floorY) point.set(point.x * drawnIn, floorY, point.z * drawnIn);
      position.setXYZ(corner, point.x, point.y, point.z);
      normal.setXYZ(corner, direction.x, direction.y, direction.z);
      lowest = Math.min(lowest, point.y);
    }
    position.needsUpdate = true;
    normal.needsUpdate = true;
    return lowest;
  }

  #follow(corner: number, joint: number, point: Vector3, direction: Vector3): Vector3 {
    const matrix = this.skeleton.matrices[joint];
    const [x, y, z] = this.skeleton.joints[joint]?.at ?? [0, 0, 0];
    if (matrix === undefined) return point;
    direction.fromArray(this.#normals, corner * 3).transformDirection(matrix);
    point.fromArray(this.#upright, corner * 3);
    return point.set(point.x - x, point.y - y, point.z - z).applyMatrix4(matrix);
  }
}
