import { CylinderGeometry, TorusGeometry } from 'three';
import type { Actor } from '../actor.ts';
import type { Random } from '../random.ts';
import { PaintedShape } from './painted-shape.ts';
import { createRider, riderPart, type Saddle } from './two-wheeler-rider.ts';
import { leaning } from './two-wheeler-stand.ts';
import { sideView } from './two-wheeler-styles.ts';
import { createWheel } from './two-wheeler-wheel.ts';
import { profileBody } from './vehicle-body.ts';
import { VehicleLights } from './vehicle-lights.ts';
import { oneOf } from './vehicle-paint.ts';

const paints = [0x16181d, 0x16181d, 0xa81e22, 0x1f3f8a, 0xdadada, 0x2f6a3a, 0xd07a1e];
const helmets = [0x111214, 0xf2f2ee, 0xb3262b, 0x2a62c8];

const [steel, chrome, black] = [0x4a4d52, 0xc9cdd2, 0x17181a];
const [rearX, frontX] = [-0.68, 0.74];

/** What tells one motorcycle from another. */
interface MotorcycleLook {
  readonly paint: number;
  readonly radiusM: number;
  readonly hasFairing: boolean;
}

/** A motorcycle: tank and bare engine between two large fat wheels, a long exhaust on the right. */
export function createMotorcycle(random: Random, { rider = false }: { rider?: boolean } = {}): Actor {
  const look: MotorcycleLook = {
    paint: oneOf(random, paints).getHex(),
    radiusM: random.between(0.3, 0.33),
    hasFairing: random.chance(0.3),
  };
  const { radiusM, hasFairing } = look;
  const shape = new PaintedShape();
  addBodywork(shape, look);
  addEngine(shape);
  addForks(shape, look);
  if (random.chance(0.25)) shape.box([0.36, 0.32, 0.4], [-0.98, 1.06, 0], black);
  if (!rider) shape.bar([-0.1, 0.28, -0.14], [-0.16, 0.04, -0.32], 0.018, steel);
  const rim = random.pick([chrome, black]);
  const wheels = [rearX, frontX].map((x) => createWheel({ x, radiusM, tyreM: 0.13, rim, spokes: 4 }));
  const leanRad = -random.between(0.08, 0.16);
  const saddle: Saddle = {
    seat: [-0.34, 0.82],
    grip: [0.28, 1.06, 0.36],
    feet: { x: -0.08, y: 0.32, z: 0.22 },
    lean: hasFairing ? random.between(0.35, 0.6) : random.between(0.1, 0.25),
  };
  const helmet = { kind: random.chance(0.7) ? 'closed' : 'helmet', colour: random.pick(helmets) } as const;
  const person = rider ? createRider(random, saddle, { hat: helmet, hairCut: 'short', sleeves: 'long' }) : undefined;
  const lamps = { front: [[0.64, 0.9, 0]], rear: [[-1.02, 0.74, 0]], radiusM: 0.09 } as const;
  const lights = person === undefined ? undefined : new VehicleLights(random, lamps);
  const pieces = [shape.mesh('lacquer'), ...wheels.map((wheel) => wheel.object)];
  const ridden = [person?.object, lights?.object].filter((piece) => piece !== undefined);
  return {
    object: leaning([...pieces, ...ridden], ridden.length > 0 ? 0 : leanRad),
    class: 'motorcycle',
    ...(person !== undefined && { parts: [riderPart(person)] }),
    size: [2.1, rider ? 1.7 : 1.25, 0.8],
    move: (moment) => {
      for (const wheel of wheels) wheel.roll(moment.wayM);
      person?.move(moment);
      lights?.show(moment);
    },
  };
}

function panel(shape: PaintedShape, outline: string, halfM: number, colour: number): void {
  shape.add(profileBody({ outline: sideView(outline), halfWidthM: () => halfM }), colour);
}

/** Tank, seat, tail, lamps and what hides the front of faster ones. */
function addBodywork(shape: PaintedShape, { paint, radiusM, hasFairing }: MotorcycleLook): void {
  panel(shape, '-0.16 0.66, 0.42 0.68, 0.44 0.8, 0.28 0.96, 0.02 0.94, -0.16 0.78', 0.16, paint);
  panel(shape, '-0.95 0.8, -0.6 0.7, -0.14 0.68, -0.14 0.78, -0.6 0.84, -0.95 0.92', 0.14, black);
  panel(shape, '-0.98 0.66, -0.5 0.56, -0.3 0.6, -0.4 0.74, -0.98 0.8', 0.11, paint);
  shape.box([0.04, 0.08, 0.18], [-0.99, 0.74, 0], 0xb01a1a).box([0.02, 0.16, 0.2], [-0.98, 0.56, 0], 0xd8b23a);
  const guard = new TorusGeometry(radiusM + 0.03, 0.06, 3, 8, Math.PI * 0.5);
  shape.add(guard, paint, { at: [frontX, radiusM, 0], turn: [0, 0, Math.PI * 0.3] });
  shape.add(new CylinderGeometry(0.1, 0.08, 0.1, 10), 0xf5f2e6, { at: [0.58, 0.9, 0], turn: [0, 0, -Math.PI / 2] });
  if (!hasFairing) return;
  panel(shape, '0.3 0.34, 0.6 0.6, 0.74 0.86, 0.52 1.1, 0.4 0.96, 0.24 0.62', 0.19, paint);
  panel(shape, '0.52 1.06, 0.6 1.02, 0.46 1.26, 0.42 1.24', 0.15, 0x39434c);
}

function addEngine(shape: PaintedShape): void {
  panel(shape, '-0.3 0.28, 0.26 0.26, 0.34 0.42, 0.26 0.62, -0.26 0.62', 0.17, steel);
  shape.add(new CylinderGeometry(0.13, 0.13, 0.42, 10), 0x6a6e74, { at: [-0.06, 0.4, 0], turn: [Math.PI / 2, 0, 0] });
  for (const y of [0.46, 0.52, 0.58]) shape.box([0.3, 0.02, 0.4], [0.16, y, 0], 0x7d8288);
  shape
    .bar([0.2, 0.36, 0.18], [-0.2, 0.3, 0.22], 0.035, chrome)
    .bar([-0.2, 0.3, 0.22], [-0.92, 0.42, 0.22], 0.06, chrome, { sides: 8 });
}

/** Fork, swing arm, springs, handlebar, mirrors and indicators. */
function addForks(shape: PaintedShape, { radiusM }: MotorcycleLook): void {
  for (const side of [-1, 1]) {
    shape
      .bar([0.42, 0.92, side * 0.09], [frontX, radiusM, side * 0.09], 0.03, chrome)
      .bar([-0.3, 0.42, side * 0.11], [rearX, radiusM, side * 0.1], 0.03, steel)
      .bar([-0.5, 0.68, side * 0.12], [rearX, radiusM, side * 0.12], 0.03, 0x9a2020)
      .bar([0.42, 0.98, 0], [0.28, 1.06, side * 0.36], 0.02, black)
      .bar([0.36, 1.02, side * 0.2], [0.36, 1.18, side * 0.28], 0.009, black)
      .box([0.02, 0.09, 0.13], [0.36, 1.2, side * 0.31], black)
      .box([0.05, 0.05, 0.05], [0.52, 0.86, side * 0.2], 0xe08a1e);
  }
}
