import { type Color, CylinderGeometry, type Mesh } from 'three';
import type { Random } from '../random.ts';
import { PaintedShape } from './painted-shape.ts';
import type { PersonLook } from './person-look.ts';
import type { Saddle } from './two-wheeler-rider.ts';
import { type Panel, type ScooterStyle, scooterStyles, sideView } from './two-wheeler-styles.ts';
import { profileBody } from './vehicle-body.ts';
import type { LampPlaces } from './vehicle-lights.ts';
import { oneOf } from './vehicle-paint.ts';

/** The bodywork of an electric scooter and where a rider sits on it. */
export interface ScooterBody {
  readonly mesh: Mesh;
  readonly style: ScooterStyle;
  readonly rim: number;
  readonly lamps: LampPlaces;
  readonly saddle: Saddle;
  readonly pillion: Saddle;
  /** What a rider who works for the owner of its box wears. */
  readonly livery: Partial<PersonLook>;
}

const paints = [
  0xf2f2ee, 0xf2f2ee, 0x16181d, 0xb3262b, 0xc4383b, 0x1f5fae, 0x2f9a8a, 0xe7a0b4, 0xe6a72e, 0x8fb8a8, 0x6a7076,
  0xd8cdb4,
];
const couriers = [0xf3c41b, 0x1e8fe0, 0xe04a2a, 0x25a35a];
const dark = 0x1d1f22;

/** A scooter's body; on its stand where it `isParked`. The same random source makes the same body either way. */
export function createScooterBody(random: Random, isParked: boolean): ScooterBody {
  const style = random.pick(scooterStyles);
  const paint = oneOf(random, paints);
  const colours: Readonly<Record<Panel['in'], Color | number>> = {
    paint,
    trim: random.pick([dark, 0x3a3d41, 0x8d9196, 0xe8e8e4]),
    seat: random.pick([0x17181a, 0x17181a, 0x5a3a28, 0x8a2a22]),
    steel: 0x55585c,
    glass: 0x39434c,
  };
  const isCourier = random.chance(0.18);
  const livery = random.pick(couriers);
  const shape = new PaintedShape();
  for (const { outline, halfM, in: part } of style.panels) {
    shape.add(profileBody({ outline, halfWidthM: () => halfM }), colours[part]);
  }
  addSteering(shape, style);
  addTail(shape, random, style);
  if (isParked) shape.bar([-0.1, 0.22, -0.12], [-0.2, 0.03, -0.26], 0.016, colours.steel);
  const { seatX, seatY, rearX } = style;
  const backX = rearX - 0.2;
  const own = random.pick([dark, 0x3a3d41, paint.getHex()]);
  if (isCourier) addBox(shape, [backX, seatY + 0.3, 0], [0.48, 0.46, 0.46], livery);
  else if (random.chance(0.4)) addBox(shape, [backX - 0.1, seatY + 0.2, 0], [0.32, 0.28, 0.36], own);
  else
    for (const z of [-0.12, 0.12]) shape.bar([backX, seatY - 0.04, z], [backX - 0.1, seatY + 0.16, 0], 0.014, 0x8d9196);
  if (random.chance(0.35)) addBasket(shape, style);
  if (random.chance(0.14)) addQuilt(shape, random, style);
  const grip = [style.gripX, style.gripY, 0.33] as const;
  const feet = { x: style.boardX, y: style.boardY, z: 0.11 };
  const saddle: Saddle = { seat: [seatX, seatY], grip, feet, lean: random.between(0.02, 0.2) };
  return {
    mesh: shape.mesh('lacquer'),
    style,
    rim: random.pick([0x8d9196, 0x2c2e31, 0xc8ccd0]),
    lamps: { front: [[style.lampX, style.gripY - 0.06, 0]], rear: [[rearX - 0.25, seatY - 0.14, 0]], radiusM: 0.07 },
    saddle,
    pillion: {
      seat: [seatX - 0.32, seatY + 0.03],
      grip: [seatX + 0.08, seatY + 0.3, 0.16],
      feet: { x: rearX + 0.26, y: 0.28, z: 0.2 },
      lean: 0.1,
      keepsFeet: true,
    },
    livery: isCourier ? { top: livery, sleeves: 'long', hat: { kind: 'helmet', colour: livery } } : {},
  };
}

