import { Color } from 'three';
import type { Random } from '../random.ts';

/** Paints of cars on a Chinese street and how many of a hundred have them, roughly. */
const carPaints: readonly (readonly [number, number])[] = [
  [0xe8e9ea, 36],
  [0x22252a, 19],
  [0xa3a8ad, 15],
  [0x54585d, 10],
  [0x1c3f7a, 6],
  [0x8c1518, 6],
  [0x5a3a24, 3],
  [0x2b5a3c, 2],
  [0xc9a227, 1],
  [0x6f9fc4, 2],
];

/** The paint of a passenger car: white, black and silver most. */
export function carPaint(random: Random): Color {
  const total = carPaints.reduce((sum, [, share]) => sum + share, 0);
  let left = random.between(0, total);
  const found = carPaints.find(([, share]) => {
    left -= share;
    return left < 0;
  });
  return nearby(random, found?.[0] ?? 0xe8e9ea);
}

/** One of some colours, a little lighter, darker or otherwise than named. */
export function oneOf(random: Random, colours: readonly number[]): Color {
  return nearby(random, random.pick(colours));
}

/** A colour beside another: paint fades and differs. */
export function nearby(random: Random, colour: number | Color, spread = 1): Color {
  return new Color(colour).offsetHSL(
    random.between(-0.015, 0.015) * spread,
    random.between(-0.08, 0.04) * spread,
    random.between(-0.03, 0.04) * spread,
  );
}

/** Number plates: blue, the green of electric cars, yellow of large vehicles. */
export const plates = { blue: 0x1c4fa8, green: 0x7fd0a0, yellow: 0xe0b020 } as const;
