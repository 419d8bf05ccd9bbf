import type { Random } from '../random.ts';
import type { Piece } from './merged-boxes.ts';

/** What sticks out of a house needs its measures; metres. */
export interface HouseMeasures {
  readonly widthM: number;
  readonly depthM: number;
  readonly heightM: number;
  /** Height of the ground floor and of each above it. */
  readonly lowM: number;
  readonly floorM: number;
  /** From one window to the next. */
  readonly cellM: number;
}

/** Parapet, water tanks, a stair's head: what stands on a flat roof. */
export function roofPieces(random: Random, { widthM, depthM, heightM }: HouseMeasures): readonly Piece[] {
  const colour = random.pick([0x8a8780, 0x6d6a66, 0xa39c8e]);
  const pieces: Piece[] = [{ at: [0, heightM + 0.1, 0], size: [widthM + 0.5, 0.35, depthM + 0.5], colour }];
  for (const end of [-1, 1]) {
    pieces.push(
      { at: [0, heightM + 0.55, (end * depthM) / 2], size: [widthM + 0.3, 0.6, 0.2], colour },
      { at: [(end * widthM) / 2, heightM + 0.55, 0], size: [0.2, 0.6, depthM], colour },
    );
  }
  if (random.chance(0.6)) {
    const x = random.between(-0.3, 0.3) * widthM;
    pieces.push({ at: [x, heightM + 1.5, 0], size: [3, 2.6, depthM * 0.4], colour: 0xb0a998 });
  }
  for (let tank = random.whole(0, 3); tank > 0; tank -= 1) {
    const x = random.between(-0.42, 0.42) * widthM;
    pieces.push({ at: [x, heightM + 1.1, depthM * 0.28], size: [1, 1.5, 1], colour: 0xbcc4c8, round: true });
  }
  return pieces;
}

/** Balconies below some columns of windows, front and back. */
export function balconyPieces(random: Random, house: HouseMeasures): readonly Piece[] {
  const { widthM, depthM, heightM, lowM, floorM, cellM } = house;
  const columns = Math.floor(widthM / cellM);
  const floors = Math.floor((heightM - lowM) / floorM);
  if (!random.chance(0.4) || floors < 1 || floors * columns > 60) return [];
  const wide = cellM * random.between(0.7, 0.9);
  const colour = random.pick([0xb8b2a6, 0xcac6be, 0x8f8a82, 0xa88f78]);
  const every = random.pick([1, 1, 2]);
  const pieces: Piece[] = [];
  for (let column = 0; column < columns; column += every) {
    const x = -widthM / 2 + (column + 0.5) * cellM;
    for (let floor = 0; floor < floors; floor += 1) {
      const y = lowM + floor * floorM;
      for (const end of [-1, 1]) {
        const z = end * (depthM / 2 + 0.5);
        pieces.push({ at: [x, y + 0.1, z], size: [wide, 0.14, 1], colour });
        pieces.push({ at: [x, y + 0.55, z + end * 0.47], size: [wide, 0.8, 0.08], colour });
      }
    }
  }
  return pieces;
}

/** Awnings and boards that stand out over shops, front and back. */
export function shopPieces(random: Random, { widthM, depthM, lowM }: HouseMeasures): readonly Piece[] {
  const pieces: Piece[] = [];
  for (const end of [-1, 1]) {
    for (let x = -widthM / 2 + 2; x < widthM / 2 - 1.5; x += random.between(3, 6)) {
      const colour = random.pick([0xb8322a, 0x2a5f9a, 0x2f7a4a, 0xd8a02a, 0xe0dcd0, 0x5a3a6a]);
      const z = end * (depthM / 2);
      if (random.chance(0.35)) {
        const reachM = random.between(0.8, 1.5);
        pieces.push({
          at: [x, lowM * 0.7, z + (end * reachM) / 2],
          size: [random.between(2, 3), 0.06, reachM],
          colour,
        });
      } else if (random.chance(0.4)) {
        pieces.push({ at: [x, lowM + 0.9, z + end * 0.5], size: [0.12, random.between(1, 1.8), 0.7], colour });
      }
    }
  }
  return pieces;
}
