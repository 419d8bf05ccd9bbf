import type { AnimalBreed } from './animal-breed.ts';
import { BodyShape, type Ring } from './body-shape.ts';
import { type Joint, Skeleton } from './body-skeleton.ts';

type LegName = 'frontLeft' | 'frontRight' | 'backLeft' | 'backRight';

/** Joints of an animal; `trunk` carries all. */
export type AnimalJoint = 'trunk' | 'neck' | 'head' | 'tail' | `${LegName}${'Upper' | 'Lower'}`;

const legs: readonly (readonly [LegName, along: 1 | -1, side: 1 | -1])[] = [
  ['frontLeft', 1, -1],
  ['frontRight', 1, 1],
  ['backLeft', -1, -1],
  ['backRight', -1, 1],
];

/** Legs an animal walks on: a bird has the hind ones only, below its middle. */
function legsOf({ kind }: AnimalBreed): typeof legs {
  return kind === 'bird' ? legs.filter(([, along]) => along < 0) : legs;
}

function hipOf({ kind, lengthM, widthM, depthM }: AnimalBreed, along: number, side: number) {
  const x = kind === 'bird' ? 0 : along * lengthM * 0.38;
  return [x, -depthM * 0.25, side * widthM * (kind === 'bird' ? 0.2 : 0.27)] as const;
}

function neckEnd({ lengthM, depthM, neckM, neckRise }: AnimalBreed): readonly [number, number, number] {
  return [lengthM * 0.46 + Math.cos(neckRise) * neckM, depthM * 0.2 + Math.sin(neckRise) * neckM, 0];
}

/** The joints; the middle of the trunk is the origin. */
export function createAnimalSkeleton(breed: AnimalBreed): Skeleton<AnimalJoint> {
  const { lengthM, depthM, legM } = breed;
  const limbs = legsOf(breed).flatMap(([name, along, side]): Joint<AnimalJoint>[] => {
    const [x, y, z] = hipOf(breed, along, side);
    return [
      { name: `${name}Upper`, carriedBy: 'trunk', at: [x, y, z] },
      { name: `${name}Lower`, carriedBy: `${name}Upper`, at: [x, y - (legM + depthM * 0.25) * 0.5, z] },
    ];
  });
  return new Skeleton<AnimalJoint>([
    { name: 'trunk', at: [0, 0, 0] },
    { name: 'neck', carriedBy: 'trunk', at: [lengthM * 0.46, depthM * 0.2, 0] },
    { name: 'head', carriedBy: 'neck', at: neckEnd(breed) },
    { name: 'tail', carriedBy: 'trunk', at: [-lengthM * 0.5, depthM * 0.25, 0] },
    ...limbs,
  ]);
}

/** The surface of an animal. */
export function createAnimalShape(breed: AnimalBreed): BodyShape<AnimalJoint> {
  const shape = new BodyShape<AnimalJoint>();
  addTrunk(shape, breed);
  addHead(shape, breed);
  for (const [name, along, side] of legsOf(breed)) addLeg(shape, breed, name, hipOf(breed, along, side));
  return shape;
}

function addTrunk(shape: BodyShape<AnimalJoint>, breed: AnimalBreed): void {
  const { lengthM: l, depthM: d, widthM: w, coat, patch, tailM, tailRise, kind } = breed;
  const ring = (x: number, y: number, up: number, out: number): Ring<AnimalJoint> => ({
    at: [x * l, y * d, 0],
    radius: [up * d, out * w],
    colour: coat,
    spots: patch,
    joint: 'trunk',
  });
  const waist = kind === 'cow' ? 0.5 : 0.4;
  shape.stack(
    [
      ring(-0.54, 0.12, 0.18, 0.2),
      ring(-0.48, 0.08, 0.4, 0.4),
      ring(-0.3, 0.04, 0.45, 0.47),
      ring(-0.14, 0.02, (waist + 0.45) / 2, 0.47),
      ring(0, 0, waist, 0.46),
      ring(0.14, -0.01, (waist + 0.5) / 2, 0.48),
      ring(0.28, -0.02, 0.5, 0.5),
      ring(0.4, 0.02, 0.45, 0.42),
      ring(0.53, 0.08, 0.22, 0.24),
    ],
    { axis: 'forward', sides: 10 },
  );
  const tail = (share: number, thick: number): Ring<AnimalJoint> => ({
    at: [-l * 0.5 - Math.cos(tailRise) * tailM * share, d * 0.25 + Math.sin(tailRise) * tailM * share, 0],
    radius: [thick * (kind === 'bird' ? 0.3 : 1), thick * (kind === 'bird' ? 2 : 1)],
    colour: share > 0.6 ? patch : coat,
    joint: 'tail',
  });
  const thick = breed.legThickM * 0.45;
  shape.stack([tail(1, thick * (kind === 'cow' ? 1.2 : 0.5)), tail(0.5, thick), tail(0, thick * 1.4)], {
    axis: 'forward',
    sides: 5,
  });
}

