import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { fitHomography } from '../../../src/domain/fit-homography.ts';
import type { Point } from '../../../src/domain/geometry.ts';
import { compose, determinant, invert, project, projectVelocity } from '../../../src/domain/homography.ts';
import { PinholeCamera } from '../../support/pinhole-camera.ts';

const camera = fc.record({
  heightM: fc.double({ min: 2.5, max: 30, noNaN: true }),
  tiltDegrees: fc.double({ min: 15, max: 75, noNaN: true }),
  headingDegrees: fc.double({ min: 0, max: 360, noNaN: true }),
  fieldOfViewDegrees: fc.double({ min: 30, max: 100, noNaN: true }),
});
const inPicture = fc.tuple(fc.double({ min: 0, max: 1, noNaN: true }), fc.double({ min: 0.5, max: 1, noNaN: true }));

/** Points that any of these cameras shows on its ground: its horizon lies above the middle. */
const clicked: readonly Point[] = [
  [0.1, 0.95],
  [0.9, 0.9],
  [0.85, 0.55],
  [0.2, 0.6],
  [0.5, 0.75],
  [0.6, 0.52],
];

function fitted(known: PinholeCamera, points: readonly Point[] = clicked) {
  const pairs = points.map((picture) => ({ picture, plane: known.ground(picture) }));
  const fit = fitHomography(pairs, { pictureError: 0.003, spread: 2.448 });
  if (typeof fit === 'string') throw new Error(fit);
  return fit;
}

function expectNear(actual: Point | undefined, expected: Point, within: number): void {
  expect(actual).toBeDefined();
  expect(Math.hypot((actual?.[0] ?? 0) - expected[0], (actual?.[1] ?? 0) - expected[1])).toBeLessThan(within);
}

describe('a fitted homography', () => {
  test.each([4, 5, 6])('of %i exact points is the camera', (count) => {
    fc.assert(
      fc.property(camera, inPicture, (options, point) => {
        const known = new PinholeCamera(options);
        const ground = known.ground(point);
        const { toPlane, toPicture, sigma } = fitted(known, clicked.slice(0, count));
        expectNear(project(toPlane, point), ground, 1e-6 * (1 + Math.hypot(...ground)));
        expectNear(project(toPicture, ground), point, 1e-6);
        expect(sigma).toBe(0.003);
      }),
      { numRuns: 200, seed: 4 },
    );
  });

  test('goes there and back', () => {
    fc.assert(
      fc.property(camera, inPicture, (options, point) => {
        const { toPlane, toPicture } = fitted(new PinholeCamera(options));
        const ground = project(toPlane, point);
        expectNear(ground && project(toPicture, ground), point, 1e-9);
      }),
      { numRuns: 200, seed: 5 },
    );
  });

  test('is the same in whatever order, and wherever the ground has its origin', () => {
    fc.assert(
      fc.property(
        camera,
        inPicture,
        fc.tuple(fc.integer({ min: -3000, max: 3000 }), fc.integer()),
        (options, at, shift) => {
          const known = new PinholeCamera(options);
          const pairs = clicked.map((picture) => ({ picture, plane: known.ground(picture) }));
          const [east, north] = [shift[0], shift[1] % 3000];
          const moved = pairs.map(({ picture, plane }) => ({
            picture,
            plane: [plane[0] + east, plane[1] + north] as const,
          }));
          const fit = fitHomography(moved.reverse(), { pictureError: 0.003, spread: 2.448 });
          if (typeof fit === 'string') throw new Error(fit);
          const [x, y] = known.ground(at);
          expectNear(project(fit.toPlane, at), [x + east, y + north], 1e-5 * (1 + Math.hypot(x, y)));
          expect(determinant(fit.toPicture)).toBeLessThan(0);
        },
      ),
      { numRuns: 100, seed: 6 },
    );
  });

  test('shows no ground at the horizon, nor above', () => {
    const known = new PinholeCamera({ tiltDegrees: 12 });
    const { toPlane } = fitted(known);
    expect(known.horizon).toBeGreaterThan(0.2);
    expect(project(toPlane, [0.5, known.horizon + 0.01])).toBeDefined();
    expect(project(toPlane, [0.5, known.horizon - 1e-7])).toBeUndefined();
    expect(project(toPlane, [0.5, 0.05])).toBeUndefined();
  });

  test('shows nothing behind the camera', () => {
    expect(project(fitted(new PinholeCamera()).toPicture, [0, -30])).toBeUndefined();
  });

  test('of noisy points is the nearest in the picture', () => {
    const known = new PinholeCamera();
    const [first, ...rest] = clicked.map((picture) => ({ picture, plane: known.ground(picture) }));
    const off = { picture: [0.11, 0.95] as const, plane: first?.plane ?? [0, 0] };
    const fit = fitHomography([off, ...rest], { pictureError: 0.000_1, spread: 1 });
    if (typeof fit === 'string') throw new Error(fit);
    const misfit = (h: typeof fit.toPicture) =>
      [off, ...rest].reduce((sum, { picture, plane }) => {
        const [x, y] = project(h, plane) ?? [9, 9];
        return sum + (x - picture[0]) ** 2 + (y - picture[1]) ** 2;
      }, 0);
    const least = misfit(fit.toPicture);
    // 12 equations, 8 unknowns.
    expect(fit.sigma).toBeCloseTo(Math.sqrt(least / 4), 8);
    for (let index = 0; index < 8; index += 1) {
      for (const by of [1.0005, 0.9995]) {
        const other = fit.toPicture.map((value, k) => (k === index ? value * by : value));
        expect(misfit(other as unknown as typeof fit.toPicture)).toBeGreaterThanOrEqual(least);
      }
    }
  });
});

