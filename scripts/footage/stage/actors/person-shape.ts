import type { BodyMeasures, PersonJoint } from './body-measures.ts';
import { BodyShape, type Ring } from './body-shape.ts';
import { addBag, addHat, addSkirt } from './person-garments.ts';
import type { PersonLook } from './person-look.ts';

type PersonRing = Ring<PersonJoint>;

/** The surface of a dressed person; the hips are the origin. */
export function createPersonShape(body: BodyMeasures, look: PersonLook): BodyShape<PersonJoint> {
  const shape = new BodyShape<PersonJoint>();
  addTorso(shape, body, look);
  addHead(shape, body, look);
  for (const side of ['Left', 'Right'] as const) {
    addArm(shape, body, look, side);
    addLeg(shape, body, look, side);
  }
  if (look.skirt !== undefined) addSkirt(shape, body, look.skirt);
  if (look.hat !== undefined) addHat(shape, body, look.hat);
  if (look.bag !== undefined) addBag(shape, body, look.bag);
  return shape;
}

function addTorso(
  shape: BodyShape<PersonJoint>,
  body: BodyMeasures,
  { top, spots, band, legs, skin }: PersonLook,
): void {
  const { torsoM: t, shoulderM, hipM, girth } = body;
  const deep = body.heightM * 0.065 * girth;
  const chest = shoulderM * 0.86;
  const shirt = { colour: top, joint: 'spine', ...(spots !== undefined && { spots }) } as const;
  const across = band === undefined ? shirt : ({ colour: band, joint: 'spine' } as const);
  const rings: PersonRing[] = [
    { at: [0, -t * 0.16, 0], radius: [deep * 0.75, hipM * 1.25], colour: legs, joint: 'hips' },
    { at: [0, 0, 0], radius: [deep * 1.08, hipM * 1.88 * girth ** 0.5], colour: legs, joint: 'hips' },
    { at: [0, -t * 0.05, 0], radius: [deep * 1.22, hipM * 2.2 * girth ** 0.5], ...shirt, joint: 'hips' },
    { at: [0, t * 0.22, 0], radius: [deep, chest * 0.82], ...shirt, toward: ['hips', 0.5] },
    { at: [0, t * 0.5, 0], radius: [deep * 1.08, chest * 0.94], ...shirt },
    { at: [0, t * 0.5, 0], radius: [deep * 1.1, chest * 0.95], ...across },
    { at: [0, t * 0.62, 0], radius: [deep * 1.14, chest * 1.0], ...across },
    { at: [0, t * 0.62, 0], radius: [deep * 1.14, chest * 1.0], ...shirt },
    { at: [0, t * 0.86, 0], radius: [deep * 1.02, chest * 1.08], ...shirt },
    { at: [0, t * 0.98, 0], radius: [deep * 0.72, chest * 0.72], ...shirt },
    { at: [0, t * 1.03, 0], radius: [deep * 0.5, chest * 0.34], ...shirt },
    { at: [0, t * 1.03, 0], radius: [body.headM * 0.24, body.headM * 0.24], colour: skin, joint: 'spine' },
    { at: [0.01, t * 1.14, 0], radius: [body.headM * 0.22, body.headM * 0.22], colour: skin, joint: 'head' },
  ];
  shape.stack(rings, { sides: 10, power: 2.5 });
}

function addHead(shape: BodyShape<PersonJoint>, body: BodyMeasures, look: PersonLook): void {
  const { headM: h, torsoM } = body;
  const chin = torsoM * 1.06 + body.heightM * 0.012;
  const ring = (y: number, x: number, rx: number, rz: number, colour: number): PersonRing => ({
    at: [x * h, chin + y * h, 0],
    radius: [rx * h, rz * h],
    colour,
    joint: 'head',
  });
  const lower = look.mask ?? look.skin;
  shape.stack(
    [
      ring(0, 0.1, 0.2, 0.2, lower),
      ring(0.15, 0.06, 0.35, 0.29, lower),
      ring(0.34, 0.03, 0.42, 0.35, lower),
      ring(0.34, 0.03, 0.42, 0.35, look.skin),
      ring(0.6, 0.02, 0.43, 0.37, look.skin),
      ring(0.84, 0, 0.36, 0.32, look.skin),
      ring(0.97, -0.02, 0.18, 0.17, look.skin),
    ],
    { sides: 8 },
  );
  if (look.hairCut === 'bald') return;
  const low = look.hairCut === 'long' ? -0.35 : 0.18;
  const { hair } = look;
  shape.stack(
    [
      ring(low, -0.22, look.hairCut === 'long' ? 0.2 : 0.22, look.hairCut === 'long' ? 0.36 : 0.28, hair),
      ring(0.3, -0.16, 0.33, 0.36, hair),
      ring(0.62, -0.1, 0.4, 0.41, hair),
      ring(0.76, -0.02, 0.44, 0.41, hair),
      ring(0.92, -0.03, 0.34, 0.31, hair),
      ring(1.04, -0.04, 0.14, 0.14, hair),
    ],
    { sides: 8 },
  );
  if (look.hairCut !== 'bun') return;
  shape.stack(
    [ring(0.55, -0.5, 0.06, 0.06, hair), ring(0.66, -0.52, 0.15, 0.15, hair), ring(0.8, -0.5, 0.08, 0.08, hair)],
    {
      sides: 6,
    },
  );
}

