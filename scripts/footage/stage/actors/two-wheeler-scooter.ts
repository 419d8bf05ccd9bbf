import { CylinderGeometry, type Mesh } from 'three';
import type { Random } from '../random.ts';
import { PaintedShape } from './painted-shape.ts';
import type { PersonLook } from './person-look.ts';
import type { Saddle } from './two-wheeler-rider.ts';
import { profileBody, type SidePoint } from './vehicle-body.ts';
import { oneOf } from './vehicle-paint.ts';

/** The bodywork of an electric scooter and where a rider sits on it. */
export interface ScooterBody {
  readonly mesh: Mesh;
  readonly wheelM: number;
  readonly wheelsX: readonly [rear: number, front: number];
  readonly rim: number;
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

/** A scooter's body; it leans on its stand where it `isParked`. */
export function createEBikeBody(random: Random, isParked: boolean): ScooterBody {
  const paint = oneOf(random, paints);
  const [dark, trim] = [0x1d1f22, random.pick([0x1d1f22, 0x3a3d41, 0x8d9196])];
  const isCourier = random.chance(0.18);
  const livery = random.pick(couriers);
  const wheelM = random.between(0.2, 0.24);
  const wheelsX = [-0.56, 0.6] as const;
  const seatY = random.between(0.72, 0.78);
  const gripY = random.between(1.0, 1.08);
  const shape = new PaintedShape();
  const part = (outline: readonly SidePoint[], halfM: number, colour: number | typeof paint) =>
    shape.add(profileBody({ outline, halfWidthM: () => halfM }), colour);
  // Rear: seat box with battery, down to the footboard.
  part(
    [
      [-0.72, 0.5],
      [-0.5, 0.42],
      [-0.3, 0.24],
      [0.02, 0.24],
      [0.06, 0.34],
      [-0.06, seatY - 0.08],
      [-0.7, seatY - 0.06],
    ],
    0.15,
    paint,
  );
  part(
    [
      [-0.34, 0.2],
      [0.42, 0.2],
      [0.42, 0.3],
      [-0.34, 0.3],
    ],
    0.14,
    trim,
  );
  // Front: shield, nose and mudguard.
  part(
    [
      [0.36, 0.22],
      [0.46, 0.22],
      [0.56, 0.5],
      [0.52, 0.94],
      [0.42, 0.98],
      [0.4, 0.6],
    ],
    0.17,
    paint,
  );
  part(
    [
      [0.5, 0.42],
      [0.68, 0.44],
      [0.6, 0.8],
      [0.5, 0.9],
    ],
    0.1,
    paint,
  );
  part(
    [
      [0.4, wheelM * 2 - 0.02],
      [0.8, wheelM * 2 - 0.06],
      [0.7, wheelM * 2 + 0.06],
      [0.5, wheelM * 2 + 0.07],
    ],
    0.075,
    paint,
  );
  // Seat, handlebar, lamp, mirrors.
  part(
    [
      [-0.78, seatY - 0.06],
      [-0.04, seatY - 0.08],
      [-0.06, seatY],
      [-0.4, seatY],
      [-0.76, seatY + 0.05],
    ],
    0.14,
    random.pick([dark, dark, 0x5a3a28]),
  );
  part(
    [
      [0.36, gripY - 0.09],
      [0.55, gripY - 0.1],
      [0.53, gripY],
      [0.4, gripY + 0.02],
    ],
    0.13,
    paint,
  );
  shape.add(new CylinderGeometry(0.07, 0.07, 0.03, 8), 0xf5f2e6, {
    at: [0.57, gripY - 0.06, 0],
    turn: [0, 0, Math.PI / 2],
  });
  shape.box([0.03, 0.06, 0.16], [-0.75, seatY - 0.14, 0], 0xb01a1a);
  shape.box([0.015, 0.12, 0.18], [-0.76, 0.42, 0], random.pick([0xe9edee, 0x7fd0a0, 0x1c4fa8]));
  for (const side of [-1, 1]) {
    shape
      .bar([0.42, gripY - 0.02, side * 0.12], [0.34, gripY, side * 0.33], 0.02, dark)
      .bar([0.44, gripY, side * 0.14], [0.42, gripY + 0.18, side * 0.26], 0.008, dark)
      .box([0.02, 0.08, 0.12], [0.42, gripY + 0.2, side * 0.29], dark)
      .bar([0.5, 0.5, side * 0.07], [wheelsX[1], wheelM, side * 0.08], 0.025, 0x55585c)
      .bar([-0.45, 0.45, side * 0.12], [wheelsX[0], wheelM, side * 0.1], 0.03, 0x2c2e31);
  }
  const grip = [0.34, gripY, 0.33] as const;
  if (isParked) shape.bar([-0.1, 0.22, -0.12], [-0.2, 0, -0.26], 0.016, 0x55585c);
  if (isCourier) addBox(shape, [-0.72, seatY + 0.3, 0], [0.48, 0.46, 0.46], livery);
  else if (random.chance(0.4))
    addBox(shape, [-0.84, seatY + 0.2, 0], [0.32, 0.28, 0.36], random.pick([dark, 0x3a3d41, paint.getHex()]));
  else
    shape
      .bar([-0.72, seatY, -0.12], [-0.82, seatY + 0.16, 0], 0.014, 0x8d9196)
      .bar([-0.72, seatY, 0.12], [-0.82, seatY + 0.16, 0], 0.014, 0x8d9196);
  if (random.chance(0.35)) addBasket(shape, gripY);
  if (random.chance(0.14)) addQuilt(shape, random, gripY);
  const saddle: Saddle = {
    seat: [-0.2, seatY],
    grip,
    feet: { x: 0.26, y: 0.3, z: 0.11 },
    lean: random.between(0.02, 0.2),
  };
  return {
    mesh: shape.mesh('lacquer'),
    wheelM,
    wheelsX,
    rim: random.pick([0x8d9196, 0x2c2e31, 0xc8ccd0]),
    saddle,
    pillion: {
      ...saddle,
      seat: [-0.52, seatY + 0.03],
      grip: [-0.12, seatY + 0.3, 0.16],
      feet: { x: -0.3, y: 0.28, z: 0.2 },
      lean: 0.1,
    },
    livery: isCourier ? { top: livery, sleeves: 'long', hat: { kind: 'helmet', colour: livery } } : {},
  };
}

function addBox(
  shape: PaintedShape,
  at: readonly [number, number, number],
  size: readonly [number, number, number],
  colour: number,
): void {
  shape.box(size, at, colour);
  shape.box([size[0] + 0.02, 0.03, size[2] + 0.02], [at[0], at[1] + size[1] * 0.3, at[2]], 0x17181a);
}

function addBasket(shape: PaintedShape, gripY: number): void {
  const [x, y] = [0.7, gripY - 0.2];
  for (const z of [-0.14, 0.14]) shape.box([0.22, 0.2, 0.014], [x, y, z], 0x2a2c2f);
  for (const end of [-0.11, 0.11]) shape.box([0.014, 0.2, 0.28], [x + end, y, 0], 0x2a2c2f);
  shape.box([0.22, 0.014, 0.28], [x, y - 0.1, 0], 0x2a2c2f);
}

/** The padded cloth that riders hang before their hands and knees in the cold. */
function addQuilt(shape: PaintedShape, random: Random, gripY: number): void {
  const colour = random.pick([0x2c3e57, 0xc4383b, 0xd86a86, 0x16181d, 0x8fb8a8]);
  const outline: readonly SidePoint[] = [
    [0.3, 0.45],
    [0.52, 0.4],
    [0.62, gripY - 0.1],
    [0.5, gripY + 0.08],
    [0.3, gripY + 0.05],
    [0.42, 0.8],
  ];
  shape.add(profileBody({ outline, halfWidthM: (_, y) => 0.22 + Math.max(0, y - 0.7) * 0.35 }), colour);
}
