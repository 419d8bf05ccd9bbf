import { BufferGeometry, Float32BufferAttribute } from 'three';
import type { GroundPoint } from '../site.ts';

/** A fan from the middle to a ring to the shore; v runs from 1 (middle) to 0 (shore), because canvases are upside down. */
export function poolGeometry(outline: readonly GroundPoint[]): BufferGeometry {
  const rings = [0, 0.7, 1] as const;
  const positions: number[] = [];
  const uvs: number[] = [];
  const normals: number[] = [];
  const index: number[] = [];
  const count = outline.length;
  for (const [ring, share] of rings.entries()) {
    for (const [number, [x, z]] of outline.entries()) {
      positions.push(x * share, 0, z * share);
      uvs.push(number / count, 1 - share);
      normals.push(0, 1, 0);
      if (ring === 0) continue;
      const [at, next] = [ring * count + number, ring * count + ((number + 1) % count)];
      index.push(at - count, next, at, at - count, next - count, next);
    }
  }
  const geometry = new BufferGeometry();
  geometry.setAttribute('position', new Float32BufferAttribute(positions, 3));
  geometry.setAttribute('normal', new Float32BufferAttribute(normals, 3));
  geometry.setAttribute('uv', new Float32BufferAttribute(uvs, 2));
  geometry.setIndex(index);
  return geometry;
}
