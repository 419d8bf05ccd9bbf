import type { Color } from 'three';
import type { Random } from '../random.ts';
import type { PaintedShape } from './painted-shape.ts';
import { lump, mottled } from './rough-shapes.ts';
import { oneOf } from './vehicle-paint.ts';

/** A loading space behind a cab; metres. */
export interface LoadingSpace {
  readonly frontX: number;
  readonly rearX: number;
  readonly widthM: number;
  readonly floorM: number;
}

/** A closed box; gives the height of its roof. */
export function addVanBody(
  random: Random,
  shape: PaintedShape,
  { frontX, rearX, widthM, floorM }: LoadingSpace,
): number {
  const [lengthM, heightM, middle] = [frontX - rearX, random.between(1.9, 2.3), (frontX + rearX) / 2];
  const paint = oneOf(random, [0xe6e8e8, 0xe6e8e8, 0xc8ccd0, 0x2f6fb0, 0xd0722a, 0x3f8f5a]);
  const stripe = oneOf(random, [0x2f6fb0, 0xc02a20, 0x2f8f4f, 0xe0a020, 0x555a60]);
  shape.box([lengthM, heightM, widthM], [middle, floorM + heightM / 2, 0], paint);
  for (const side of [-1, 1]) {
    const z = side * (widthM / 2 + 0.012);
    const letters = random.whole(0, 5);
    for (let letter = 0; letter < letters; letter += 1)
      shape.box([0.4, 0.5, 0.02], [middle + (letter - letters / 2) * 0.6, floorM + heightM * 0.62, z], stripe);
    if (random.chance(0.6)) shape.box([lengthM, 0.22, 0.02], [middle, floorM + heightM * 0.25, z], stripe);
    shape.box([lengthM, 0.08, 0.04], [middle, floorM + 0.05, z], 0x777b80);
  }
  shape.box([0.03, heightM * 0.92, 0.05], [rearX - 0.01, floorM + heightM / 2, 0], 0x55585c);
  for (const side of [-1, 1])
    shape.box([0.04, heightM * 0.9, 0.04], [rearX - 0.02, floorM + heightM / 2, side * widthM * 0.25], 0x8a8e92);
  return floorM + heightM;
}

/** A low-sided platform, laden or not; gives the height of what is on it. */
export function addLoadingPlatform(
  random: Random,
  shape: PaintedShape,
  space: LoadingSpace,
  { paint, isEmpty }: { paint: Color; isEmpty: boolean },
): number {
  const { frontX, rearX, widthM, floorM } = space;
  const [lengthM, middle] = [frontX - rearX, (frontX + rearX) / 2];
  shape.box([lengthM, 0.1, widthM], [middle, floorM, 0], 0x4a4038);
  for (const side of [-1, 1])
    shape.box([lengthM, 0.38, 0.05], [middle, floorM + 0.22, side * (widthM / 2 - 0.02)], paint);
  shape.box([0.05, 0.38, widthM], [rearX + 0.02, floorM + 0.22, 0], paint);
  shape.box([0.06, 1.1, widthM - 0.1], [frontX - 0.03, floorM + 0.5, 0], paint.clone().multiplyScalar(0.6));
  if (isEmpty) return floorM + 1.05;
  return floorM + addCargo(random, shape, { ...space, floorM: floorM + 0.06 });
}

/** Cartons, crates, sacks, pipes or nothing; gives its height. */
export function addCargo(random: Random, shape: PaintedShape, space: LoadingSpace): number {
  const { frontX, rearX, widthM, floorM } = space;
  const [lengthM, middle] = [frontX - rearX, (frontX + rearX) / 2];
  const kind = random.pick(['cartons', 'cartons', 'sacks', 'pipes', 'nothing'] as const);
  if (kind === 'nothing') return 0.4;
  if (kind === 'pipes') {
    const colour = oneOf(random, [0x8a8e92, 0xd8d8d0, 0xc86a2a, 0x2a2b2d]);
    for (let pipe = 0; pipe < 9; pipe += 1) {
      const [y, z] = [floorM + 0.12 + Math.floor(pipe / 3) * 0.2, ((pipe % 3) - 1) * widthM * 0.24];
      shape.bar([rearX - 0.15, y, z], [frontX - 0.1, y, z], 0.1, colour);
    }
    return 0.75;
  }
  const [columns, rows] = [Math.max(1, Math.round(lengthM / 0.62)), Math.max(1, Math.round(widthM / 0.6))];
  const [stepX, stepZ] = [lengthM / columns, (widthM - 0.1) / rows];
  let topM = 0.4;
  for (let index = 0; index < columns * rows; index += 1) {
    const x = middle + ((index % columns) - (columns - 1) / 2) * stepX;
    const z = (Math.floor(index / columns) - (rows - 1) / 2) * stepZ;
    const heightM = random.pick([0, 0.35, 0.45, 0.55, 0.85]);
    if (heightM === 0) continue;
    topM = Math.max(topM, heightM);
    if (kind === 'cartons') {
      const colour = oneOf(random, [0xb08a5a, 0xa87f50, 0xc09a6a, 0x8a9098, 0x2f6fb0]);
      shape.box([stepX * 0.92, heightM, stepZ * 0.92], [x, floorM + heightM / 2, z], colour, [
        0,
        random.between(-0.1, 0.1),
        0,
      ]);
    } else {
      const sack = mottled(random, lump(random, { detail: 1 }), oneOf(random, [0xd8d4c8, 0xc8b890, 0x5f8f6f]), {
        spread: 0.08,
      });
      shape.add(sack, 0, { at: [x, floorM + 0.2, z], scale: [stepX * 0.6, heightM * 0.55, stepZ * 0.6] });
    }
  }
  return topM;
}
