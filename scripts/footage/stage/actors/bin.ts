import { type BufferGeometry, type Color, CylinderGeometry, Group } from 'three';
import type { Actor } from '../actor.ts';
import type { Random } from '../random.ts';
import { PaintedShape, sizeOf } from './painted-shape.ts';
import { addBag, addCarton, addLitter } from './refuse.ts';
import { oneOf } from './vehicle-paint.ts';

/** Kitchen waste, other waste, paper and glass, hazardous waste. */
const binColours = [0x2f7a45, 0x55595e, 0x2a5fa8, 0xa8281f, 0x3a4a40] as const;

/** Lengths from its back (hinge and wheels) to its front, heights and widths; metres. */
interface BinSize {
  readonly depthM: number;
  readonly heightM: number;
  readonly widthM: number;
}

const wheeled: BinSize = { depthM: 0.72, heightM: 1, widthM: 0.58 };
const container: BinSize = { depthM: 0.78, heightM: 1.15, widthM: 1.28 };

/** A wheeled bin, shut; or `overflowing`, its lid up and bags welling out of it: labelled only then. */
export function createBin(random: Random, { overflowing = false }: { overflowing?: boolean } = {}): Actor {
  const size = random.chance(0.2) ? container : wheeled;
  const paint = oneOf(random, binColours);
  const shape = new PaintedShape();
  addBody(shape, size, paint);
  addLid(random, shape, size, random.chance(0.8) ? paint : oneOf(random, binColours), overflowing);
  if (overflowing) addOverflow(random, shape, size);
  const object = new Group().add(shape.mesh('plastic'));
  return { object, class: overflowing ? 'overflowing_bin' : undefined, size: sizeOf(object) };
}

function addBody(shape: PaintedShape, { depthM, heightM, widthM }: BinSize, paint: Color): void {
  shape.add(tapered(depthM, widthM, heightM - 0.1), paint, { at: [0, heightM / 2 - 0.01, 0] });
  shape.box([depthM + 0.04, 0.07, widthM + 0.04], [0, heightM - 0.06, 0], paint.clone().multiplyScalar(0.8));
  shape.box([0.01, heightM * 0.28, widthM * 0.5], [depthM * 0.46, heightM * 0.62, 0], 0xe0e2e0, [0, 0, -0.08]);
  const tread = widthM / 2 - 0.08;
  shape.bar([-depthM * 0.36, 0.1, -tread - 0.06], [-depthM * 0.36, 0.1, tread + 0.06], 0.1, 0x17181a, { sides: 8 });
  shape.bar([-depthM * 0.58, heightM - 0.04, -tread], [-depthM * 0.58, heightM - 0.04, tread], 0.02, 0x17181a);
  if (widthM > 1) shape.bar([depthM * 0.32, 0.08, -tread], [depthM * 0.32, 0.08, tread], 0.08, 0x17181a, { sides: 8 });
}

/** Down on a shut bin; hanging behind or leaning back on one that is full. */
function addLid(
  random: Random,
  shape: PaintedShape,
  { depthM, heightM, widthM }: BinSize,
  paint: Color,
  isOpen: boolean,
): void {
  const lid = new PaintedShape()
    .box([depthM + 0.06, 0.05, widthM + 0.06], [depthM / 2, 0, 0], paint)
    .box([depthM * 0.7, 0.05, widthM * 0.8], [depthM / 2, 0.045, 0], paint)
    .box([0.05, 0.04, widthM * 0.4], [depthM + 0.04, -0.01, 0], paint);
  const angle = isOpen
    ? random.pick([random.between(0.5, 1), random.between(1.7, 2.2), random.between(3.6, 4.2)])
    : 0.03;
  const piece = lid.mesh().geometry;
  shape.add(piece, 0, { at: [-depthM / 2, heightM, 0], turn: [0, 0, angle] });
}

function addOverflow(random: Random, shape: PaintedShape, { depthM, heightM, widthM }: BinSize): void {
  const across = Math.max(1, Math.round(widthM / 0.5));
  for (let bag = 0; bag < across + 1; bag += 1) {
    const z = across === 1 ? random.between(-0.08, 0.08) : (bag / across - 0.5) * widthM * 0.7;
    const at = [random.between(-0.12, 0.2) * depthM, heightM - 0.12 + (bag % 2) * 0.16, z] as const;
    addBag(random, shape, at, random.between(0.24, 0.33));
  }
  if (random.chance(0.4)) addCarton(random, shape, [0, heightM + 0.2, random.between(-0.1, 0.1)]);
  const round = random.whole(0, 3);
  for (let bag = 0; bag < round; bag += 1) {
    const at = [depthM * 0.5 + random.between(0.12, 0.3), 0, (bag - 1) * 0.42 + random.between(-0.1, 0.1)] as const;
    addBag(random, shape, at, random.between(0.2, 0.32));
  }
  addLitter(random, shape, [depthM * 0.4, 0, 0], random.whole(2, 7), { leastM: 0.1, mostM: 0.6 });
}

/** A tub that widens upwards. */
function tapered(depthM: number, widthM: number, heightM: number): BufferGeometry {
  const tub: BufferGeometry = new CylinderGeometry(Math.SQRT1_2, Math.SQRT1_2 * 0.8, heightM, 4, 1).toNonIndexed();
  tub.rotateY(Math.PI / 4).scale(depthM, 1, widthM);
  tub.computeVertexNormals();
  return tub;
}
