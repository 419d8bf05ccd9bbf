import { describe, expect, test } from 'vitest';
import { Random } from '../../../scripts/footage/stage/random.ts';
import {
  balconyPieces,
  type HouseMeasures,
  roofPieces,
  shopPieces,
} from '../../../scripts/footage/stage/set/house-extras.ts';
import { type Piece, piecesMesh } from '../../../scripts/footage/stage/set/merged-boxes.ts';

const house: HouseMeasures = { widthM: 12, depthM: 9, heightM: 13, lowM: 3.6, floorM: 3.1, cellM: 3 };
const seeds = Array.from({ length: 20 }, (_, index) => index + 1);

function sides({ at, size }: Piece) {
  return {
    left: at[0] - size[0] / 2,
    right: at[0] + size[0] / 2,
    bottom: at[1] - size[1] / 2,
    top: at[1] + size[1] / 2,
  };
}

describe.each(seeds)('a house of seed %i', (seed) => {
  test('nothing on its roof hangs below the top floor or over the street', () => {
    for (const piece of roofPieces(new Random(seed), house)) {
      const { left, right, bottom } = sides(piece);
      expect(bottom).toBeGreaterThan(house.heightM - 0.2);
      expect(left).toBeGreaterThanOrEqual(-house.widthM / 2 - 0.6);
      expect(right).toBeLessThanOrEqual(house.widthM / 2 + 0.6);
    }
  });

  test('balconies begin above the ground floor and end below the roof', () => {
    for (const piece of balconyPieces(new Random(seed), house)) {
      const { left, right, bottom, top } = sides(piece);
      expect(bottom).toBeGreaterThanOrEqual(house.lowM);
      expect(top).toBeLessThan(house.heightM);
      expect(left).toBeGreaterThan(-house.widthM / 2);
      expect(right).toBeLessThan(house.widthM / 2);
    }
  });

  test('awnings leave room for heads and reach over the pavement only', () => {
    for (const piece of shopPieces(new Random(seed), house)) {
      expect(sides(piece).bottom).toBeGreaterThan(2.2);
      expect(Math.abs(piece.at[2]) + piece.size[2] / 2).toBeLessThan(house.depthM / 2 + 1.6);
    }
  });
});

test('some houses have balconies, some have none, and a small one never does', () => {
  const counts = seeds.map((seed) => balconyPieces(new Random(seed), house).length);

  expect(counts.some((count) => count > 0)).toBe(true);
  expect(counts.some((count) => count === 0)).toBe(true);
  expect(seeds.flatMap((seed) => balconyPieces(new Random(seed), { ...house, heightM: 5 }))).toEqual([]);
});

test('pieces become one mesh, each in its own colour and place', () => {
  const mesh = piecesMesh([
    { at: [0, 1, 0], size: [2, 2, 2], colour: 0xff0000 },
    { at: [5, 0.5, 0], size: [1, 1, 1], colour: 0x0000ff, round: true },
  ]);
  const [positions, colours] = [mesh.geometry.getAttribute('position'), mesh.geometry.getAttribute('color')];
  for (let index = 0; index < positions.count; index += 1) {
    const isBox = positions.getX(index) < 2;
    expect(colours.getX(index)).toBe(isBox ? 1 : 0);
    expect(colours.getZ(index)).toBe(isBox ? 0 : 1);
    expect(positions.getY(index)).toBeGreaterThanOrEqual(-1e-6);
  }
});
