import { type PerspectiveCamera, Vector3 } from 'three';

/** Ground farther away than this needs no shadows, metres. */
const farthestM = 55;

/** Where the corners and the middle of the picture meet the ground, at most 55 m away. */
export function seenGround(camera: PerspectiveCamera): readonly Vector3[] {
  camera.updateMatrixWorld(true);
  const corners = [
    [-1, -1],
    [1, -1],
    [-1, 1],
    [1, 1],
    [0, 0],
  ] as const;
  return corners.map(([x, y]) => {
    const way = new Vector3(x, y, 0.5).unproject(camera).sub(camera.position).normalize();
    const toGround = way.y < 0 ? -camera.position.y / way.y : farthestM;
    const spot = camera.position.clone().addScaledVector(way, Math.min(toGround, farthestM));
    return spot.setY(0);
  });
}

/** A round piece of ground that holds all the points, as the sun's shadow map has to cover it. */
export function shadowFrame(
  ground: readonly Vector3[],
  toSun: Vector3,
): { readonly middle: Vector3; readonly radiusM: number; readonly awayM: number } {
  const xs = ground.map(({ x }) => x);
  const zs = ground.map(({ z }) => z);
  const middle = new Vector3((Math.min(...xs) + Math.max(...xs)) / 2, 0, (Math.min(...zs) + Math.max(...zs)) / 2);
  const radiusM = Math.max(6, ...ground.map((point) => point.distanceTo(middle)));
  // High enough for houses that stand towards a low sun.
  return { middle, radiusM, awayM: radiusM + 30 + 20 * (1 - toSun.y) };
}
