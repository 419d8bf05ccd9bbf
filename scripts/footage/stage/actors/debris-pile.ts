import { Group } from 'three';
import type { Actor } from '../actor.ts';
import type { Random } from '../random.ts';
import { addFurniture } from './furniture-pile.ts';
import { PaintedShape, sizeOf } from './painted-shape.ts';
import { mottled, roundHeap } from './rough-shapes.ts';
import { oneOf } from './vehicle-paint.ts';

/** What was dumped. */
export type DebrisKind = 'rubble' | 'sand' | 'timber' | 'furniture';

/** A heap of dumped material, `sizeM` across (1 to 3 m). */
export function createDebrisPile(random: Random, options: { kind?: DebrisKind; sizeM?: number } = {}): Actor {
  const kind = options.kind ?? random.pick(['rubble', 'rubble', 'sand', 'timber', 'furniture'] as const);
  const sizeM = options.sizeM ?? random.between(1.2, 3);
  const shape = new PaintedShape();
  if (kind === 'rubble') addRubble(random, shape, sizeM);
  else if (kind === 'sand') addSand(random, shape, sizeM);
  else if (kind === 'timber') addTimber(random, shape, sizeM);
  else addFurniture(random, shape, sizeM);
  const heap = shape.mesh();
  // Thrown together, it lies anywhere: its middle goes over the origin and its foot on the ground.
  heap.geometry.center().translate(0, heap.geometry.boundingBox?.max.y ?? 0, 0);
  const object = new Group().add(heap);
  return { object, class: 'debris_pile', size: sizeOf(object) };
}

/** Bricks, slabs and mortar on a heap of their crumbs. */
function addRubble(random: Random, shape: PaintedShape, sizeM: number): void {
  const [radiusM, peakM] = [sizeM / 2, sizeM * random.between(0.26, 0.38)];
  const crumbs = oneOf(random, [0x8a8378, 0x9a9288, 0x7a6a5c, 0xa08a78]);
  shape.add(mottled(random, roundHeap(random, radiusM, peakM, 0.4), crumbs, { spread: 0.22 }), 0);
  const bricks = random.pick([
    [0x9a4a34, 0xa85a40, 0x8a8a86],
    [0x9a9a96, 0xb0aea8, 0x7a7a78],
    [0xd0ccc4, 0x9a4a34, 0x8a8378],
  ]);
  const pieces = Math.round(14 + sizeM * 9);
  for (let piece = 0; piece < pieces; piece += 1) {
    const [away, angle] = [Math.sqrt(random.between(0, 1.15)), random.between(0, Math.PI * 2)];
    const isSlab = random.chance(0.2);
    const long = isSlab ? random.between(0.3, 0.6) : random.between(0.12, 0.28);
    const turn = [random.between(-0.7, 0.7), random.between(0, Math.PI), random.between(-0.7, 0.7)] as const;
    const sunkM = long * 0.3 * (Math.abs(Math.sin(turn[0])) + Math.abs(Math.sin(turn[2])));
    const y = Math.max(sunkM, peakM * Math.max(0, 1 - away) ** 1.15) + 0.03;
    shape.box(
      [long, isSlab ? 0.07 : long * 0.5, isSlab ? long * 0.7 : long * 0.55],
      [Math.cos(angle) * away * radiusM, y, Math.sin(angle) * away * radiusM],
      oneOf(random, bricks),
      turn,
    );
  }
}

/** Sand, gravel or soil tipped out: one cone or two. */
function addSand(random: Random, shape: PaintedShape, sizeM: number): void {
  const grain = oneOf(random, [0xc0a878, 0xb09a70, 0x8a8a88, 0x6f5238, 0xa09080]);
  const [radiusM, rough] = [sizeM / 2, random.between(0.12, 0.25)];
  const heap = roundHeap(random, radiusM, sizeM * random.between(0.32, 0.42), rough);
  shape.add(mottled(random, heap, grain, { spread: 0.08 }), 0);
  if (random.chance(0.5)) {
    const second = roundHeap(random, radiusM * 0.65, sizeM * 0.2, rough);
    const at = [random.between(-0.5, 0.5) * sizeM, 0, random.between(-0.4, 0.4) * sizeM] as const;
    shape.add(mottled(random, second, grain, { spread: 0.08 }), 0, { at });
  }
}

/** Planks, beams and panels thrown across each other. */
function addTimber(random: Random, shape: PaintedShape, sizeM: number): void {
  const boards = Math.round(10 + sizeM * 5);
  const lie = random.between(0, Math.PI);
  for (let board = 0; board < boards; board += 1) {
    const isPanel = random.chance(0.15);
    const sizes = [
      sizeM * random.between(0.45, 1),
      random.between(0.03, 0.09),
      isPanel ? random.between(0.4, 0.7) : random.between(0.08, 0.18),
    ] as const;
    const y = 0.04 + (board / boards) * sizeM * 0.24 + random.between(0, 0.05);
    const at = [random.between(-0.16, 0.16) * sizeM, y, random.between(-0.22, 0.22) * sizeM] as const;
    const wood = oneOf(random, [0xb08a5a, 0x9a7448, 0xc8a878, 0x6f5238, 0x8a8378, 0xd8d0c0]);
    // A tilt that leaves the low end on the ground.
    const tilt = Math.asin(Math.min(0.3, (2 * y) / sizes[0])) * random.between(-0.8, 0.8);
    shape.box(sizes, at, wood, [0, lie + random.between(-0.7, 0.7) + (random.chance(0.25) ? 1.4 : 0), tilt]);
  }
}
