import type { Random } from '../random.ts';

/** What a person wears and carries on the body. */
export interface PersonLook {
  readonly skin: number;
  readonly hair: number;
  readonly hairCut: 'short' | 'long' | 'bun' | 'bald';
  readonly hat?: { readonly kind: 'cap' | 'straw' | 'helmet' | 'closed'; readonly colour: number };
  readonly top: number;
  /** A second colour across the chest, or the bands of a vest. */
  readonly band?: number;
  /** Of a patterned top. */
  readonly spots?: number;
  readonly sleeves: 'short' | 'long';
  /** Worn open or long over the legs. */
  readonly skirt?: { readonly colour: number; readonly toKnee: number; readonly flare: number };
  readonly legs: number;
  readonly legWear: 'trousers' | 'shorts' | 'bare';
  readonly shoes: number;
  readonly bag?: { readonly kind: 'rucksack' | 'shoulder' | 'hand'; readonly colour: number };
  readonly mask?: number;
}

/** What a person is dressed as. */
export type Outfit = 'plain' | 'worker' | 'fisher';

const skins = [0xf0c8a0, 0xe6b98e, 0xd9a679, 0xc68a5c, 0xa8714a, 0x7a4e30, 0xedc3a3];
const hairs = [0x14100e, 0x14100e, 0x1c1613, 0x2b1d14, 0x4a3020, 0x8d8d8d, 0xc8c8c8];
const clothes = [
  0x16181d, 0x22252c, 0x2c3e57, 0x1f3a6b, 0x3b5b8c, 0x6d8bb3, 0xf2f2ee, 0xdcdcd6, 0xb9b9b3, 0x77797c, 0x8e2a2a,
  0xc4383b, 0xd86a86, 0xe7b3c0, 0xe0a93b, 0xd8c23f, 0x4f7d4a, 0x2f5a41, 0x7fae8a, 0x6a4a8a, 0x8a6a4a, 0xc9b08a,
  0x2a7d86, 0xe6782e,
];
const trousers = [0x15171b, 0x22262e, 0x2a3a57, 0x34507a, 0x55657d, 0x6e6a60, 0xa89a7c, 0x4b4034, 0xd6d2c6, 0x39402f];
const shoes = [0x101010, 0x2a2320, 0xe8e8e8, 0x5b4632, 0x9a3030, 0x6f7478];
const vests = [0xd8f03a, 0xd8f03a, 0xff7a1a, 0xff5a2a];
const helmets = [0xf6d21a, 0xf6d21a, 0xf4f4f4, 0xd23a2a, 0x2a62c8, 0xf08a1e];

/** Clothes of somebody, another with every random source. */
export function createLook(random: Random, outfit: Outfit, build: 'adult' | 'child' | 'elder'): PersonLook {
  const hair = build === 'elder' ? random.pick([0xc8c8c8, 0x8d8d8d, 0x5a5a5a, 0x1c1613]) : random.pick(hairs);
  const base = {
    skin: random.pick(skins),
    hair,
    hairCut: random.pick(['short', 'short', 'short', 'long', 'long', 'bun', 'bald'] as const),
    top: random.pick(clothes),
    sleeves: random.pick(['short', 'long', 'long'] as const),
    legs: random.pick(trousers),
    legWear: random.pick(['trousers', 'trousers', 'trousers', 'shorts'] as const),
    shoes: random.pick(shoes),
  };
  if (outfit === 'worker') {
    return {
      ...base,
      top: random.pick(vests),
      band: 0xe9edee,
      sleeves: 'long',
      legWear: 'trousers',
      legs: random.pick([0x22262e, 0x2a3a57, 0x39402f, 0x55657d]),
      hat: { kind: 'helmet', colour: random.pick(helmets) },
    };
  }
  if (outfit === 'fisher') {
    return {
      ...base,
      top: random.pick([0x5a6142, 0x6e6a50, 0x3b4a3a, 0x77797c, 0x2c3e57, 0xa08a5c]),
      sleeves: 'long',
      hat: { kind: random.pick(['straw', 'cap'] as const), colour: random.pick([0xcdb887, 0xb7a06a, 0x4c5340]) },
    };
  }
  return {
    ...base,
    ...(random.chance(0.2) && { band: random.pick(clothes) }),
    ...(random.chance(0.24) && { skirt: createSkirt(random, base.top) }),
    ...(random.chance(0.12) && { spots: random.pick(clothes) }),
    ...(random.chance(0.2) && { hat: createHat(random) }),
    ...(random.chance(0.12) && { mask: random.pick([0xdfe8f0, 0x9fc4e0, 0x16181d]) }),
  };
}

/** A skirt, a dress, or a coat that hangs to the knees. */
function createSkirt(random: Random, top: number): NonNullable<PersonLook['skirt']> {
  const isCoat = random.chance(0.4);
  return {
    colour: isCoat || random.chance(0.5) ? top : random.pick(clothes),
    toKnee: isCoat ? random.between(0.7, 1.15) : random.between(0.6, 1.7),
    flare: isCoat ? random.between(1.05, 1.2) : random.between(1.15, 1.7),
  };
}

function createHat(random: Random): NonNullable<PersonLook['hat']> {
  return random.chance(0.8) ? { kind: 'cap', colour: random.pick(clothes) } : { kind: 'straw', colour: 0xcdb887 };
}

/** A bag somebody carries. */
export function createBag(random: Random): NonNullable<PersonLook['bag']> {
  return { kind: random.pick(['rucksack', 'shoulder', 'hand'] as const), colour: random.pick(clothes) };
}
