import type { Color } from 'three';
import type { Random } from '../random.ts';
import type { PaintedShape } from './painted-shape.ts';
import { lump, mottled } from './rough-shapes.ts';
import { nearby, oneOf } from './vehicle-paint.ts';

/** Colours of fruit and vegetables. */
const produce = [0xd8781c, 0xc02a20, 0xe0c030, 0x5f9f3a, 0x2f6f2f, 0xb8d060, 0x6a2f5a, 0xe8a060, 0xd8d0a0] as const;
/** Colours of clothes, toys and packets. */
const things = [
  0xc8281f, 0x2a5fa8, 0x2f8f4f, 0xe0b020, 0x202328, 0xe8e8e4, 0xd06a90, 0x6a4f90, 0x8a6a44, 0x4a8fa8,
] as const;

/** A place on a table or on the ground, metres. */
export type WarePlace = readonly [x: number, y: number, z: number];

/** A crate filled with fruit. */
export function addCrate(random: Random, shape: PaintedShape, [x, y, z]: WarePlace, turn = 0): void {
  const [lengthM, heightM, widthM] = [0.52, random.between(0.16, 0.26), 0.36];
  const wood = oneOf(random, [0xb89060, 0xa87f50, 0x2f7fb0, 0x3f8f5a, 0xd8d8d4, 0x30343a]);
  shape.box([lengthM, heightM, widthM], [x, y + heightM / 2, z], wood, [0, turn, 0]);
  addHeap(random, shape, [x, y + heightM, z], [lengthM * 0.44, 0.12, widthM * 0.44], turn);
}

/** A heap of one sort of fruit; half its length, height and width. */
export function addHeap(
  random: Random,
  shape: PaintedShape,
  at: WarePlace,
  half: readonly [number, number, number],
  turn = 0,
): void {
  const fruit = nearby(random, random.pick(produce));
  const heap = lump(random, { detail: half[1] > 0.13 ? 2 : 1, rough: 0.14 });
  const positions = heap.getAttribute('position');
  // What is below the table would look out under it.
  for (let corner = 0; corner < positions.count; corner += 1)
    positions.setY(corner, Math.max(-0.1, positions.getY(corner)));
  shape.add(mottled(random, heap, fruit, { spread: 0.4 }), 0, { at, scale: half, turn: [0, turn, 0] });
}

/** A few packets, shoes or toys in rows. */
export function addSmallWares(
  random: Random,
  shape: PaintedShape,
  [x, y, z]: WarePlace,
  lengthM: number,
  widthM: number,
): void {
  const stepM = random.between(0.2, 0.3);
  const [columns, rows] = [Math.floor(lengthM / stepM), Math.floor(widthM / stepM)];
  const palette = Array.from({ length: 4 }, () => oneOf(random, things));
  for (let index = 0; index < columns * rows; index += 1) {
    if (random.chance(0.15)) continue;
    const [column, row] = [index % columns, Math.floor(index / columns)];
    const heightM = random.between(0.05, 0.18);
    const place = [
      x + (column - (columns - 1) / 2) * stepM,
      y + heightM / 2,
      z + (row - (rows - 1) / 2) * stepM,
    ] as const;
    shape.box([stepM * 0.75, heightM, stepM * 0.6], place, random.pick(palette), [0, random.between(-0.3, 0.3), 0]);
  }
}

/** A rail with clothes on it, along x. */
export function addClothesRail(random: Random, shape: PaintedShape, [x, y, z]: WarePlace, lengthM: number): void {
  const [topM, steel] = [random.between(1.4, 1.65), 0xb0b4b8];
  for (const end of [-1, 1]) {
    shape.bar([x + (end * lengthM) / 2, y, z], [x + (end * lengthM) / 2, y + topM, z], 0.022, steel);
    shape.box([0.05, 0.04, 0.6], [x + (end * lengthM) / 2, y + 0.03, z], steel);
  }
  shape.bar([x - lengthM / 2, y + topM, z], [x + lengthM / 2, y + topM, z], 0.02, steel);
  const garments = Math.round(lengthM / 0.13);
  for (let garment = 0; garment < garments; garment += 1) {
    if (random.chance(0.1)) continue;
    const dropM = random.between(0.55, 1.05);
    const at = [x + (garment - (garments - 1) / 2) * 0.13, y + topM - dropM / 2 - 0.04, z] as const;
    shape.box([0.07, dropM, random.between(0.36, 0.5)], at, oneOf(random, things), [0, random.between(-0.25, 0.25), 0]);
  }
}

/** Colour of a cloth, a sign or a canopy. */
export function clothColour(random: Random): Color {
  return oneOf(random, things);
}
