import { describe, expect, test } from 'vitest';
import { Random } from '../../../scripts/footage/stage/random.ts';
import { dayPart } from '../../../scripts/footage/stage/set/day-parts.ts';
import { lights } from '../../../scripts/footage/truth.ts';

const seeds = [1, 2, 3, 4, 5, 6, 7, 8];
const each = lights.flatMap((kind) => seeds.map((seed) => [kind, seed] as const));

describe.each(each)('%s, seed %i', (kind, seed) => {
  const part = dayPart(kind, new Random(seed), 'illegal_parking');

  test('the sun or moon stands above the horizon', () => {
    expect(part.toSun.length()).toBeCloseTo(1, 6);
    expect(part.toSun.y).toBeGreaterThan(0.1);
  });

  test('something throws a shadow: the sun or a lamp', () => {
    expect(part.sun !== undefined || part.lamps > 0).toBe(true);
    expect(part.lamps).toBeLessThanOrEqual(3);
    if (part.lamps > 0) expect(part.lampIntensity).toBeGreaterThan(0);
  });

  test('haze begins before it ends, and behind what matters', () => {
    expect(part.haze[0]).toBeLessThan(part.haze[1]);
    expect(part.haze[1]).toBeGreaterThan(60);
  });

  test('it is the same again for the seed', () => {
    expect(dayPart(kind, new Random(seed), 'illegal_parking')).toEqual(part);
  });
});

test.each(lights)('%s is not always the same', (kind) => {
  const levels = seeds.map((seed) => {
    const { skyLight, lampIntensity, sun } = dayPart(kind, new Random(seed), 'illegal_parking');
    return skyLight + lampIntensity + (sun?.intensity ?? 0);
  });

  expect(new Set(levels).size).toBe(seeds.length);
});

test('only rain wets the ground', () => {
  const wet = lights.filter((kind) => dayPart(kind, new Random(1), 'waterlogging').wet > 0);

  expect(wet).toEqual(['rain']);
});

test.each(['day', 'dusk', 'night', 'rain'] as const)('no rain and no low sun under a roof: %s', (kind) => {
  const part = dayPart(kind, new Random(2), 'ebike_indoor');

  expect(part.rain).toBe(0);
  expect(part.toSun.y).toBeGreaterThan(0.85);
});

test('infrared is colourless and comes from the camera, indoors too', () => {
  for (const scene of ['illegal_parking', 'ebike_indoor']) {
    const { isOwnLamp, sun, lamps, lampColour } = dayPart('infrared', new Random(3), scene);
    expect({ isOwnLamp, sun, lamps }).toEqual({ isOwnLamp: true, sun: undefined, lamps: 1 });
    expect(lampColour.toArray()).toEqual([1, 1, 1]);
  }
});
