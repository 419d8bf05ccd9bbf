import type { Color, Mesh } from 'three';
import type { Random } from '../random.ts';
import { PaintedShape } from './painted-shape.ts';
import { boxHeap, mottled } from './rough-shapes.ts';
import { oneOf } from './vehicle-paint.ts';

/** What is in an open tipper body. */
export type TipperLoad = 'uncovered' | 'covered' | 'empty';

/** Where a tipper's body stands on its vehicle; metres. */
export interface TipperBody {
  readonly frontX: number;
  readonly rearX: number;
  readonly widthM: number;
  readonly floorM: number;
  readonly rimM: number;
}

const wallM = 0.08;

/** An open box of sheet steel with ribs and a roof over the cab. */
export function addTipper(shape: PaintedShape, body: TipperBody, paint: Color): void {
  const { frontX, rearX, widthM, floorM, rimM } = body;
  const [lengthM, heightM, middle] = [frontX - rearX, rimM - floorM, (frontX + rearX) / 2];
  const dark = paint.clone().multiplyScalar(0.55);
  shape.box([lengthM, 0.14, widthM - 0.1], [middle, floorM, 0], dark);
  for (const side of [-1, 1]) {
    const z = side * (widthM / 2 - wallM / 2);
    shape.box([lengthM, heightM, wallM], [middle, floorM + heightM / 2, z], paint);
    shape.box([lengthM, 0.12, 0.16], [middle, rimM - 0.06, side * (widthM / 2 - 0.04)], dark);
    const ribs = Math.round(lengthM / 0.85);
    for (let rib = 0; rib <= ribs; rib += 1) {
      const x = rearX + 0.06 + (rib * (lengthM - 0.12)) / ribs;
      shape.box([0.11, heightM, 0.09], [x, floorM + heightM / 2, side * (widthM / 2 + 0.02)], dark);
    }
  }
  shape.box([wallM, heightM, widthM - 0.1], [rearX + wallM / 2, floorM + heightM / 2, 0], paint);
  shape.box([wallM, heightM + 0.25, widthM], [frontX - wallM / 2, floorM + heightM / 2 + 0.12, 0], paint);
  shape.box([0.8, 0.06, widthM * 0.9], [frontX + 0.36, rimM + 0.24, 0], dark);
}

/** Soil and rubble heaped above the rim. */
export function tipperHeap(random: Random, { frontX, rearX, widthM, rimM }: TipperBody): Mesh {
  const lengthM = frontX - rearX - 2 * wallM;
  const soil = oneOf(random, [0x6b4a30, 0x7d5f42, 0x5a4636, 0x8a7355, 0x77716a]);
  const heap = boxHeap(random, lengthM, widthM - 2 * wallM, random.between(0.55, 0.95));
  const shape = new PaintedShape().add(
    mottled(random, heap, soil, { spread: 0.16, others: [0x8a837a, 0x4a3a2c], share: 0.1 }),
    0,
    {
      at: [(frontX + rearX) / 2, rimM - 0.08, 0],
    },
  );
  return shape.mesh();
}

/** A tarpaulin stretched over the rim, or a lid of sheet steel. */
export function tipperCover(random: Random, shape: PaintedShape, body: TipperBody, paint: Color): void {
  const { frontX, rearX, widthM, rimM } = body;
  const [lengthM, middle] = [frontX - rearX, (frontX + rearX) / 2];
  if (random.chance(0.5)) {
    shape.box([lengthM, 0.08, widthM + 0.02], [middle, rimM + 0.04, 0], paint);
    for (let seam = 1; seam < 6; seam += 1)
      shape.box([0.08, 0.05, widthM], [rearX + (lengthM * seam) / 6, rimM + 0.1, 0], paint.clone().multiplyScalar(0.6));
    return;
  }
  const canvas = oneOf(random, [0x24382c, 0x1f2f45, 0x232527, 0x4a5a4a]);
  const sheet = boxHeap(random, lengthM + 0.04, widthM + 0.14, 0.14);
  shape.add(mottled(random, sheet, canvas, { spread: 0.06 }), 0, { at: [middle, rimM + 0.04, 0] });
  for (const side of [-1, 1])
    shape.box([lengthM + 0.04, 0.3, 0.03], [middle, rimM - 0.1, side * (widthM / 2 + 0.09)], canvas);
}
