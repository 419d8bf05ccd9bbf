import { BoxGeometry, TorusGeometry } from 'three';
import type { Actor } from '../actor.ts';
import type { Random } from '../random.ts';
import { PaintedShape } from './painted-shape.ts';
import { createPusher } from './two-wheeler-pusher.ts';
import { createRider, type Rider, riderPart, type Saddle } from './two-wheeler-rider.ts';
import { leaning } from './two-wheeler-stand.ts';
import { createWheel } from './two-wheeler-wheel.ts';
import { oneOf } from './vehicle-paint.ts';

const frames = [0x16181c, 0x2b2d31, 0xb8bcc0, 0x8e2227, 0x1f4f9a, 0x2f6a4a, 0xe8e8e6, 0xd86a86, 0x6fb7c9];
/** Hired bicycles wear one colour all over: yellow, blue, green, orange. */
const hired = [0xf3c41b, 0xf3c41b, 0x1e8fe0, 0x1e8fe0, 0x25b39a, 0xf0761e];

/** What tells one bicycle from another; metres. */
interface BicycleLook {
  readonly isHired: boolean;
  readonly paint: number;
  readonly radiusM: number;
  readonly rearX: number;
  readonly frontX: number;
  readonly saddleY: number;
  readonly grip: readonly [number, number, number];
  readonly hasCrossbar: boolean;
}

const crank = [-0.1, 0.29, 0] as const;
const seatX = -0.25;
const [headX, headY] = [0.36, 0.84];

/** A bicycle: thin tubes on two large thin wheels; parked on its stand unless somebody rides or pushes it. */
export function createBicycle(random: Random, options: { rider?: boolean; pushed?: boolean } = {}): Actor {
  const isPushed = options.pushed === true;
  const rider = options.rider === true && !isPushed;
  const look = createBicycleLook(random);
  const shape = new PaintedShape();
  addFrame(shape, look);
  addSteering(shape, look);
  addExtras(shape, random, look);
  const { radiusM, saddleY, grip } = look;
  const tyre = look.isHired
    ? { tyre: 0x1a1b1d, rim: look.paint }
    : { rim: random.pick([0xb9bcc0, 0x2a2c2f, 0xd6d8da]) };
  const wheels = [look.rearX, look.frontX].map((x) => createWheel({ x, radiusM, tyreM: 0.05, spokes: 5, ...tyre }));
  const leanRad = -random.between(0.06, 0.16);
  const saddle: Saddle = {
    seat: [seatX, saddleY + 0.03],
    grip,
    feet: { x: crank[0], y: crank[1] + 0.02, z: 0.11, crankM: 0.16 },
    lean: random.between(0.12, 0.45),
    gearM: 4.6,
  };
  const people: Rider[] = [];
  if (rider) people.push(createRider(random, saddle));
  if (isPushed) people.push(createPusher(random, { x: grip[0] - 0.3, z: -0.45, grip }));
  if (people.length === 0) shape.bar([-0.15, 0.25, -0.05], [-0.28, 0.03, -0.2], 0.012, 0x777a7d);
  const pieces = [shape.mesh('plastic'), ...[...wheels, ...people].map((piece) => piece.object)];
  return {
    object: leaning(pieces, people.length === 0 ? leanRad : 0),
    class: 'bicycle',
    ...(people.length > 0 && { parts: people.map(riderPart) }),
    size: [1.7, rider ? 1.7 : 1.08, isPushed ? 1.2 : 0.6],
    move: (moment) => {
      for (const wheel of wheels) wheel.roll(moment.wayM);
      for (const person of people) person.move(moment);
    },
  };
}

function createBicycleLook(random: Random): BicycleLook {
  const isHired = random.chance(0.4);
  const reachM = random.between(0.5, 0.55);
  return {
    isHired,
    paint: oneOf(random, isHired ? hired : frames).getHex(),
    radiusM: random.pick([0.33, 0.33, 0.3, 0.27]),
    rearX: -reachM,
    frontX: reachM + 0.04,
    saddleY: random.between(0.86, 0.96),
    grip: [headX - random.between(0.1, 0.16), headY + random.between(0.14, 0.22), 0.28],
    hasCrossbar: !isHired && random.chance(0.35),
  };
}

/** The tubes between the wheels; a low step-through where there is no crossbar. */
function addFrame(shape: PaintedShape, look: BicycleLook): void {
  const { isHired, paint, radiusM, rearX, frontX, saddleY, hasCrossbar } = look;
  const tube = isHired ? 0.028 : 0.02;
  shape
    .bar(crank, [seatX - 0.02, saddleY - 0.04, 0], tube, paint)
    .bar(hasCrossbar ? crank : [crank[0], crank[1] + 0.06, 0], [headX, headY - 0.14, 0], tube * 1.15, paint)
    .bar(hasCrossbar ? [seatX + 0.03, 0.76, 0] : [-0.16, 0.5, 0], [headX, headY - 0.04, 0], tube, paint)
    .bar([headX + 0.03, headY - 0.2, 0], [headX - 0.03, headY + 0.16, 0], tube * 1.2, paint)
    .box([0.26, 0.06, 0.16], [seatX - 0.02, saddleY, 0], 0x17181a);
  for (const z of [-0.05, 0.05]) {
    shape
      .bar([headX + 0.03, headY - 0.2, z * 0.8], [frontX, radiusM, z], 0.015, paint)
      .bar([crank[0], crank[1], z], [rearX, radiusM, z], 0.014, paint)
      .bar([seatX, 0.74, z * 0.6], [rearX, radiusM, z], 0.013, paint);
  }
}

function addSteering(shape: PaintedShape, { grip }: BicycleLook): void {
  shape
    .bar([headX - 0.03, headY + 0.14, 0], [headX, grip[1], 0], 0.014, 0x9a9da1)
    .bar([headX, grip[1], -0.12], [headX, grip[1], 0.12], 0.014, 0x9a9da1);
  for (const side of [-1, 1]) {
    shape.bar([headX, grip[1], side * 0.12], [grip[0], grip[1], side * grip[2]], 0.016, 0x202124);
  }
}

/** Mudguards, basket and carrier. */
function addExtras(
  shape: PaintedShape,
  random: Random,
  { isHired, paint, radiusM, rearX, frontX, grip }: BicycleLook,
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
