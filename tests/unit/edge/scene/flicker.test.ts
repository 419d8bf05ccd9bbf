import { describe, expect, test } from 'vitest';
import type { Box } from '../../../../src/domain/geometry.ts';
import { Flicker } from '../../../../src/edge/scene/rule/flicker.ts';
import { seededRandom } from '../../../../src/simulator/seeded-random.ts';

const of = (height: number, x = 0.5): Box => [x, 0.6 - height, x + 0.06, 0.6];

/** How much something flickers whose height varies by this share, a look every so many seconds for half a minute. */
function strength(share: number, everyS: number, seed = 1): number | undefined {
  const random = seededRandom(seed);
  const flicker = new Flicker();
  for (let second = 0; second <= 30; second += everyS) {
    flicker.add(second * 1000, [{ box: of(0.1 * (1 + share * (2 * random() - 1))), score: 0.8 }]);
  }
  return flicker.strength;
}

describe('flicker', () => {
  test('says nothing after two looks', () => {
    const flicker = new Flicker();
    for (const at of [0, 1000]) {
      flicker.add(at, [{ box: of(0.1 + at / 50_000), score: 0.8 }]);
      expect(flicker.strength).toBeUndefined();
    }
    flicker.add(2000, [{ box: of(0.11), score: 0.8 }]);
    expect(flicker.strength).toBeGreaterThan(0.05);
  });

  test.each([0.2, 1, 2, 5])('is that of a flame, and not of a lamp, with a look every %d s', (everyS) => {
    for (let seed = 1; seed <= 20; seed += 1) {
      expect(strength(0.5, everyS, seed)).toBeGreaterThan(0.12);
      expect(strength(0.05, everyS, seed)).toBeLessThan(0.06);
    }
  });

  test('scores count as well, half as much', () => {
    const flicker = new Flicker();
    for (const [index, score] of [0.6, 0.9, 0.6, 0.9].entries()) flicker.add(index * 1000, [{ box: of(0.1), score }]);
    expect(flicker.strength).toBeCloseTo(0.5 * Math.sqrt((4 * 0.15 ** 2) / 3), 6);
  });

  test('of a lamp is not that of a light that goes past it', () => {
    const flicker = new Flicker();
    for (let second = 0; second <= 20; second += 1) {
      const passing = { box: of(0.15, 0.4 + second / 100), score: 0.9 };
      flicker.add(second * 1000, second % 5 === 4 ? [passing] : [passing, { box: of(0.1), score: 0.8 }]);
    }
    expect(flicker.strength).toBeLessThan(0.12);
  });

  test('is measured anew where nothing was seen for a while', () => {
    const flicker = new Flicker();
    for (const at of [0, 1000, 2000]) flicker.add(at, [{ box: of(0.1), score: 0.8 }]);
    flicker.add(20_000, [{ box: of(0.2, 0.2), score: 0.8 }]);
    expect(flicker.strength).toBeUndefined();
  });

  test('goes on after a restart', () => {
    const [one, other] = [new Flicker(), new Flicker()];
    for (const at of [0, 1000]) one.add(at, [{ box: of(0.1 + at / 20_000), score: 0.8 }]);
    other.restore(JSON.parse(JSON.stringify(one.save())));
    for (const flicker of [one, other]) flicker.add(2000, [{ box: of(0.12), score: 0.7 }]);
    expect(other.strength).toBe(one.strength);
  });
});