function addHead(shape: BodyShape<AnimalJoint>, breed: AnimalBreed): void {
  const { lengthM: l, depthM: d, widthM: w, headM: h, snoutM, coat, patch, muzzle, ears, hornsM } = breed;
  const [x, y] = neckEnd(breed);
  const neck = (share: number, size: number, joint: AnimalJoint): Ring<AnimalJoint> => ({
    at: [l * 0.4 + (x - l * 0.4) * share, d * 0.12 + (y - d * 0.12) * share, 0],
    radius: [Math.max(h * 0.42, d * 0.4 * size), Math.max(h * 0.3, w * 0.34 * size)],
    colour: coat,
    spots: patch,
    joint,
  });
  shape.stack([neck(0, 1, 'trunk'), neck(0.4, 0.8, 'neck'), neck(1, 0.45, 'neck')], { axis: 'forward', sides: 7 });
  const ring = (along: number, up: number, high: number, wide: number, colour: number): Ring<AnimalJoint> => ({
    at: [x + along, y + up * h, 0],
    radius: [high * h, wide * h],
    colour,
    joint: 'head',
  });
  shape.stack(
    [
      ring(-h * 0.45, 0.05, 0.2, 0.2, coat),
      ring(-h * 0.2, 0.08, 0.5, 0.46, coat),
      ring(h * 0.25, 0.05, 0.5, 0.46, coat),
      ring(h * 0.55, -0.08, 0.34, 0.32, coat),
      ring(h * 0.55, -0.1, 0.3, 0.28, muzzle),
      ring(h * 0.55 + snoutM, -0.2, 0.2, 0.2, muzzle),
      ring(h * 0.6 + snoutM, -0.2, 0.1, 0.1, 0x1a1716),
    ],
    { axis: 'forward', sides: 7 },
  );
  const spike = (z: number, height: number, wide: number, colour: number, back: number): void => {
    const at = (up: number, size: number): Ring<AnimalJoint> => ({
      at: [x - h * 0.1 - back * up, y + h * 0.35 + height * up, z * (1 + Math.abs(height) * 0.6 * up)],
      radius: [wide * size * 0.5, wide * size],
      colour,
      joint: 'head',
    });
    shape.stack(height > 0 ? [at(0, 1), at(1, 0.15)] : [at(1, 0.4), at(0, 1)], { sides: 4 });
  };
  for (const z of [-h * 0.3, h * 0.3]) {
    if (ears !== 'none') spike(z * (ears === 'up' ? 1 : 1.6), h * (ears === 'up' ? 0.55 : -0.45), h * 0.2, patch, 0);
    if (hornsM > 0) spike(z * 0.8, hornsM, h * 0.1, 0xb8ab90, hornsM * 0.5);
  }
}

function addLeg(
  shape: BodyShape<AnimalJoint>,
  { legM, depthM, legThickM: t, coat, socks, kind }: AnimalBreed,
  name: LegName,
  [x, y, z]: readonly [number, number, number],
): void {
  const [upper, lower] = [`${name}Upper`, `${name}Lower`] as const;
  const total = legM + depthM * 0.25;
  const ring = (share: number, size: number, colour: number, joint: AnimalJoint, ahead = 0): Ring<AnimalJoint> => ({
    at: [x + ahead, y - total * share, z],
    radius: [t * size, t * size * 0.8],
    colour,
    joint,
  });
  const top = kind === 'bird' ? 1.5 : 1.9;
  shape.stack(
    [
      ring(1, 0.75, socks, lower, t * 0.4),
      ring(0.92, 0.6, socks, lower),
      ring(0.7, 0.5, socks, lower),
      ring(0.7, 0.5, coat, lower),
      ring(0.5, 0.65, coat, upper),
      ring(0.15, top * 0.9, coat, upper),
      ring(-0.1, top, coat, 'trunk'),
    ],
    { sides: 6 },
  );
}
