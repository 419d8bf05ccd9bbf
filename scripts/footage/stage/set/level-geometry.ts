import { type BufferGeometry, Float32BufferAttribute, Shape, ShapeGeometry, Vector2 } from 'three';
import type { GroundPoint } from '../site.ts';

/** A flat polygon that looks up, its texture turned by `turn` radians and `tileM` metres a repeat. */
export function levelGeometry(points: readonly GroundPoint[], tileM: number, turn = 0): BufferGeometry {
  const geometry = new ShapeGeometry(new Shape(points.map(([x, z]) => new Vector2(x, -z))));
  geometry.rotateX(-Math.PI / 2);
  const positions = geometry.getAttribute('position');
  const [cos, sin] = [Math.cos(turn) / tileM, Math.sin(turn) / tileM];
  const uvs: number[] = [];
  for (let index = 0; index < positions.count; index += 1) {
    const [x, z] = [positions.getX(index), positions.getZ(index)];
    uvs.push(x * cos + z * sin, z * cos - x * sin);
  }
  geometry.setAttribute('uv', new Float32BufferAttribute(uvs, 2));
  return geometry;
}