/** Handlebar, lamp, mirrors and fork. */
function addSteering(shape: PaintedShape, { gripX, gripY, frontX, wheelM, lampX }: ScooterStyle): void {
  const lamp = new CylinderGeometry(0.07, 0.07, 0.03, 8);
  shape.add(lamp, 0xf5f2e6, { at: [lampX - 0.015, gripY - 0.06, 0], turn: [0, 0, Math.PI / 2] });
  shape.bar([gripX + 0.08, gripY - 0.16, 0], [gripX + 0.1, gripY, 0], 0.03, dark);
  for (const side of [-1, 1]) {
    shape
      .bar([gripX + 0.09, gripY - 0.01, 0], [gripX, gripY, side * 0.33], 0.02, dark)
      .bar([gripX + 0.1, gripY, side * 0.14], [gripX + 0.08, gripY + 0.18, side * 0.26], 0.008, dark)
      .box([0.02, 0.08, 0.12], [gripX + 0.08, gripY + 0.2, side * 0.29], dark)
      .bar([frontX - 0.1, 0.5, side * 0.06], [frontX, wheelM, side * 0.07], 0.025, 0x55585c);
  }
}

/** Lamp, number plate and the arms of the rear wheel. */
function addTail(shape: PaintedShape, random: Random, { rearX, seatY, wheelM }: ScooterStyle): void {
  const plate = random.pick([0xe9edee, 0xe9edee, 0x7fd0a0, 0x1c4fa8]);
  shape.box([0.03, 0.06, 0.16], [rearX - 0.22, seatY - 0.14, 0], 0xb01a1a);
  shape.box([0.015, 0.12, 0.18], [rearX - 0.24, 0.46, 0], plate);
  shape.bar([rearX - 0.16, 0.56, 0], [rearX - 0.24, 0.4, 0], 0.02, dark);
  for (const side of [-1, 1]) shape.bar([rearX + 0.12, 0.45, side * 0.1], [rearX, wheelM, side * 0.08], 0.03, 0x2c2e31);
}

type Triple = readonly [number, number, number];

function addBox(shape: PaintedShape, at: Triple, size: Triple, colour: number): void {
  shape.box(size, at, colour);
  shape.box([size[0] + 0.02, 0.03, size[2] + 0.02], [at[0], at[1] + size[1] * 0.3, at[2]], 0x17181a);
}

function addBasket(shape: PaintedShape, { gripY, lampX }: ScooterStyle): void {
  const [x, y] = [lampX + 0.13, gripY - 0.2];
  for (const z of [-0.14, 0.14]) shape.box([0.22, 0.2, 0.014], [x, y, z], 0x2a2c2f);
  for (const end of [-0.11, 0.11]) shape.box([0.014, 0.2, 0.28], [x + end, y, 0], 0x2a2c2f);
  shape.box([0.22, 0.014, 0.28], [x, y - 0.1, 0], 0x2a2c2f);
}

/** The padded cloth that riders hang before their hands and knees in the cold. */
function addQuilt(shape: PaintedShape, random: Random, { gripX }: ScooterStyle): void {
  const colour = random.pick([0x2c3e57, 0xc4383b, 0xd86a86, 0x16181d, 0x8fb8a8]);
  const outline = sideView('-0.04 0.45, 0.18 0.4, 0.28 0.95, 0.16 1.12, -0.04 1.1, 0.08 0.8');
  const quilt = profileBody({ outline, halfWidthM: (_, y) => 0.22 + Math.max(0, y - 0.7) * 0.35 });
  shape.add(quilt, colour, { at: [gripX, 0, 0] });
}
