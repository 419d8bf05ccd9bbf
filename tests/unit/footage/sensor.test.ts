import { describe, expect, test } from 'vitest';
import { createExposure } from '../../../scripts/footage/exposure.ts';
import { psnr } from '../../../scripts/footage/psnr.ts';
import { createSensor } from '../../../scripts/footage/sensor.ts';
import { Random } from '../../../scripts/footage/stage/random.ts';
import type { LightKind } from '../../../scripts/footage/truth.ts';

const [width, height] = [96, 54];

/** A picture of one grey. */
const even = (value: number) => new Uint8Array(width * height * 3).fill(value);

function exposed(clean: Uint8Array, light: LightKind, seed = 7, index = 0): Uint8Array {
  const rgb = clean.slice();
  createSensor(new Random(seed), light).expose(rgb, width, height, index);
  return rgb;
}

const mean = (values: ArrayLike<number>) => Array.from(values).reduce((sum, each) => sum + each, 0) / values.length;

/** Standard deviation between two exposures of the same thing: noise alone, without vignetting. */
function noise(clean: Uint8Array, light: LightKind, seed: number): number {
  const [one, other] = [exposed(clean, light, seed, 0), exposed(clean, light, seed, 1)];
  return Math.sqrt(mean(squares(one, other)) / 2);
}

function squares(one: Uint8Array, other: Uint8Array): number[] {
  return Array.from(one, (value, at) => (value - (other[at] ?? 0)) ** 2);
}

const seeds = [1, 2, 3, 4, 5, 6];

describe('a sensor', () => {
  test('gives the same bytes for the same seed and picture', () => {
    expect(exposed(even(120), 'dusk')).toEqual(exposed(even(120), 'dusk'));
  });

  test.each([
    ['another picture', 7, 1],
    ['another camera', 8, 0],
  ])('%s has other noise', (_, seed, index) => {
    expect(exposed(even(120), 'day', seed, index)).not.toEqual(exposed(even(120), 'day'));
  });

  test('noise keeps the mean', () => {
    const means = Array.from({ length: 12 }, (_, index) => mean(exposed(even(120), 'night', 7, index)));
    expect(Math.max(...means) - Math.min(...means)).toBeLessThan(0.5);
  });

  test('exposure errs, within a factor', () => {
    for (const seed of seeds) {
      const brightness = mean(exposed(even(120), 'day', seed));
      expect(brightness).toBeGreaterThan(85);
      expect(brightness).toBeLessThan(140);
    }
  });

  test('noise grows as light falls', () => {
    const average = (light: LightKind) => mean(seeds.map((seed) => noise(even(60), light, seed)));
    const [day, dusk, night] = [average('day'), average('dusk'), average('night')];
    expect(day).toBeGreaterThan(0.5);
    expect(dusk).toBeGreaterThan(day * 1.2);
    expect(night).toBeGreaterThan(dusk * 1.2);
  });

  test('infrared has no colour', () => {
    const blue = even(0).map((_, at) => (at % 3 === 2 ? 200 : 40));
    const rgb = exposed(blue, 'infrared');
    for (let at = 0; at < rgb.length; at += 3) expect([rgb[at + 1], rgb[at + 2]]).toEqual([rgb[at], rgb[at]]);
  });

  test('in infrared a lamp glows beside itself', () => {
    const lamp = even(20);
    for (let y = 20; y < 34; y += 1) lamp.fill(255, (y * width + 40) * 3, (y * width + 56) * 3);
    const beside = (rgb: Uint8Array) => mean(rgb.subarray((27 * width + 58) * 3, (27 * width + 62) * 3));
    expect(beside(exposed(lamp, 'infrared'))).toBeGreaterThan(beside(exposed(even(20), 'infrared')) + 8);
  });

  test('corners are darker than the middle', () => {
    const rgb = exposed(even(120), 'day');
    const patch = (x: number, y: number) =>
      mean(
        [0, 1, 2, 3, 4, 5].flatMap((row) => [
          ...rgb.subarray(((y + row) * width + x) * 3, ((y + row) * width + x + 6) * 3),
        ]),
      );
    expect(patch(0, 0)).toBeLessThan(patch(45, 24) - 1);
  });

  test('an edge is softer than it was', () => {
    const edge = even(0).map((_, at) => (Math.floor(at / 3) % width < width / 2 ? 60 : 160));
    const row = (index: number) =>
      mean(Array.from({ length: height - 10 }, (_, y) => exposedEdge[((y + 5) * width + index) * 3 + 1] ?? 0));
    const exposedEdge = exposed(edge, 'day');
    const [before, after] = [row(width / 2 - 1), row(width / 2)];
    expect(after - before).toBeLessThan((row(width / 2 + 8) - row(width / 2 - 9)) * 0.95);
  });
});

describe('an exposure', () => {
  const boxes: never[] = [];

  test('burns in a time that goes on by the second', () => {
    const camera = createExposure(3, 'day');
    const at = (timeS: number, index: number) => {
      const rgb = new Uint8Array(640 * 360 * 3).fill(110);
      camera.expose({ rgb, width: 640, height: 360, boxes }, index, timeS);
      return rgb;
    };
    const top = (rgb: Uint8Array) => rgb.subarray(0, 640 * 30 * 3);
    expect(psnr(top(at(0, 0)), top(at(0.9, 0)))).toBe(Number.POSITIVE_INFINITY);
    expect(psnr(top(at(0, 0)), top(at(1.1, 0)))).toBeLessThan(40);
    // White on a dark edge, whatever is below.
    expect(Math.max(...top(at(0, 0)))).toBe(238);
    expect(top(at(0, 0)).includes(24)).toBe(true);
  });

  test.each([
    ['day', 1 / 100, 1 / 50],
    ['night', 1 / 30, 1 / 25],
  ] as const)('by %s the shutter is open for so long', (light, least, most) => {
    for (const seed of seeds) {
      const { shutterS } = createExposure(seed, light);
      expect(shutterS).toBeGreaterThanOrEqual(least);
      expect(shutterS).toBeLessThanOrEqual(most);
    }
  });
});