describe('points that determine nothing', () => {
  const pair = (x: number, y: number) => ({ picture: [x, y] as const, plane: [x * 10, -y * 10] as const });
  const options = { pictureError: 0.003, spread: 2 };

  test.each([
    ['three', [pair(0, 0), pair(1, 0), pair(0, 1)], 'singular'],
    ['four times the same', [pair(0.5, 0.5), pair(0.5, 0.5), pair(0.5, 0.5), pair(0.5, 0.5)], 'singular'],
    ['on one line', [pair(0, 0), pair(0.2, 0.2), pair(0.5, 0.5), pair(0.8, 0.8)], 'singular'],
    ['three of four on one line', [pair(0, 0), pair(0.2, 0.2), pair(0.5, 0.5), pair(0.8, 0)], 'singular'],
  ])('%s', (_what, pairs, expected) => {
    expect(fitHomography(pairs, options)).toBe(expected);
  });

  test('two of four swapped: the horizon runs among them', () => {
    const [a, b, c, d] = [pair(0, 0), pair(1, 0), pair(0.9, 0.8), pair(0, 1)];
    expect(fitHomography([a, { ...b, plane: c.plane }, { ...c, plane: b.plane }, d], options)).toBe('horizon');
  });
});

describe('projections', () => {
  const { toPlane, toPicture } = fitted(new PinholeCamera());

  test('undo each other', () => {
    const back = invert(toPicture) ?? toPicture;
    for (const [index, value] of back.entries()) expect(value).toBeCloseTo(toPlane[index] ?? 0, 9);
    const nothing = compose(toPicture, toPlane);
    expectNear(project(nothing, [0.3, 0.8]), [0.3, 0.8], 1e-9);
    expect(invert([1, 2, 3, 2, 4, 6, 1, 1, 1])).toBeUndefined();
  });

  test('carry velocities as small steps', () => {
    fc.assert(
      fc.property(inPicture, fc.double({ min: 0, max: 6.28, noNaN: true }), (point, angle) => {
        const step = 1e-6;
        const velocity: Point = [Math.cos(angle), Math.sin(angle)];
        const from = project(toPlane, point) ?? [0, 0];
        const to = project(toPlane, [point[0] + velocity[0] * step, point[1] + velocity[1] * step]) ?? [0, 0];
        const moved: Point = [(to[0] - from[0]) / step, (to[1] - from[1]) / step];
        expectNear(projectVelocity(toPlane, point, velocity), moved, 1e-3 * (1 + Math.hypot(...moved)));
      }),
      { numRuns: 100, seed: 7 },
    );
  });
});
