import { describe, expect, test } from 'vitest';
import { loadSeed, seedUse, shotSeed } from '../../../scripts/footage/seeds.ts';
import { shotsOf } from '../../../scripts/footage/shots.ts';
import { sceneIds } from '../../../src/domain/scene-id.ts';

describe('seeds', () => {
  const shots = [1, 2, 999].flatMap((seed) => shotsOf(undefined, undefined, seed));

  test('every shot has its own, and always the same', () => {
    const seeds = shots.map(({ scene, take, seed }) => shotSeed(seed, scene, take));
    expect(new Set(seeds).size).toBe(3 * 2 * sceneIds.length);
    expect(shotSeed(1, 'fire_smoke', 'near')).toBe(shotSeed(1, 'fire_smoke', 'near'));
  });

  test('no clip’s can be a training picture’s', () => {
    for (const { scene, take, seed } of shots) expect(shotSeed(seed, scene, take)).toBeGreaterThanOrEqual(2 ** 31);
    expect(loadSeed(1000, 5)).toBe(1005);
  });

  test.each([
    ['a clip of a training seed', () => shotSeed(1000, 'fire_smoke', 'near')],
    ['training pictures of a clip seed', () => loadSeed(999, 0)],
    ['training that runs into the choice set', () => loadSeed(799_990, 10)],
    ['a choice set that runs into the hold-out', () => loadSeed(899_990, 10)],
    ['seeds no clip is safe from', () => loadSeed(2 ** 31 - 1, 1)],
  ])('%s is refused', (_, ask) => expect(ask).toThrow(/--seed/));

  test.each([
    [0, 'clips'],
    [999, 'clips'],
    [1000, 'training'],
    [799_999, 'training'],
    [800_000, 'choice'],
    [899_999, 'choice'],
    [900_000, 'hold-out'],
    [2 ** 31 - 1, 'hold-out'],
    [2 ** 31, undefined],
    [-1, undefined],
  ])('%s is for %s', (seed, use) => {
    expect(seedUse(seed)).toBe(use);
    if (use !== undefined && use !== 'clips') expect(loadSeed(seed, 0)).toBe(seed);
  });
});

describe('shots', () => {
  test('all, of one scene, of one take', () => {
    expect(shotsOf(undefined, undefined, 1)).toHaveLength(28);
    expect(shotsOf(['muck_truck'], 'near', 4)).toEqual([{ scene: 'muck_truck', take: 'near', seed: 4 }]);
  });

  test.each([
    [['parking'], undefined, /--scene parking: there are illegal_parking/],
    [undefined, 'fire', /--take fire/],
  ])('%s %s is refused by name', (scenes, take, message) => {
    expect(() => shotsOf(scenes, take, 1)).toThrow(message);
  });
});
