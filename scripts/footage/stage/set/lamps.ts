import { type Object3D, Vector3 } from 'three';

/** Where lamps hang that light the middle of what is seen: the nearest first; made up where the set has too few. */
export function lampsNear(stage: Object3D, ground: readonly Vector3[], count: number): readonly Vector3[] {
  const middle = ground.reduce((sum, point) => sum.addScaledVector(point, 1 / ground.length), new Vector3());
  const found: Vector3[] = [];
  stage.updateMatrixWorld(true);
  stage.traverseVisible((object) => {
    if (object.userData['lamp'] === true)
      found.push(new Vector3().setFromMatrixPosition(object.matrixWorld).add(new Vector3(0, -0.2, 0)));
  });
  const wanted = found
    .sort((one, other) => one.distanceToSquared(middle) - other.distanceToSquared(middle))
    .slice(0, count);
  for (let index = wanted.length; index < count; index += 1) {
    const way = index * 2.4;
    wanted.push(new Vector3(middle.x + Math.cos(way) * 9 * index, 7, middle.z + Math.sin(way) * 9 * index));
  }
  return wanted;
}
