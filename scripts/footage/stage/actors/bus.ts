import { type BufferGeometry, type Color, Group, Mesh, MeshBasicMaterial } from 'three';
import type { Actor } from '../actor.ts';
import type { Random } from '../random.ts';
import { PaintedShape } from './painted-shape.ts';
import {
  crossPanel,
  type Profile,
  profileBody,
  shadedUpwards,
  sidePanels,
  sideRectangle,
  wheelArch,
} from './vehicle-body.ts';
import { lightOf, VehicleLights } from './vehicle-lights.ts';
import { oneOf } from './vehicle-paint.ts';
import { createAxle } from './wheel.ts';

const [widthM, heightM, wheelM, sillM] = [2.52, 3.05, 0.47, 0.34];
const windows = { low: 1.28, high: 2.42 } as const;

/** Body and skirt of city buses. */
const liveries = [
  [0xe6e8e6, 0x2f8f4f],
  [0xe6e8e6, 0x2f6fb0],
  [0x2f8f4f, 0xe6e8e6],
  [0x6ab04a, 0xe6e8e6],
  [0x3f86c8, 0xe6e8e6],
  [0xd8a81c, 0x2f6fb0],
  [0xc8342a, 0xe0c050],
  [0x5aa898, 0xe6e8e6],
  [0xd87a2a, 0xe6e8e6],
] as const;

const cabinLight = new MeshBasicMaterial({ color: 0x77735f });

/** A city bus of 10 to 12 m: low, with a band of windows, doors on its right and a lit number above the windscreen. */
export function createBus(random: Random): Actor {
  const lengthM = random.between(9.8, 12);
  const [front, rear, half] = [lengthM / 2, -lengthM / 2, widthM / 2];
  const [frontWheelX, rearWheelX] = [front - 2.55, rear + 2.9];
  const body = sideView(front, rear, frontWheelX, rearWheelX);
  const [paint, skirt] = random.pick(liveries).map((colour) => oneOf(random, [colour])) as [Color, Color];
  const shape = new PaintedShape().add(profileBody(body), paint);
  shape.add(sidePanels(body, sideRectangle(rear + 3.5, sillM + 0.02, front - 3.15, 0.8)), skirt);
  shape.add(sidePanels(body, sideRectangle(rear + 0.02, 1.05, front - 0.02, 1.2)), skirt);
  const bays = glassBays(body, front, rear);
  for (const bay of bays) shape.add(shadedUpwards(bay), 0);
  addDoors(shape, front, half);
  addEnds(random, shape, body, front, rear);
  if (random.chance(0.4)) addAdvertisement(random, shape, (frontWheelX + rearWheelX) / 2);
  shape.box([2.6, 0.2, 1.7], [random.between(-2, 2), heightM + 0.08, 0], 0xc8cccc);
  const lights = new VehicleLights(random, {
    front: [-1, 1].map((side) => [front + 0.02, 0.72, side * (half - 0.35)] as const),
    rear: [-1, 1].map((side) => [rear - 0.03, 0.95, side * (half - 0.2)] as const),
    radiusM: 0.13,
  });
  const lit = new Group().add(...bays.map((bay) => new Mesh(widened(bay), cabinLight)));
  const axles = [
    createAxle({ x: frontWheelX, radiusM: wheelM, widthM: 0.28, trackM: widthM - 0.06 }),
    createAxle({ x: rearWheelX, radiusM: wheelM, widthM: 0.5, trackM: widthM - 0.06 }),
  ];
  return {
    object: new Group().add(shape.mesh('lacquer'), ...axles.map(({ object }) => object), lights.object, lit),
    class: 'bus',
    size: [lengthM, heightM + 0.18, widthM],
    move: (moment) => {
      for (const axle of axles) axle.roll(moment.wayM);
      lights.show(moment);
      lit.visible = lights.object.visible && lightOf(lit) !== 'rain';
    },
  };
}

