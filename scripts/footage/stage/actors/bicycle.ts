import { BoxGeometry, TorusGeometry } from 'three';
import type { Actor } from '../actor.ts';
import type { Random } from '../random.ts';
import { PaintedShape } from './painted-shape.ts';
import { createRider, riderPart, type Saddle } from './two-wheeler-rider.ts';
import { leaning } from './two-wheeler-stand.ts';
import { createWheel } from './two-wheeler-wheel.ts';
import { oneOf } from './vehicle-paint.ts';

const frames = [0x16181c, 0x2b2d31, 0xb8bcc0, 0x8e2227, 0x1f4f9a, 0x2f6a4a, 0xe8e8e6, 0xd86a86, 0x6fb7c9];
/** Hired bicycles wear one colour all over: yellow, blue, green, orange. */
const hired = [0xf3c41b, 0xf3c41b, 0x1e8fe0, 0x1e8fe0, 0x25b39a, 0xf0761e];

/** A bicycle: thin tubes on two large thin wheels; parked on its stand unless somebody rides it. */
export function createBicycle(random: Random, { rider = false }: { rider?: boolean } = {}): Actor {
  const isHired = random.chance(0.4);
  const paint = oneOf(random, isHired ? hired : frames);
  const radiusM = random.pick([0.33, 0.33, 0.3, 0.27]);
  const reachM = random.between(0.5, 0.55);
  const crossbar = !isHired && random.chance(0.35);
  const [rear, front] = [[-reachM, radiusM, 0] as const, [reachM + 0.04, radiusM, 0] as const];
  const [crank, seat, head] = [[-0.1, 0.29, 0] as const, [-0.25, 0.8, 0] as const, [0.36, 0.84, 0] as const];
  const saddleY = random.between(0.86, 0.96);
  const shape = new PaintedShape();
  const tube = isHired ? 0.028 : 0.02;
  shape
    .bar(crank, [seat[0] - 0.02, saddleY - 0.04, 0], tube, paint)
    .bar(crossbar ? crank : [crank[0], crank[1] + 0.06, 0], [head[0], head[1] - 0.14, 0], tube * 1.15, paint)
    .bar(crossbar ? [seat[0] + 0.03, 0.76, 0] : [-0.16, 0.5, 0], [head[0], head[1] - 0.04, 0], tube, paint)
    .bar([head[0] + 0.03, head[1] - 0.2, 0], [head[0] - 0.03, head[1] + 0.16, 0], tube * 1.2, paint);
  for (const z of [-0.05, 0.05]) {
    shape
      .bar([head[0] + 0.03, head[1] - 0.2, z * 0.8], [front[0], front[1], z], 0.015, paint)
      .bar([crank[0], crank[1], z], [rear[0], rear[1], z], 0.014, paint)
      .bar([seat[0], seat[1] - 0.06, z * 0.6], [rear[0], rear[1], z], 0.013, paint);
  }
  const grip = [head[0] - random.between(0.1, 0.16), head[1] + random.between(0.14, 0.22), 0.28] as const;
  shape
    .bar([head[0] - 0.03, head[1] + 0.14, 0], [head[0], grip[1], 0], 0.014, 0x9a9da1)
    .bar([head[0], grip[1], -0.12], [head[0], grip[1], 0.12], 0.014, 0x9a9da1)
    .box([0.26, 0.06, 0.16], [seat[0] - 0.02, saddleY, 0], 0x17181a);
  for (const side of [-1, 1]) {
    shape.bar([head[0], grip[1], side * 0.12], [grip[0], grip[1], side * grip[2]], 0.016, 0x202124);
  }
  addExtras(shape, random, { isHired, paint: paint.getHex(), radiusM, rearX: rear[0], frontX: front[0], grip });
  if (!rider) shape.bar([-0.15, 0.25, -0.05], [-0.28, 0.03, -0.2], 0.012, 0x777a7d);
  const tyre = isHired ? { tyre: 0x1a1b1d, rim: paint.getHex() } : { rim: random.pick([0xb9bcc0, 0x2a2c2f, 0xd6d8da]) };
  const wheels = [rear[0], front[0]].map((x) => createWheel({ x, radiusM, tyreM: 0.05, spokes: 5, ...tyre }));
  const leanRad = -random.between(0.06, 0.16);
  const saddle: Saddle = {
    seat: [seat[0], saddleY + 0.03],
    grip,
    feet: { x: crank[0], y: crank[1] + 0.02, z: 0.11, crankM: 0.16 },
    lean: random.between(0.12, 0.45),
    gearM: 4.6,
  };
  const person = rider ? createRider(random, saddle) : undefined;
  const pieces = [shape.mesh('plastic'), ...wheels.map((wheel) => wheel.object)];
  return {
    object: person === undefined ? leaning(pieces, leanRad) : leaning([...pieces, person.object], 0),
    class: 'bicycle',
    ...(person !== undefined && { parts: [riderPart(person)] }),
    size: [1.7, rider ? 1.7 : 1.08, 0.6],
    move: (moment) => {
      for (const wheel of wheels) wheel.roll(moment.wayM);
      person?.move(moment);
    },
  };
}

interface Extras {
  readonly isHired: boolean;
  readonly paint: number;
  readonly radiusM: number;
  readonly rearX: number;
  readonly frontX: number;
  readonly grip: readonly [number, number, number];
}

/** Mudguards, basket and carrier. */
function addExtras(
  shape: PaintedShape,
  random: Random,
  { isHired, paint, radiusM, rearX, frontX, grip }: Extras,
): void {
  const guard = isHired ? paint : random.pick([0x1b1c1e, paint]);
  if (isHired || random.chance(0.6)) {
    const arch = new TorusGeometry(radiusM + 0.02, 0.025, 3, 10, Math.PI * 0.62);
    shape.add(arch, guard, { at: [rearX, radiusM, 0], turn: [0, 0, Math.PI * 0.3] });
    shape.add(arch, guard, { at: [frontX, radiusM, 0], turn: [0, 0, Math.PI * 0.25] });
  }
  if (isHired || random.chance(0.5)) {
    const colour = random.pick([0x2a2c2f, 0x55585c, 0x9a9da1]);
    const [x, y] = [frontX + 0.02, grip[1] - 0.2];
    for (const z of [-0.15, 0.15]) shape.box([0.26, 0.2, 0.012], [x, y, z], colour);
    for (const end of [-0.13, 0.13]) shape.box([0.012, 0.2, 0.3], [x + end, y, 0], colour);
    shape.box([0.26, 0.012, 0.3], [x, y - 0.1, 0], colour);
  }
  if (!isHired && random.chance(0.6)) {
    shape.add(new BoxGeometry(0.4, 0.02, 0.14), 0x3a3c3f, { at: [rearX - 0.02, radiusM * 2 + 0.1, 0] });
    for (const z of [-0.06, 0.06]) shape.bar([rearX, radiusM, z], [rearX - 0.08, radiusM * 2 + 0.1, z], 0.01, 0x3a3c3f);
  }
}
