import { Group } from 'three';
import type { Actor } from '../actor.ts';
import type { Random } from '../random.ts';
import { PaintedShape, sizeOf } from './painted-shape.ts';
import { addClothesRail, addCrate, addHeap, addSmallWares, clothColour } from './wares.ts';

/** Goods laid out on the ground: crates of fruit, wares on a cloth, baskets in heaps or a clothes rail. */
export function createGoods(random: Random): Actor {
  const shape = new PaintedShape();
  const kind = random.pick(['crates', 'crates', 'cloth', 'heaps', 'rail'] as const);
  if (kind === 'crates') addCrates(random, shape);
  else if (kind === 'rail') addRails(random, shape);
  else addCloth(random, shape, kind === 'heaps');
  const object = new Group().add(shape.mesh());
  return { object, class: 'goods', size: sizeOf(object) };
}

function addCrates(random: Random, shape: PaintedShape): void {
  const [columns, rows] = [random.whole(2, 4), random.whole(1, 2)];
  for (let index = 0; index < columns * rows; index += 1) {
    const at = [(Math.floor(index / columns) - (rows - 1) / 2) * 0.56, (index % columns) - (columns - 1) / 2] as const;
    const stands = random.chance(0.35) ? 0.24 : 0;
    if (stands > 0) shape.box([0.5, stands, 0.36], [at[0], stands / 2, at[1] * 0.42], 0xa87f50);
    addCrate(random, shape, [at[0], stands, at[1] * 0.42], random.between(-0.1, 0.1));
  }
}

function addCloth(random: Random, shape: PaintedShape, isHeaps: boolean): void {
  const [lengthM, widthM] = [random.between(0.9, 1.4), random.between(1.2, 2)];
  shape.box([lengthM, 0.02, widthM], [0, 0.012, 0], clothColour(random), [0, random.between(-0.1, 0.1), 0]);
  if (!isHeaps) {
    addSmallWares(random, shape, [0, 0.02, 0], lengthM - 0.1, widthM - 0.1);
    return;
  }
  const rows = Math.max(2, Math.round(widthM / 0.5));
  for (let heap = 0; heap < rows * 2; heap += 1) {
    const at = [
      ((heap % 2) - 0.5) * lengthM * 0.5,
      0.04,
      (Math.floor(heap / 2) - (rows - 1) / 2) * (widthM / rows),
    ] as const;
    addHeap(random, shape, at, [random.between(0.14, 0.22), random.between(0.14, 0.3), random.between(0.14, 0.22)]);
  }
}

function addRails(random: Random, shape: PaintedShape): void {
  const lengthM = random.between(1.1, 1.8);
  addClothesRail(random, shape, [0, 0, 0], lengthM);
  if (random.chance(0.4)) addClothesRail(random, shape, [0, 0, 0.8], lengthM);
}
