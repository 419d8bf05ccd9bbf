import { Box3, type Mesh, type Object3D, Vector3 } from 'three';
import { type Actor, type Moment, type Pose, poseChangeS } from '../../../scripts/footage/stage/actor.ts';
import { meshesOf } from '../../../scripts/footage/stage/labels.ts';

/** Somebody who stands since long ago, but for what is told. */
export function momentOf(told: Partial<Moment> & { pose?: Pose } = {}): Moment {
  const pose = told.pose ?? 'stand';
  return { timeS: 3, wayM: 0, speedMps: 0, before: pose, sinceChangeS: poseChangeS * 2, ...told, pose };
}

/** What of an actor counts as there, after it has moved. */
export function solidsOf(object: Object3D, without: readonly Object3D[] = []): Mesh[] {
  return meshesOf(object, without).filter(({ userData }) => userData['mask'] !== 'none');
}

/** The space an actor fills at a moment, metres; what rides it left out where it is apart. */
export function spaceOf(actor: Actor, moment: Moment = momentOf()): Box3 {
  actor.move?.(moment);
  actor.object.updateMatrixWorld(true);
  const apart = (actor.parts ?? []).filter((part) => part.apart === true).map(({ object }) => object);
  return boxOf(solidsOf(actor.object, apart));
}

/** Round every corner of some meshes, in the world. */
export function boxOf(meshes: readonly Mesh[]): Box3 {
  const box = new Box3();
  const corner = new Vector3();
  for (const mesh of meshes) {
    const positions = mesh.geometry.getAttribute('position');
    for (let index = 0; index < positions.count; index += 1) {
      box.expandByPoint(corner.fromBufferAttribute(positions, index).applyMatrix4(mesh.matrixWorld));
    }
  }
  return box;
}

/** Triangles of all its meshes. */
export function trianglesOf(object: Object3D): number {
  return meshesOf(object).reduce((sum, { geometry }) => {
    return sum + (geometry.getIndex()?.count ?? geometry.getAttribute('position').count) / 3;
  }, 0);
}

/** All corners, so that two actors can be told apart. */
export function cornersOf(object: Object3D): number[] {
  return meshesOf(object).flatMap(({ geometry }) => Array.from(geometry.getAttribute('position').array));
}
