import { Vector3 } from 'three';
import type { Random } from '../random.ts';
import type { PaintedShape } from './painted-shape.ts';
import { lump, mottled } from './rough-shapes.ts';
import { oneOf } from './vehicle-paint.ts';

/** Garbage bags are black most; then white, blue, green, yellow and pink carrier bags. */
const bagColours = [
  0x1c1d20, 0x1c1d20, 0x1c1d20, 0x232529, 0xd8d8d4, 0xe4e2da, 0x2a5fa8, 0x2f7f4a, 0xd8b83a, 0xc86a7a,
] as const;
const litterColours = [0xe8e6de, 0xd8d4c8, 0xb08a5a, 0xc02a20, 0x2a6fb0, 0xe0c020, 0x4a9f5a] as const;

/** A crumpled bag, tied at the top, its foot at a point; gives its height. */
export function addBag(
  random: Random,
  shape: PaintedShape,
  at: readonly [number, number, number],
  radiusM: number,
): number {
  const colour = oneOf(random, bagColours);
  const bag = lump(random, { detail: 2, rough: 0.3 });
  const positions = bag.getAttribute('position');
  const corner = new Vector3();
  for (let index = 0; index < positions.count; index += 1) {
    corner.fromBufferAttribute(positions, index);
    // Heavy below, drawn together above, flat where it stands.
    const draw = corner.y > 0.2 ? 1 - 0.45 * (corner.y - 0.2) : 1;
    positions.setXYZ(index, corner.x * draw, Math.max(corner.y, -0.72), corner.z * draw);
  }
  bag.computeVertexNormals();
  const riseM = radiusM * random.between(0.75, 1.1);
  const [x, y, z] = at;
  const turn = [random.between(-0.2, 0.2), random.between(0, Math.PI * 2), random.between(-0.2, 0.2)] as const;
  shape.add(mottled(random, bag, colour, { spread: 0.14 }), 0, {
    at: [x, y + riseM * 0.7, z],
    scale: [radiusM, riseM, radiusM * random.between(0.75, 1)],
    turn,
  });
  const topM = y + riseM * 1.6;
  shape.bar([x, topM - 0.06, z], [x + random.between(-0.06, 0.06), topM + 0.1, z], 0.03, colour, {
    sides: 5,
    endRadiusM: 0.08,
  });
  return topM + 0.1;
}

/** Paper, cups and wrappers on the ground round a point. */
export function addLitter(
  random: Random,
  shape: PaintedShape,
  [x, y, z]: readonly [number, number, number],
  pieces: number,
  { leastM = 0.3, mostM = 0.9 } = {},
): void {
  for (let piece = 0; piece < pieces; piece += 1) {
    const [angle, awayM] = [random.between(0, Math.PI * 2), random.between(leastM, mostM)];
    const sizes = [random.between(0.06, 0.2), random.between(0.015, 0.07), random.between(0.05, 0.16)] as const;
    const at = [x + Math.cos(angle) * awayM, y + sizes[1] / 2, z + Math.sin(angle) * awayM] as const;
    shape.box(sizes, at, oneOf(random, litterColours), [0, random.between(0, Math.PI), random.between(-0.1, 0.1)]);
  }
}

/** A carton thrown away: squashed, or flat. */
export function addCarton(random: Random, shape: PaintedShape, [x, y, z]: readonly [number, number, number]): void {
  const sizes = [random.between(0.3, 0.55), random.between(0.06, 0.3), random.between(0.25, 0.45)] as const;
  const turn = [random.between(-0.15, 0.15), random.between(0, Math.PI), random.between(-0.25, 0.25)] as const;
  shape.box(sizes, [x, y + sizes[1] / 2, z], oneOf(random, [0xb08a5a, 0xa07848, 0xc0a070]), turn);
}
