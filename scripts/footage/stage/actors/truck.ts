import { Group, type Mesh } from 'three';
import type { Actor } from '../actor.ts';
import type { Random } from '../random.ts';
import { PaintedShape } from './painted-shape.ts';
import { addCab } from './vehicle-cab.ts';
import { addLoadingPlatform, addVanBody } from './vehicle-cargo.ts';
import { VehicleLights } from './vehicle-lights.ts';
import { oneOf } from './vehicle-paint.ts';
import { addTipper, type TipperLoad, tipperCover, tipperHeap } from './vehicle-tipper.ts';
import { type Axle, createAxle } from './wheel.ts';

/** Sorts of lorries: a four-axle muck truck, a box van and a light flatbed. */
export type TruckKind = 'muck' | 'box' | 'flatbed';

interface Lorry {
  readonly shape: PaintedShape;
  readonly axles: readonly Axle[];
  readonly headlamps: readonly (readonly [number, number, number])[];
  readonly size: readonly [number, number, number];
  /** The heap that looks out of an open tipper. */
  readonly heap?: Mesh;
}

/** A lorry: a muck truck is open (its heap the part `uncovered_load`), covered or empty; a flatbed may be empty, too. */
export function createTruck(random: Random, { kind, load }: { kind?: TruckKind; load?: TipperLoad } = {}): Actor {
  const chosen = kind ?? (load === undefined ? random.pick(['muck', 'box', 'box', 'flatbed'] as const) : 'muck');
  const lorry =
    chosen === 'muck'
      ? muckTruck(random, load ?? random.pick(['uncovered', 'covered', 'empty'] as const))
      : lightTruck(random, chosen, load === 'empty');
  const { shape, axles, headlamps, size, heap } = lorry;
  const rear = [-1, 1].map((side) => [-size[0] / 2 - 0.03, 0.85, side * (size[2] / 2 - 0.25)] as const);
  for (const at of rear) shape.box([0.08, 0.16, 0.34], at, 0x7a0d10);
  const lights = new VehicleLights(random, { front: headlamps, rear, radiusM: 0.13 });
  const object = new Group().add(shape.mesh('plastic'), ...axles.map((axle) => axle.object), lights.object);
  if (heap !== undefined) object.add(heap);
  return {
    object,
    class: 'truck',
    ...(heap !== undefined && { parts: [{ object: heap, class: 'uncovered_load' as const }] }),
    size,
    move: (moment) => {
      for (const axle of axles) axle.roll(moment.wayM);
      lights.show(moment);
    },
  };
}

function muckTruck(random: Random, load: TipperLoad): Lorry {
  const [lengthM, widthM, wheelM] = [random.between(8.6, 9.4), 2.5, 0.52];
  const [front, rear] = [lengthM / 2, -lengthM / 2];
  const paint = oneOf(random, [0x2f7a3f, 0xd9781c, 0xd8a81c, 0xb02a20, 0xdadcd8, 0x2a5f9f]);
  const body = random.chance(0.6) ? paint : oneOf(random, [0x2f7a3f, 0x8a8d90, 0xd9781c, 0x56595c]);
  const shape = new PaintedShape();
  const headlamps = addCab(shape, {
    frontX: front - 0.1,
    lengthM: 2.1,
    widthM: widthM - 0.04,
    heightM: 3,
    footM: 0.62,
    wheelX: front - 1.45,
    wheelM,
    paint,
    trim: paint,
  });
  addChassis(shape, front - 2, rear, widthM);
  const tipper = { frontX: front - 2.4, rearX: rear + 0.02, widthM, floorM: 1.3, rimM: random.between(2.55, 2.85) };
  addTipper(shape, tipper, body);
  if (load === 'covered') tipperCover(random, shape, tipper, body);
  const look = { radiusM: wheelM, trackM: widthM - 0.06, rim: 0x6a6d70 };
  const axles = [
    createAxle({ ...look, x: front - 1.45, widthM: 0.32 }),
    createAxle({ ...look, x: front - 3.25, widthM: 0.32 }),
    createAxle({ ...look, x: rear + 2.6, widthM: 0.58 }),
    createAxle({ ...look, x: rear + 1.25, widthM: 0.58 }),
  ];
  const heap = load === 'uncovered' ? tipperHeap(random, tipper) : undefined;
  const size = [lengthM, heap === undefined ? 3.1 : tipper.rimM + 0.8, widthM + 0.3] as const;
  return { shape, axles, headlamps, size, ...(heap !== undefined && { heap }) };
}

function lightTruck(random: Random, kind: 'box' | 'flatbed', isEmpty: boolean): Lorry {
  const [lengthM, widthM, wheelM] = [random.between(5.6, 7.2), random.between(2.05, 2.35), 0.42];
  const [front, rear] = [lengthM / 2, -lengthM / 2];
  const paint = oneOf(random, [0x2f6fb0, 0xe4e6e6, 0xe4e6e6, 0x2f7fb8, 0xb02a20, 0x3f8f5a]);
  const shape = new PaintedShape();
  const headlamps = addCab(shape, {
    frontX: front - 0.1,
    lengthM: 1.65,
    widthM: widthM - 0.15,
    heightM: 2.3,
    footM: 0.5,
    wheelX: front - 1.05,
    wheelM,
    paint,
  });
  addChassis(shape, front - 1.6, rear, widthM - 0.2);
  const bed = { frontX: front - 1.85, rearX: rear + 0.02, widthM, floorM: 1 };
  const topM =
    kind === 'box' ? addVanBody(random, shape, bed) : addLoadingPlatform(random, shape, bed, { paint, isEmpty });
  const look = { radiusM: wheelM, trackM: widthM - 0.1, rim: 0x808488 };
  const axles = [
    createAxle({ ...look, x: front - 1.05, widthM: 0.24 }),
    createAxle({ ...look, x: rear + lengthM * 0.2, widthM: 0.44 }),
  ];
  return { shape, axles, headlamps, size: [lengthM, Math.max(2.3, topM), widthM + 0.3] };
}

/** Frame, tanks and mudguards between the cab and the rear. */
function addChassis(shape: PaintedShape, frontX: number, rearX: number, widthM: number): void {
  const [middle, lengthM] = [(frontX + rearX) / 2, frontX - rearX];
  shape.box([lengthM, 0.28, widthM * 0.5], [middle, 0.85, 0], 0x1a1b1d);
  for (const side of [-1, 1])
    shape.bar([middle + 0.6, 0.7, side * widthM * 0.4], [middle - 0.4, 0.7, side * widthM * 0.4], 0.25, 0x3a3d40);
  shape.box([0.1, 0.16, widthM], [rearX + 0.1, 0.62, 0], 0x2a2b2d);
}
