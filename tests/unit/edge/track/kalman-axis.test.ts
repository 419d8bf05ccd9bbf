import { describe, expect, test } from 'vitest';
import type { Box } from '../../../../src/domain/geometry.ts';
import { BoxMotion } from '../../../../src/edge/track/box-motion.ts';
import { correctAxis, predictAxis, startAxis } from '../../../../src/edge/track/kalman-axis.ts';

describe('one coordinate', () => {
  test('nothing known of its speed: the second measurement tells it', () => {
    const axis = correctAxis(predictAxis(startAxis(0, 1e-6, 100), 2, 0), 4, 1e-6);
    expect(axis.position).toBeCloseTo(4);
    expect(axis.velocity).toBeCloseTo(2);
  });

  test('worked out by hand: a start of variance 1, speed of variance 1, a second, measured at 3 with variance 1', () => {
    // Predicted variance 1 + 1 = 2, covariance 1; gains 2/3 and 1/3.
    const axis = correctAxis(predictAxis(startAxis(0, 1, 1), 1, 0), 3, 1);
    expect(axis.position).toBeCloseTo(2);
    expect(axis.velocity).toBeCloseTo(1);
    expect(axis.positionVariance).toBeCloseTo(2 / 3);
    expect(axis.covariance).toBeCloseTo(1 / 3);
    expect(axis.velocityVariance).toBeCloseTo(2 / 3);
  });

  test('two steps come to the same as one of their sum: the look rate does not matter', () => {
    const start = { ...startAxis(1, 0.5, 0.25), velocity: 0.3, covariance: 0.1 };
    const once = predictAxis(start, 2, 0.4);
    let often = start;
    for (let step = 0; step < 30; step += 1) often = predictAxis(often, 2 / 30, 0.4);
    for (const key of ['position', 'velocity', 'positionVariance', 'covariance', 'velocityVariance'] as const) {
      expect(often[key]).toBeCloseTo(once[key], 10);
    }
  });

  test('no time, no change', () => {
    const axis = startAxis(1, 0.5, 0.25);
    expect(predictAxis(axis, 0, 9)).toEqual(axis);
  });
});

describe('a box', () => {
  const box = (x: number, size = 0.2): Box => [x - size / 4, 0.5 - size / 2, x + size / 4, 0.5 + size / 2];
  /** Walks at 0.1 a second, seen every so often, for four seconds. */
  const walked = (everyMs: number) => {
    const motion = BoxMotion.begin(box(0.1));
    for (let at = everyMs; at <= 4000; at += everyMs) motion.see(box(0.1 + at / 10_000), everyMs, false);
    return motion;
  };

  test.each([67, 200, 2000])('a look every %i ms: where it will be in two seconds', (everyMs) => {
    const { box: ahead } = walked(everyMs).predict(2000, false);
    expect((ahead[0] + ahead[2]) / 2).toBeGreaterThan(0.68);
    expect((ahead[0] + ahead[2]) / 2).toBeLessThan(0.73);
  });

  test('the longer unseen, the less sure', () => {
    const spreads = [0, 100, 1000, 4000].map((ms) => walked(200).predict(ms, false).spread);
    expect(spreads).toEqual([...spreads].sort((a, b) => a - b));
    expect(spreads[3]).toBeGreaterThan(5 * (spreads[0] ?? 0));
  });

  test('who comes nearer grows on, but no more than twofold', () => {
    const motion = BoxMotion.begin(box(0.5, 0.1));
    for (const size of [0.12, 0.14, 0.16]) motion.see(box(0.5, size), 1000, false);
    const height = (ms: number) => motion.predict(ms, false).box[3] - motion.predict(ms, false).box[1];
    expect(height(1000)).toBeGreaterThan(0.165);
    expect(height(5000)).toBeLessThanOrEqual(0.33);
  });

  test('who stands has no speed to speak of, however the box jitters; who sets off has one at once', () => {
    const motion = BoxMotion.begin(box(0.5));
    for (let look = 0; look < 30; look += 1) motion.see(box(0.5 + (look % 2 === 0 ? 0.01 : -0.01)), 2000, true);
    expect(Math.abs(motion.velocity[0])).toBeLessThan(0.002);
    motion.see(box(0.6), 2000, false);
    expect(motion.velocity[0]).toBeGreaterThan(0.03);
  });

  test('after a gap that no straight line bridges it begins anew', () => {
    const motion = walked(200);
    motion.see(box(0.9), 60_000, false);
    expect(motion.velocity).toEqual([0, 0]);
    expect(motion.predict(1000, false).box[0]).toBeCloseTo(box(0.9)[0]);
  });
});
