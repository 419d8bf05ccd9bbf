import { BoxGeometry, type Color, Group, Mesh, MeshBasicMaterial } from 'three';
import type { Actor } from '../actor.ts';
import type { Random } from '../random.ts';
import { PaintedShape } from './painted-shape.ts';
import { addCab } from './vehicle-cab.ts';
import { VehicleLights } from './vehicle-lights.ts';
import { oneOf } from './vehicle-paint.ts';
import { createAxle } from './wheel.ts';

const [widthM, wheelM, bodyFootM] = [2.5, 0.5, 0.62];
const [white, silver, yellow] = [0xeceeee, 0xb4b9bd, 0xe6c81c];
const blue = new MeshBasicMaterial({ color: 0x2a6cff, fog: false });
const dimBlue = new MeshBasicMaterial({ color: 0x12307a });

/** A fire engine: red with a white stripe, roller shutters, a ladder on its roof and flashing blue lights. */
export function createFireEngine(random: Random): Actor {
  const lengthM = random.between(7.6, 9.6);
  const [front, rear] = [lengthM / 2, -lengthM / 2];
  const red = oneOf(random, [0xb8141a, 0xc41a1a, 0xa81018]);
  const shape = new PaintedShape();
  const cabM = random.pick([2.2, 3]);
  const headlamps = addCab(shape, {
    frontX: front - 0.1,
    lengthM: cabM,
    widthM: widthM - 0.02,
    heightM: 2.85,
    footM: 0.6,
    wheelX: front - 1.4,
    wheelM,
    paint: red,
    trim: white,
    rows: cabM > 2.5 ? 2 : 1,
  });
  const body = { frontX: front - cabM - 0.15, rearX: rear + 0.05, topM: random.between(2.75, 3.05) };
  addBody(random, shape, body, red);
  if (random.chance(0.45)) addTurntable(shape, body, front);
  else addRoofLadder(random, shape, body);
  for (const side of [-1, 1]) shape.box([0.06, 0.5, 0.14], [rear + 0.02, 1.2, side * (widthM / 2 - 0.12)], 0x8a0f12);
  const beacons = createBeacons(front - 0.8, 2.92);
  const lights = new VehicleLights(random, {
    front: headlamps,
    rear: [-1, 1].map((side) => [rear, 1.2, side * (widthM / 2 - 0.12)] as const),
    radiusM: 0.13,
  });
  const look = { radiusM: wheelM, trackM: widthM - 0.06, rim: 0xd0d4d6 };
  const axles = [
    createAxle({ ...look, x: front - 1.4, widthM: 0.3 }),
    createAxle({ ...look, x: rear + 2.1, widthM: 0.56 }),
    ...(lengthM > 9 ? [createAxle({ ...look, x: rear + 1, widthM: 0.56 })] : []),
  ];
  return {
    object: new Group().add(shape.mesh('lacquer'), ...axles.map(({ object }) => object), beacons.object, lights.object),
    class: 'fire_engine',
    size: [lengthM, 3.4, widthM + 0.3],
    move: (moment) => {
      for (const axle of axles) axle.roll(moment.wayM);
      lights.show(moment);
      beacons.flash(moment.timeS);
    },
  };
}

interface Body {
  readonly frontX: number;
  readonly rearX: number;
  readonly topM: number;
}

