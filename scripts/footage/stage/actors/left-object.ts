import { Group } from 'three';
import type { Actor } from '../actor.ts';
import type { Random } from '../random.ts';
import { PaintedShape, sizeOf } from './painted-shape.ts';
import { lump, mottled } from './rough-shapes.ts';
import { profileBody, type SidePoint } from './vehicle-body.ts';
import { oneOf } from './vehicle-paint.ts';

const bagColours = [0x202328, 0x2a3f6a, 0x8a1f2a, 0x3a5a3a, 0xc86a2a, 0x6a4f90, 0xd0b020, 0x707478, 0x2a8f98] as const;

/** Something left behind: a suitcase, a cardboard box or a rucksack. */
export function createLeftObject(random: Random): Actor {
  const shape = new PaintedShape();
  random.pick([addSuitcase, addSuitcase, addBox, addRucksack])(random, shape);
  const object = new Group().add(shape.mesh('plastic'));
  return { object, class: 'left_object', size: sizeOf(object) };
}

/** On its wheels, its handle out or in. */
function addSuitcase(random: Random, shape: PaintedShape): void {
  const scale = random.between(0.85, 1.25);
  const [lengthM, heightM, halfM] = [0.44 * scale, 0.62 * scale, 0.13 * scale];
  const paint = oneOf(random, bagColours);
  const [half, round, foot] = [lengthM / 2, 0.06 * scale, 0.06];
  const outline: SidePoint[] = [
    [-half + round, foot],
    [half - round, foot],
    [half, foot + round],
    [half, foot + heightM - round],
    [half - round, foot + heightM],
    [-half + round, foot + heightM],
    [-half, foot + heightM - round],
    [-half, foot + round],
  ];
  shape.add(profileBody({ outline, halfWidthM: () => halfM }), paint);
  const dark = paint.clone().multiplyScalar(0.6);
  for (let rib = -2; rib <= 2; rib += 1)
    shape.box([0.03, heightM * 0.84, halfM * 2 + 0.02], [rib * lengthM * 0.18, foot + heightM / 2, 0], dark);
  for (const x of [-1, 1])
    for (const z of [-1, 1]) shape.box([0.05, 0.07, 0.04], [x * half * 0.75, 0.035, z * halfM * 0.7], 0x17181a);
  const handleM = random.chance(0.6) ? random.between(0.25, 0.42) : 0.05;
  for (const z of [-1, 1])
    shape.box([0.02, handleM, 0.02], [-half * 0.6, foot + heightM + handleM / 2, z * 0.07], 0xa8acb0);
  shape.box([0.03, 0.03, 0.18], [-half * 0.6, foot + heightM + handleM, 0], 0x17181a);
}

/** Taped up, or open with its flaps out. */
function addBox(random: Random, shape: PaintedShape): void {
  const [lengthM, heightM, widthM] = [random.between(0.4, 0.7), random.between(0.3, 0.55), random.between(0.35, 0.55)];
  const board = oneOf(random, [0xb08a5a, 0xa87f50, 0xc8a878, 0xd8d4cc]);
  shape.box([lengthM, heightM, widthM], [0, heightM / 2, 0], board);
  shape.box([lengthM + 0.006, heightM * 0.3, 0.09], [0, heightM * 0.86, 0], 0xd8c890);
  shape.box([lengthM * 0.4, heightM * 0.3, widthM + 0.006], [lengthM * 0.1, heightM * 0.5, 0], 0x55504a);
  if (random.chance(0.4)) {
    for (const side of [-1, 1])
      shape.box([lengthM, 0.015, widthM * 0.45], [0, heightM + 0.06, side * widthM * 0.68], board, [side * -0.5, 0, 0]);
    shape.box([lengthM * 0.9, 0.01, widthM * 0.9], [0, heightM + 0.005, 0], 0x2a241c);
  } else shape.box([lengthM + 0.004, 0.01, 0.07], [0, heightM + 0.003, 0], 0xd8c890);
}

/** Standing or fallen over, its straps behind it. */
function addRucksack(random: Random, shape: PaintedShape): void {
  const paint = oneOf(random, bagColours);
  const dark = paint.clone().multiplyScalar(0.55);
  const tilt = random.chance(0.4) ? 1.35 : random.between(-0.1, 0.15);
  const foot = tilt > 1 ? 0.16 : 0.27;
  const pack = new PaintedShape()
    .add(mottled(random, lump(random, { detail: 2, rough: 0.1 }), paint, { spread: 0.06 }), 0, {
      scale: [0.17, 0.29, 0.21],
    })
    .add(mottled(random, lump(random, { detail: 1, rough: 0.08 }), dark), 0, {
      at: [0.13, -0.09, 0],
      scale: [0.1, 0.14, 0.16],
    })
    .box([0.06, 0.05, 0.12], [-0.05, 0.29, 0], dark);
  for (const z of [-0.09, 0.09]) pack.box([0.03, 0.4, 0.05], [-0.17, 0, z], dark);
  shape.add(pack.mesh().geometry, 0, { at: [0, foot, 0], turn: [0, random.between(0, Math.PI * 2), tilt] });
}
