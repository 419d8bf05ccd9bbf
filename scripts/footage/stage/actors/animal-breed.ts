import type { Random } from '../random.ts';

/** Kinds of animals that cameras of a town see. */
export type AnimalKind = 'dog' | 'cat' | 'cow' | 'goat' | 'bird';

/** Measures and coat of one animal; metres. */
export interface AnimalBreed {
  readonly kind: AnimalKind;
  /** Chest to rump. */
  readonly lengthM: number;
  readonly legM: number;
  /** Of the trunk, up and across. */
  readonly depthM: number;
  readonly widthM: number;
  readonly legThickM: number;
  readonly neckM: number;
  /** Of the neck against the horizontal, radians. */
  readonly neckRise: number;
  readonly headM: number;
  readonly snoutM: number;
  readonly ears: 'up' | 'hanging' | 'none';
  readonly hornsM: number;
  readonly tailM: number;
  /** Of the tail against the horizontal, radians. */
  readonly tailRise: number;
  readonly coat: number;
  readonly belly: number;
  readonly socks: number;
  readonly muzzle: number;
  /** A patch over the back: a cow's, a spotted dog's. */
  readonly patch: number;
  /** How far the tail swings, radians. */
  readonly wag: number;
  /** Share that stands with the head at the ground. */
  readonly grazes: number;
}

const coats: Readonly<Record<AnimalKind, readonly (readonly [coat: number, patch: number])[]>> = {
  dog: [
    [0xb98a4e, 0xb98a4e],
    [0x8a5a2e, 0x1d1a18],
    [0x1d1a18, 0x1d1a18],
    [0xe8e2d6, 0xe8e2d6],
    [0xe8e2d6, 0x8a5a2e],
    [0x6b6660, 0x3a3836],
  ],
  cat: [
    [0xd08a3e, 0xb06a26],
    [0x2a2826, 0x2a2826],
    [0xe9e6e0, 0x6b6660],
    [0x8a8680, 0x55524e],
  ],
  cow: [
    [0xe8e4dc, 0x1d1a18],
    [0x1d1a18, 0xe8e4dc],
    [0x9a5a2c, 0x9a5a2c],
    [0xb98a4e, 0xb98a4e],
    [0x3a3430, 0x3a3430],
  ],
  goat: [
    [0xe8e4dc, 0xe8e4dc],
    [0x4a3a2c, 0x1d1a18],
    [0x9a7a58, 0xe8e4dc],
  ],
  bird: [
    [0xf0f0ec, 0xd8d8d2],
    [0x8c939a, 0x5a6168],
    [0x24262a, 0x1a1c20],
    [0x9a6a3c, 0x5a3a22],
  ],
};

type Measures = Omit<AnimalBreed, 'kind' | 'coat' | 'belly' | 'socks' | 'muzzle' | 'patch'>;

const measures: Readonly<Record<AnimalKind, Measures>> = {
  dog: {
    lengthM: 0.62,
    legM: 0.36,
    depthM: 0.26,
    widthM: 0.2,
    legThickM: 0.055,
    neckM: 0.2,
    neckRise: 0.75,
    headM: 0.15,
    snoutM: 0.12,
    ears: 'up',
    hornsM: 0,
    tailM: 0.3,
    tailRise: 0.7,
    wag: 0.5,
    grazes: 0.15,
  },
  cat: {
    lengthM: 0.36,
    legM: 0.17,
    depthM: 0.13,
    widthM: 0.11,
    legThickM: 0.03,
    neckM: 0.08,
    neckRise: 0.7,
    headM: 0.1,
    snoutM: 0.03,
    ears: 'up',
    hornsM: 0,
    tailM: 0.28,
    tailRise: 0.9,
    wag: 0.25,
    grazes: 0.1,
  },
  cow: {
    lengthM: 1.55,
    legM: 0.72,
    depthM: 0.72,
    widthM: 0.58,
    legThickM: 0.13,
    neckM: 0.5,
    neckRise: 0.35,
    headM: 0.26,
    snoutM: 0.3,
    ears: 'hanging',
    hornsM: 0.16,
    tailM: 0.7,
    tailRise: -1.35,
    wag: 0.2,
    grazes: 0.5,
  },
  goat: {
    lengthM: 0.72,
    legM: 0.4,
    depthM: 0.34,
    widthM: 0.26,
    legThickM: 0.06,
    neckM: 0.26,
    neckRise: 0.85,
    headM: 0.14,
    snoutM: 0.13,
    ears: 'hanging',
    hornsM: 0.2,
    tailM: 0.12,
    tailRise: 0.5,
    wag: 0.3,
    grazes: 0.4,
  },
  bird: {
    lengthM: 0.34,
    legM: 0.14,
    depthM: 0.2,
    widthM: 0.18,
    legThickM: 0.014,
    neckM: 0.14,
    neckRise: 1.1,
    headM: 0.08,
    snoutM: 0.05,
    ears: 'none',
    hornsM: 0,
    tailM: 0.16,
    tailRise: 0.15,
    wag: 0.05,
    grazes: 0.4,
  },
};

/** One of a kind: sizes by the breed, coats of the kind. */
export function createBreed(random: Random, kind: AnimalKind): AnimalBreed {
  const [coat, patch] = random.pick(coats[kind]);
  const size = kind === 'dog' ? random.between(0.65, 1.3) : random.between(0.85, 1.15);
  const legs = kind === 'dog' ? random.between(0.7, 1.15) : random.between(0.93, 1.07);
  const plain = measures[kind];
  const scaled = Object.fromEntries(
    Object.entries(plain).map(([name, value]) => [
      name,
      name.endsWith('M') && typeof value === 'number' ? value * size * (name === 'legM' ? legs : 1) : value,
    ]),
  ) as unknown as Measures;
  const isLight = random.chance(0.35);
  return {
    ...scaled,
    kind,
    coat,
    patch,
    belly: isLight ? 0xe8e2d6 : coat,
    socks: kind === 'bird' ? 0xd08a2e : isLight ? 0xe8e2d6 : coat,
    muzzle: kind === 'bird' ? random.pick([0xd08a2e, 0x3a3430]) : isLight ? 0xe8e2d6 : patch,
    ...(kind === 'dog' && { ears: random.pick(['up', 'up', 'hanging'] as const), tailRise: random.between(-0.9, 1.4) }),
  };
}