function addBody(random: Random, shape: PaintedShape, { frontX, rearX, topM }: Body, red: Color): void {
  const [lengthM, middle, half] = [frontX - rearX, (frontX + rearX) / 2, widthM / 2];
  const stripe = random.chance(0.7) ? white : yellow;
  shape.box([lengthM, topM - bodyFootM - 0.35, widthM], [middle, (topM + bodyFootM + 0.35) / 2, 0], red);
  shape.box([lengthM + 0.5, 0.5, widthM * 0.6], [middle, 0.75, 0], 0x1a1b1d);
  shape.box([lengthM - 0.1, 0.1, widthM - 0.1], [middle, topM + 0.02, 0], silver);
  const shutters = Math.max(2, Math.round(lengthM / 1.6));
  const stepM = lengthM / shutters;
  for (const side of [-1, 1]) {
    const z = side * (half + 0.012);
    for (let shutter = 0; shutter < shutters; shutter += 1) {
      const x = rearX + (shutter + 0.5) * stepM;
      shape.box([stepM - 0.22, topM - 1.62, 0.03], [x, (topM + 1.42) / 2, z], silver);
      for (let slat = 1; slat < 5; slat += 1)
        shape.box([stepM - 0.24, 0.025, 0.035], [x, 1.45 + (slat * (topM - 1.65)) / 5, z], 0x8a8f94);
    }
    shape.box([lengthM + 0.2, 0.2, 0.03], [middle, 1.24, z], stripe);
    // Lockers below, between the wheels.
    shape.box([lengthM * 0.4, 0.42, 0.1], [middle + lengthM * 0.24, 0.82, side * (half - 0.06)], red);
    shape.box([1.1, 0.2, 0.03], [frontX + 0.6, 1.24, z], stripe);
  }
  for (let bar = 0; bar < 6; bar += 1) {
    const z = (bar - 2.5) * 0.38;
    shape.box([0.03, 1.2, 0.19], [rearX - 0.015, 1.75, z], bar % 2 === 0 ? yellow : red);
  }
}

/** Two ladders lie on the roof, and a water cannon stands there. */
function addRoofLadder(random: Random, shape: PaintedShape, { frontX, rearX, topM }: Body): void {
  const y = topM + 0.22;
  for (const z of [-0.65, 0.55]) {
    for (const rail of [-0.22, 0.22])
      shape.box([frontX - rearX + 0.4, 0.07, 0.05], [(frontX + rearX) / 2 - 0.3, y, z + rail], silver);
    for (let rung = 0; rung < 11; rung += 1)
      shape.box([0.05, 0.04, 0.44], [rearX - 0.4 + (rung * (frontX - rearX + 0.3)) / 10, y, z], silver);
  }
  const x = random.between(rearX + 1, frontX - 1);
  shape.bar([x, topM, -0.05], [x, topM + 0.4, -0.05], 0.09, 0xb02020);
  shape.bar([x, topM + 0.38, -0.05], [x + 0.8, topM + 0.5, -0.05], 0.06, silver, { endRadiusM: 0.04 });
}

/** A turntable ladder that lies over the cab. */
function addTurntable(shape: PaintedShape, { rearX, topM }: Body, front: number): void {
  const [x, y] = [rearX + 1.1, topM + 0.35];
  shape.bar([x, topM - 0.1, 0], [x, topM + 0.25, 0], 0.75, white, { sides: 10 });
  const lengthM = front - x + 0.2;
  for (const rail of [-0.42, 0.42]) {
    shape.box([lengthM, 0.08, 0.07], [x + lengthM / 2, y + 0.32, rail], white);
    shape.box([lengthM, 0.1, 0.08], [x + lengthM / 2, y, rail], white);
    for (let brace = 0; brace < 8; brace += 1)
      shape.box([0.06, 0.34, 0.05], [x + (brace + 0.5) * (lengthM / 8), y + 0.16, rail], white, [
        0,
        0,
        brace % 2 ? 0.6 : -0.6,
      ]);
  }
  for (let rung = 0; rung < 14; rung += 1)
    shape.box([0.05, 0.05, 0.84], [x + (rung + 0.5) * (lengthM / 14), y, 0], silver);
}

/** The light bar over the cab: its halves flash in turn. */
function createBeacons(x: number, y: number): { object: Group; flash(timeS: number): void } {
  const object = new Group().add(new PaintedShape().box([0.32, 0.08, 1.7], [x, y, 0], 0x2a2d30).mesh());
  const halves = [-1, 1].map((side) => {
    const half = new Mesh(new BoxGeometry(0.28, 0.16, 0.72), blue);
    half.position.set(x, y + 0.11, side * 0.42);
    object.add(half);
    return half;
  });
  return {
    object,
    flash: (timeS) => {
      for (const [index, half] of halves.entries())
        half.material = Math.floor(timeS * 4) % 2 === index ? blue : dimBlue;
    },
  };
}
