import type { Random } from '../random.ts';
import type { PaintedShape } from './painted-shape.ts';
import { addCarton } from './refuse.ts';
import { oneOf } from './vehicle-paint.ts';
import { clothColour } from './wares.ts';

type Spot = readonly [x: number, z: number];

/** Old furniture put out: always a sofa, a cupboard or a mattress, and what goes with them, within `sizeM`. */
export function addFurniture(random: Random, shape: PaintedShape, sizeM: number): void {
  const spread = Math.max(0.3, sizeM * 0.3);
  const pieces = [addSofa, addCupboard, addMattress, addChair, addPanels];
  const first = random.whole(0, 2);
  const others = Math.max(1, Math.round(sizeM));
  pieces[first]?.(random, shape, [0, 0]);
  for (let piece = 0; piece < others; piece += 1) {
    const angle = (piece / others) * Math.PI * 2 + random.between(-0.4, 0.4);
    random.pick(pieces)(random, shape, [Math.cos(angle) * spread * 1.1, Math.sin(angle) * spread * 1.4]);
  }
  for (let carton = random.whole(0, 3); carton > 0; carton -= 1)
    addCarton(random, shape, [random.between(-1, 1) * spread, 0, random.between(-1.4, 1.4) * spread]);
}

function addSofa(random: Random, shape: PaintedShape, [x, z]: Spot): void {
  const cloth = clothColour(random).lerp(oneOf(random, [0x8a7a68]), 0.5);
  const widthM = random.between(0.9, 1.8);
  shape.box([0.75, 0.4, widthM], [x, 0.2, z], cloth).box([0.2, 0.45, widthM], [x - 0.32, 0.6, z], cloth);
  for (const side of [-1, 1]) shape.box([0.75, 0.25, 0.16], [x, 0.5, z + side * (widthM / 2 - 0.08)], cloth);
}

function addCupboard(random: Random, shape: PaintedShape, [x, z]: Spot): void {
  const wood = oneOf(random, [0x8a5a34, 0xb08a5a, 0xe0ded8, 0x6a4a34]);
  const [heightM, widthM] = [random.between(0.8, 1.7), random.between(0.6, 1)];
  const turn = [0, random.between(-0.4, 0.4), random.between(-0.06, 0.06)] as const;
  shape.box([0.45, heightM, widthM], [x, heightM / 2, z], wood, turn);
  const front = wood.clone().multiplyScalar(0.6);
  shape.box([0.46, heightM * 0.9, 0.02], [x + 0.01, heightM / 2, z], front, turn);
}

function addMattress(random: Random, shape: PaintedShape, [x, z]: Spot): void {
  const cloth = oneOf(random, [0xd8d4c8, 0xc8c0d0, 0xb8c4c8, 0xd8c8a8]);
  if (random.chance(0.5)) shape.box([1.2, 0.2, 1.9], [x, 0.12, z], cloth, [0, random.between(0, Math.PI), 0]);
  else shape.box([0.2, 1.1, 1.8], [x - 0.3, 0.55, z], cloth, [0, random.between(-0.3, 0.3), random.between(0.1, 0.3)]);
}

function addChair(random: Random, shape: PaintedShape, [x, z]: Spot): void {
  const wood = oneOf(random, [0x8a5a34, 0xc8a878, 0x303338, 0xb8281f]);
  shape.box([0.42, 0.05, 0.42], [x, 0.44, z], wood).box([0.05, 0.5, 0.42], [x - 0.2, 0.7, z], wood);
  for (const [dx, dz] of [
    [-1, -1],
    [-1, 1],
    [1, -1],
    [1, 1],
  ] as const)
    shape.box([0.04, 0.44, 0.04], [x + dx * 0.18, 0.22, z + dz * 0.18], wood);
}

function addPanels(random: Random, shape: PaintedShape, [x, z]: Spot): void {
  for (let panel = 0; panel < 4; panel += 1) {
    const at = [x + random.between(-0.2, 0.2), 0.04 + panel * 0.05, z + random.between(-0.2, 0.2)] as const;
    const wood = oneOf(random, [0xb08a5a, 0xe0ded8, 0x8a5a34]);
    shape.box([random.between(0.6, 1.3), 0.03, random.between(0.3, 0.6)], at, wood, [0, random.between(0, 3), 0.05]);
  }
}