function sideView(front: number, rear: number, frontWheelX: number, rearWheelX: number): Profile {
  return {
    outline: [
      [rear + 0.05, sillM],
      ...wheelArch(rearWheelX, wheelM, wheelM * 1.17, sillM),
      ...wheelArch(frontWheelX, wheelM, wheelM * 1.17, sillM),
      [front - 0.04, sillM],
      [front, 1],
      [front - 0.14, heightM - 0.22],
      [front - 0.35, heightM],
      [rear + 0.2, heightM],
      [rear, heightM - 0.3],
    ],
    halfWidthM: () => widthM / 2,
  };
}

/** The side windows, one piece between each pair of pillars. */
function glassBays(body: Profile, front: number, rear: number): BufferGeometry[] {
  const bays = 6;
  const stepM = (front - rear - 0.5) / bays;
  return Array.from({ length: bays }, (_, bay) => {
    const from = rear + 0.2 + bay * stepM;
    return sidePanels(body, sideRectangle(from + 0.04, windows.low, from + stepM - 0.04, windows.high));
  });
}

function addDoors(shape: PaintedShape, front: number, half: number): void {
  for (const [x, width] of [
    [front - 1.05, 1.1],
    [0.1, 1.3],
  ] as const) {
    shape.box([width + 0.12, 2.1, 0.03], [x, sillM + 1.07, half + 0.01], 0x2a2d30);
    for (const leaf of [-1, 1])
      shape.box([width / 2 - 0.08, 1.85, 0.03], [x + (leaf * width) / 4, sillM + 1.07, half + 0.025], 0x121a20);
  }
}

function addEnds(random: Random, shape: PaintedShape, body: Profile, front: number, rear: number): void {
  const glass = crossPanel(body, [front, 1], [front - 0.11, heightM - 0.62], 0.08);
  shape.add(shadedUpwards(glass), 0);
  shape.add(crossPanel(body, [front - 0.11, heightM - 0.6], [front - 0.14, heightM - 0.22], 0.06), 0x0c0d0f);
  const amber = random.pick([0xffa020, 0xff5020, 0xe8e060]);
  for (let letter = -3; letter <= 3; letter += 1)
    if (random.chance(0.8)) shape.box([0.03, 0.18, 0.14], [front - 0.1, heightM - 0.42, letter * 0.22], amber);
  shape.add(shadedUpwards(crossPanel(body, [rear, heightM - 0.35], [rear + 0.02, 1.7], 0.2)), 0);
  shape.box([0.04, 0.6, 1.7], [rear - 0.01, 0.95, 0], 0x2a2d30);
  for (const side of [-1, 1]) {
    shape.box([0.06, 0.16, 0.4], [front + 0.005, 0.72, side * (widthM / 2 - 0.35)], 0xdde2e4);
    shape.box([0.06, 0.5, 0.16], [rear, 1, side * (widthM / 2 - 0.18)], 0x8a0f12);
    // Mirrors hang before the front corners like feelers.
    shape.box([0.12, 0.42, 0.2], [front + 0.25, 2.25, side * (widthM / 2 + 0.06)], 0x15171a);
    shape.box([0.4, 0.05, 0.05], [front + 0.08, 2.5, side * (widthM / 2 - 0.02)], 0x15171a);
  }
  for (const x of [front + 0.02, rear - 0.02]) shape.box([0.03, 0.14, 0.44], [x, 0.5, 0], 0xe0b020);
}

/** A poster along one side below the windows. */
function addAdvertisement(random: Random, shape: PaintedShape, middleX: number): void {
  const ground = oneOf(random, [0xd03a2a, 0xe0b030, 0x3a78c0, 0xd8d8d0, 0x6a3f90]);
  for (const side of [-1, 1]) {
    const z = side * (widthM / 2 + 0.02);
    shape.box([2.8, 0.62, 0.02], [middleX, 0.88, z], ground);
    for (let piece = 0; piece < 4; piece += 1) {
      const at = [middleX + random.between(-1.1, 1.1), random.between(0.72, 1.02), z + side * 0.012] as const;
      shape.box(
        [random.between(0.2, 0.6), random.between(0.1, 0.3), 0.01],
        at,
        oneOf(random, [0xf0f0e8, 0x20242c, 0xe05030]),
      );
    }
  }
}

/** The same panels a little further out. */
function widened(piece: BufferGeometry): BufferGeometry {
  return piece.clone().scale(1, 1, 1.006);
}
