import { type BufferGeometry, Vector3 } from 'three';

/** Corners of a geometry's triangles. */
function* triangles(geometry: BufferGeometry): Iterable<readonly [Vector3, Vector3, Vector3]> {
  const positions = geometry.getAttribute('position');
  const index = geometry.getIndex();
  const count = index?.count ?? positions.count;
  const corner = (at: number) => new Vector3().fromBufferAttribute(positions, index?.getX(at) ?? at);
  for (let at = 0; at < count; at += 3) yield [corner(at), corner(at + 1), corner(at + 2)];
}

function crossOf([one, two, three]: readonly [Vector3, Vector3, Vector3]): Vector3 {
  return two.clone().sub(one).cross(three.clone().sub(one));
}

/** Of all triangles together, square metres. */
export function areaOf(geometry: BufferGeometry): number {
  let area = 0;
  for (const triangle of triangles(geometry)) area += crossOf(triangle).length() / 2;
  return area;
}

/** Whether no triangle looks down (degenerate ones look nowhere). */
export function facesUp(geometry: BufferGeometry): boolean {
  for (const triangle of triangles(geometry)) if (crossOf(triangle).y < -1e-9) return false;
  return true;
}

/** From the least to the greatest. */
export function spanOf(geometry: BufferGeometry, axis: 'x' | 'y' | 'z'): number {
  geometry.computeBoundingBox();
  const box = geometry.boundingBox;
  return box === null ? 0 : box.max[axis] - box.min[axis];
}
