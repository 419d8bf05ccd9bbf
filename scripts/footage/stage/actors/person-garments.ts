import type { BodyMeasures, PersonJoint } from './body-measures.ts';
import type { BodyShape, Ring } from './body-shape.ts';
import type { PersonLook } from './person-look.ts';

type PersonRing = Ring<PersonJoint>;

/** Half of each corner's way follows its thigh, so that the cloth does not stand still. */
export function addSkirt(
  shape: BodyShape<PersonJoint>,
  body: BodyMeasures,
  skirt: NonNullable<PersonLook['skirt']>,
): void {
  const deep = body.heightM * 0.074 * body.girth;
  const wide = body.hipM * 2.05 * body.girth ** 0.5;
  const end = -body.thighM * skirt.toKnee;
  const ring = (y: number, wider: number, share: number, thigh: 'thighLeft' | 'thighRight'): PersonRing => ({
    at: [0, y, 0],
    radius: [deep * wider, wide * wider],
    colour: skirt.colour,
    joint: 'hips',
    toward: [thigh, share],
  });
  shape.stack(
    [
      ring(end, skirt.flare, 0.45, 'thighLeft'),
      ring(end * 0.55, 1.02 + (skirt.flare - 1.02) * 0.6, 0.4, 'thighRight'),
      ring(0, 1.02, 0, 'thighLeft'),
      ring(body.torsoM * 0.2, 0.86, 0, 'thighLeft'),
    ],
    { sides: 10, isOpen: true },
  );
}

/** A cap, a straw hat or a helmet. */
export function addHat(shape: BodyShape<PersonJoint>, body: BodyMeasures, hat: NonNullable<PersonLook['hat']>): void {
  const h = body.headM;
  const chin = body.torsoM * 1.06 + body.heightM * 0.012;
  const ring = (y: number, x: number, rx: number, rz: number): PersonRing => ({
    at: [x * h, chin + y * h, 0],
    radius: [rx * h, rz * h],
    colour: hat.colour,
    joint: 'head',
  });
  if (hat.kind === 'straw') {
    shape.stack([ring(0.7, 0, 1.0, 0.95), ring(0.8, 0, 0.5, 0.48), ring(1.0, 0, 0.42, 0.4), ring(1.16, 0, 0.2, 0.2)], {
      sides: 10,
    });
    return;
  }
  if (hat.kind === 'closed') {
    const visor = { colour: 0x17191c };
    shape.stack(
      [
        ring(-0.08, 0.06, 0.42, 0.4),
        ring(0.3, 0.05, 0.6, 0.52),
        { ...ring(0.3, 0.05, 0.6, 0.52), ...visor },
        { ...ring(0.62, 0.04, 0.62, 0.54), ...visor },
        ring(0.62, 0.03, 0.62, 0.54),
        ring(0.95, 0, 0.52, 0.46),
        ring(1.16, -0.02, 0.2, 0.18),
      ],
      { sides: 8 },
    );
    return;
  }
  const size = hat.kind === 'helmet' ? 1.2 : 1.06;
  shape.stack(
    [
      ring(0.66, 0.16, 0.62 * size, 0.42 * size),
      ring(0.72, 0, 0.47 * size, 0.43 * size),
      ring(0.95, 0, 0.4 * size, 0.37 * size),
      ring(1.02 + size * 0.08, 0, 0.2 * size, 0.18 * size),
    ],
    { sides: 8 },
  );
}

/** A rucksack, or a bag at the hip or in the hand. */
export function addBag(shape: BodyShape<PersonJoint>, body: BodyMeasures, bag: NonNullable<PersonLook['bag']>): void {
  const { torsoM: t, heightM: h } = body;
  const box = (at: readonly [number, number, number], deep: number, wide: number, high: number, joint: PersonJoint) => {
    const ring = (y: number, size: number): PersonRing => ({
      at: [at[0], at[1] + y * high, at[2]],
      radius: [deep * size, wide * size],
      colour: bag.colour,
      joint,
    });
    shape.stack([ring(-0.5, 0.8), ring(-0.4, 1), ring(0.35, 0.95), ring(0.5, 0.6)], { sides: 8, power: 4 });
  };
  if (bag.kind === 'rucksack') box([-h * 0.115 * body.girth, t * 0.62, 0], h * 0.055, h * 0.09, h * 0.24, 'spine');
  else if (bag.kind === 'shoulder') box([0, -t * 0.02, body.shoulderM * 1.15], h * 0.085, h * 0.03, h * 0.15, 'hips');
  else {
    const hand = t * 0.94 - body.upperArmM - body.foreArmM;
    box([0, hand - h * 0.13, body.shoulderM], h * 0.1, h * 0.045, h * 0.18, 'prop');
  }
}
