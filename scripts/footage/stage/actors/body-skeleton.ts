import { Euler, Matrix4 } from 'three';

/** Turn of a joint in radians about x, y and z; z first, then x, then y. Bodies face +x, their right side is +z. */
export type Turn = readonly [number, number, number];

/** One joint of a body that stands upright: where it lies, and which joint carries it. */
export interface Joint<Name extends string> {
  readonly name: Name;
  readonly carriedBy?: Name;
  /** In the upright body, metres; its first joint lies at the origin. */
  readonly at: readonly [number, number, number];
}

/** Joints, carriers before what they carry, and where each is once they are turned. */
export class Skeleton<Name extends string> {
  readonly joints: readonly Joint<Name>[];
  /** Of each joint, from the upright body to the turned one; the joint's own place is taken off already. */
  readonly matrices: readonly Matrix4[];
  readonly #numbers: ReadonlyMap<Name, number>;

  constructor(joints: readonly Joint<Name>[]) {
    this.joints = joints;
    this.matrices = joints.map(() => new Matrix4());
    this.#numbers = new Map(joints.map(({ name }, index) => [name, index]));
  }

  /** @throws RangeError for a joint the body does not have. */
  numberOf(name: Name): number {
    const number = this.#numbers.get(name);
    if (number === undefined) throw new RangeError(`no joint "${name}"`);
    return number;
  }

  turn(turns: Readonly<Partial<Record<Name, Turn>>>): void {
    const euler = new Euler();
    for (const [index, { name, carriedBy, at }] of this.joints.entries()) {
      const matrix = this.matrices[index];
      if (matrix === undefined) continue;
      const [x, y, z] = turns[name] ?? [0, 0, 0];
      matrix.makeRotationFromEuler(euler.set(x, y, z, 'YXZ'));
      const carrier = carriedBy === undefined ? undefined : this.numberOf(carriedBy);
      const base = carrier === undefined ? undefined : this.joints[carrier];
      const [baseX, baseY, baseZ] = base?.at ?? [0, 0, 0];
      matrix.setPosition(at[0] - baseX, at[1] - baseY, at[2] - baseZ);
      const carried = carrier === undefined ? undefined : this.matrices[carrier];
      if (carried !== undefined) matrix.premultiply(carried);
    }
  }
}