function addArm(shape: BodyShape<PersonJoint>, body: BodyMeasures, look: PersonLook, side: 'Left' | 'Right'): void {
  const z = body.shoulderM * (side === 'Left' ? -1 : 1);
  const shoulder = body.torsoM * 0.94;
  const elbow = shoulder - body.upperArmM;
  const hand = elbow - body.foreArmM;
  const thick = body.heightM * 0.029 * body.girth;
  const [upper, fore] = [`upperArm${side}`, `foreArm${side}`] as const;
  const isLong = look.sleeves === 'long';
  const loose = isLong ? 1.22 : 1.1;
  const foreColour = isLong ? look.top : look.skin;
  const ring = (
    y: number,
    r: number,
    colour: number,
    joint: PersonJoint,
    toward?: PersonRing['toward'],
  ): PersonRing => ({
    at: [0, y, z],
    radius: [r * thick, r * thick],
    colour,
    joint,
    ...(toward !== undefined && { toward }),
  });
  shape.stack(
    [
      ring(shoulder + thick * 0.7, 0.6, look.top, upper, ['spine', 0.5]),
      ring(shoulder - thick * 0.4, loose * 1.06, look.top, upper),
      ring(shoulder - body.upperArmM * 0.6, loose * 1.1, look.top, upper),
      ring(shoulder - body.upperArmM * 0.6, isLong ? loose : 1, foreColour, upper),
      ring(elbow, isLong ? loose : 0.95, foreColour, fore, [upper, 0.5]),
      ring(elbow - body.foreArmM * 0.85, isLong ? loose * 0.85 : 0.7, foreColour, fore),
      ring(elbow - body.foreArmM * 0.85, 0.68, look.skin, fore),
      ring(hand - thick * 0.3, 0.85, look.skin, fore),
      ring(hand - thick * 2.2, 0.5, look.skin, fore),
    ],
    { sides: 6 },
  );
}

function addLeg(shape: BodyShape<PersonJoint>, body: BodyMeasures, look: PersonLook, side: 'Left' | 'Right'): void {
  const z = body.hipM * (side === 'Left' ? -1 : 1);
  const { thighM, shinM, ankleM } = body;
  const thick = body.heightM * 0.044 * body.girth;
  const [thigh, shin, foot] = [`thigh${side}`, `shin${side}`, `foot${side}`] as const;
  const cloth = look.legWear === 'bare' ? look.skin : look.legs;
  const lower = look.legWear === 'trousers' ? look.legs : look.skin;
  const loose = look.legWear === 'trousers' ? 1.15 : 1;
  const ring = (
    y: number,
    r: number,
    colour: number,
    joint: PersonJoint,
    toward?: PersonRing['toward'],
  ): PersonRing => ({
    at: [0, y, z],
    radius: [r * thick, r * thick],
    colour,
    joint,
    ...(toward !== undefined && { toward }),
  });
  shape.stack(
    [
      ring(thick * 0.4, 0.9, cloth, 'hips'),
      ring(-thighM * 0.14, 1.12, cloth, thigh, ['hips', 0.45]),
      ring(-thighM * 0.35, 1.26, cloth, thigh),
      ring(-thighM * 0.78, 1.12, cloth, thigh),
      ring(-thighM * 0.78, lower === cloth ? 1.12 : 0.9, lower, thigh),
      ring(-thighM, 0.84 * loose, lower, shin, [thigh, 0.5]),
      ring(-thighM - shinM * 0.3, 0.82 * loose, lower, shin),
      ring(-thighM - shinM * 0.95, 0.58 * loose ** 2, lower, shin),
    ],
    { sides: 7 },
  );
  const ground = -thighM - shinM - ankleM;
  const footRing = (y: number, x: number, rx: number, rz: number): PersonRing => ({
    at: [x * body.heightM, ground + y, z],
    radius: [rx * body.heightM, rz * body.heightM],
    colour: look.shoes,
    joint: foot,
  });
  shape.stack(
    [
      footRing(0, 0.032, 0.077, 0.029),
      footRing(ankleM * 0.45, 0.03, 0.076, 0.029),
      footRing(ankleM * 0.95, 0.004, 0.04, 0.025),
      footRing(ankleM * 1.4, 0, 0.026, 0.022),
    ],
    { sides: 7, power: 2.6 },
  );
}
