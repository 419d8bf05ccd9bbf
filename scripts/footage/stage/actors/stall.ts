import { type Color, Group } from 'three';
import type { Actor } from '../actor.ts';
import type { Random } from '../random.ts';
import { LightPool } from './light-pool.ts';
import { PaintedShape, sizeOf } from './painted-shape.ts';
import { oneOf } from './vehicle-paint.ts';
import { addClothesRail, addCrate, addHeap, addSmallWares, clothColour } from './wares.ts';

/** A street stall: a table under a canopy, a food cart or a bare table; its vendor stands behind it (−x). */
export function createStall(random: Random): Actor {
  const shape = new PaintedShape();
  const lamps = new PaintedShape();
  const kind = random.pick(['canopy', 'canopy', 'cart', 'cart', 'table'] as const);
  if (kind === 'cart') addCart(random, shape, lamps);
  else addMarketStall(random, shape, lamps, kind === 'canopy');
  const object = new Group().add(shape.mesh('plastic'), lamps.mesh('lit'));
  const size = sizeOf(object);
  const pool = new LightPool(2.6);
  object.add(pool.object);
  return { object, class: 'stall', size, move: () => pool.show(object) };
}

function addMarketStall(random: Random, shape: PaintedShape, lamps: PaintedShape, hasCanopy: boolean): void {
  const [depthM, widthM, tableM] = [random.between(0.8, 1.2), random.between(1.6, 2.5), random.between(0.7, 0.85)];
  const cloth = clothColour(random);
  shape.box([depthM, 0.05, widthM], [0, tableM, 0], cloth);
  if (random.chance(0.65)) shape.box([0.03, tableM * 0.75, widthM], [depthM / 2, tableM * 0.62, 0], cloth);
  for (const x of [-1, 1])
    for (const z of [-1, 1])
      shape.bar(
        [(x * depthM) / 2.2, 0, (z * widthM) / 2.2],
        [(x * depthM) / 2.2, tableM, (z * widthM) / 2.2],
        0.02,
        0x8a8e92,
      );
  addTableWares(random, shape, tableM + 0.03, depthM, widthM);
  if (random.chance(0.5)) addCrate(random, shape, [depthM / 2 + 0.35, 0, random.between(-0.6, 0.6)], Math.PI / 2);
  if (hasCanopy) addCanopy(random, shape, depthM + 0.5, widthM + 0.3);
  lamps.box([0.08, 0.12, 0.08], [0, hasCanopy ? 1.95 : tableM + 0.35, 0], 0xfff2c8);
}

function addTableWares(random: Random, shape: PaintedShape, y: number, depthM: number, widthM: number): void {
  const kind = random.pick(['fruit', 'crates', 'wares', 'rail'] as const);
  if (kind === 'wares' || kind === 'rail') {
    addSmallWares(random, shape, [0, y, 0], depthM - 0.1, widthM - 0.1);
    if (kind === 'rail') addClothesRail(random, shape, [-depthM / 2 - 0.35, 0, 0], 1.2);
    return;
  }
  const columns = Math.floor(widthM / 0.42);
  for (let column = 0; column < columns; column += 1) {
    const z = (column - (columns - 1) / 2) * 0.42;
    for (const x of [-depthM / 4, depthM / 4]) {
      if (kind === 'crates') addCrate(random, shape, [x, y, z]);
      else addHeap(random, shape, [x, y + 0.03, z], [depthM * 0.2, random.between(0.1, 0.22), 0.18]);
    }
  }
}

/** A sloping roof of striped or plain cloth on four poles. */
function addCanopy(random: Random, shape: PaintedShape, depthM: number, widthM: number): void {
  const [frontM, backM] = [random.between(1.95, 2.15), random.between(2.2, 2.5)];
  const [first, second] = [clothColour(random), random.chance(0.6) ? oneOf(random, [0xeceae2]) : undefined];
  const strips = 8;
  const slope = Math.atan2(backM - frontM, depthM);
  const alongM = Math.hypot(backM - frontM, depthM);
  for (let strip = 0; strip < strips; strip += 1) {
    const z = (strip - (strips - 1) / 2) * (widthM / strips);
    const colour: Color = strip % 2 === 0 ? first : (second ?? first);
    shape.box([alongM, 0.03, widthM / strips], [0, (frontM + backM) / 2, z], colour, [0, 0, -slope]);
    shape.box(
      [0.03, 0.2, widthM / strips],
      [depthM / 2, frontM - 0.09, z],
      strip % 2 === 0 ? (second ?? first) : first,
    );
  }
  for (const [x, top] of [
    [depthM / 2 - 0.05, frontM],
    [-depthM / 2 + 0.05, backM],
  ] as const)
    for (const side of [-1, 1])
      shape.bar([x, 0, side * (widthM / 2 - 0.05)], [x, top, side * (widthM / 2 - 0.05)], 0.022, 0xb0b4b8);
}

/** A cart of sheet steel with a glass case, a sign and a roof. */
function addCart(random: Random, shape: PaintedShape, lamps: PaintedShape): void {
  const [depthM, widthM] = [random.between(0.75, 0.95), random.between(1.3, 1.9)];
  const paint = random.chance(0.5) ? oneOf(random, [0xb8bcc0]) : clothColour(random);
  const sign = oneOf(random, [0xc8281f, 0xe0b020, 0xc8281f, 0x2f8f4f, 0xe07a1a]);
  shape.box([depthM, 0.55, widthM], [0, 0.62, 0], paint);
  shape.box([0.02, 0.42, widthM * 0.9], [depthM / 2 + 0.012, 0.64, 0], sign);
  for (let letter = 0; letter < 4; letter += 1)
    shape.box([0.02, 0.22, 0.18], [depthM / 2 + 0.03, 0.64, (letter - 1.5) * widthM * 0.2], 0xf4e8b0);
  for (const side of [-1, 1])
    shape.bar([0, 0.28, side * (widthM / 2 - 0.1)], [0, 0.28, side * (widthM / 2 - 0.02)], 0.28, 0x17181a, {
      sides: 10,
    });
  shape.box([depthM * 0.55, 0.4, widthM * 0.94], [depthM * 0.18, 1.1, 0], 0x55646c);
  for (let pot = 0; pot < 3; pot += 1)
    addHeap(random, shape, [-depthM * 0.2, 0.95, (pot - 1) * widthM * 0.28], [0.14, 0.16, 0.17]);
  const roofM = random.between(1.95, 2.2);
  shape.box([depthM + 0.4, 0.05, widthM + 0.25], [0, roofM, 0], paint);
  shape.box([0.05, 0.3, widthM + 0.2], [depthM / 2 + 0.18, roofM + 0.02, 0], sign);
  for (let letter = 0; letter < 5; letter += 1)
    lamps.box([0.02, 0.18, 0.16], [depthM / 2 + 0.215, roofM + 0.02, (letter - 2) * widthM * 0.19], 0xffe890);
  for (const x of [-1, 1])
    for (const z of [-1, 1])
      shape.bar(
        [x * depthM * 0.45, 0.85, z * widthM * 0.46],
        [x * depthM * 0.45, roofM, z * widthM * 0.46],
        0.02,
        0xb0b4b8,
      );
}
