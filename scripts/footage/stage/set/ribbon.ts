import { BufferGeometry, Float32BufferAttribute } from 'three';
import type { GroundPoint } from '../site.ts';

/** A strip of even width along a line of ground points, flat, looking up; u runs along it in metres, v is 0–1 across. */
export function ribbonGeometry(points: readonly GroundPoint[], widthM: number): BufferGeometry {
  const positions: number[] = [];
  const uvs: number[] = [];
  const normals: number[] = [];
  const index: number[] = [];
  let way = 0;
  for (const [number, point] of points.entries()) {
    const [before, after] = [points[number - 1] ?? point, points[number + 1] ?? point];
    if (number > 0) way += Math.hypot(point[0] - before[0], point[1] - before[1]);
    const [dx, dz] = [after[0] - before[0], after[1] - before[1]];
    const length = Math.hypot(dx, dz) || 1;
    const [sideX, sideZ] = [((dz / length) * widthM) / 2, ((-dx / length) * widthM) / 2];
    positions.push(point[0] + sideX, 0, point[1] + sideZ, point[0] - sideX, 0, point[1] - sideZ);
    uvs.push(way, 0, way, 1);
    normals.push(0, 1, 0, 0, 1, 0);
    const first = number * 2;
    if (number < points.length - 1) index.push(first, first + 1, first + 2, first + 1, first + 3, first + 2);
  }
  const geometry = new BufferGeometry();
  geometry.setAttribute('position', new Float32BufferAttribute(positions, 3));
  geometry.setAttribute('normal', new Float32BufferAttribute(normals, 3));
  geometry.setAttribute('uv', new Float32BufferAttribute(uvs, 2));
  geometry.setIndex(index);
  return geometry;
}
