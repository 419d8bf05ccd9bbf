import { describe, expect, test } from 'vitest';
import type { Point } from '../../../src/domain/geometry.ts';
import type { GroundMap } from '../../../src/domain/ground.ts';
import { offsetOf, placeAt } from '../../../src/domain/ground.ts';
import { calibrateGround } from '../../../src/edge/calibrate-ground.ts';
import { groundSchema } from '../../../src/edge/ground-config.ts';
import { normalNumbers, PinholeCamera } from '../../support/pinhole-camera.ts';

const place = { lat: 30.87, lon: 120.43 };
const clicked: readonly Point[] = [
  [0.1, 0.95],
  [0.9, 0.9],
  [0.85, 0.35],
  [0.2, 0.4],
  [0.5, 0.65],
  [0.6, 0.3],
];
const camera = new PinholeCamera();

function pointsOf(picture: readonly Point[] = clicked, ground = (at: Point) => camera.ground(at)) {
  return picture.map((at) => ({ picture: at, east: ground(at)[0], north: ground(at)[1] }));
}

function calibrated(points: readonly unknown[], pictureError = 0.003): GroundMap {
  const result = calibrateGround(groundSchema.parse({ points, pictureError }), place);
  if (!result.ok) throw new Error(result.problem);
  return result.ground;
}

function problemOf(points: readonly unknown[]) {
  const result = calibrateGround(groundSchema.parse({ points }), place);
  return result.ok ? 'none' : `${result.point === undefined ? 'all' : result.point + 1}: ${result.problem}`;
}

const off = (a: Point, b: Point) => Math.hypot(a[0] - b[0], a[1] - b[1]);

describe('a camera at 6 m, tilted by 30°', () => {
  const ground = calibrated(pointsOf());

  test.each([[[0.5, 0.95]], [[0.5, 0.5]], [[0.1, 0.7]], [[0.95, 0.4]]] as [Point][])(
    'shows the ground at %j where it is',
    (anchor) => {
      const truth = camera.ground(anchor);
      const found = ground.toGround(anchor);
      expect(off([found?.east ?? 99, found?.north ?? 99], truth)).toBeLessThan(1e-6);
      expect(ground.toPicture(...truth)?.map((value) => Math.round(value * 1e6) / 1e6)).toEqual(anchor);
      const position = ground.toPosition(anchor);
      expect(off(offsetOf(place, position ?? place), truth)).toBeLessThan(1e-3);
      expect(position?.errorM).toBe(found?.errorM);
    },
  );

  test('is less exact the farther away, and knows nothing near the horizon', () => {
    const errors = [0.9, 0.6, 0.3, 0.1, -0.02].map((y) => ground.toGround([0.5, y])?.errorM ?? 0);
    expect(errors.every((value, index) => index === 0 || value > (errors[index - 1] ?? 0))).toBe(true);
    expect(errors[0]).toBeLessThan(0.15);
    const low = new PinholeCamera({ tiltDegrees: 12 });
    const flat = calibrated(
      pointsOf(
        clicked.map(([x, y]) => [x, Math.max(0.4, y)]),
        (at) => low.ground(at),
      ),
    );
    for (const above of [0.001, 0, -0.001, -0.1]) {
      expect(flat.toGround([0.5, low.horizon + above])).toBeUndefined();
      expect(flat.toPosition([0.5, low.horizon + above])).toBeUndefined();
      expect(flat.distance([0.5, 0.9], [0.5, low.horizon + above])).toBeUndefined();
      expect(flat.speed([0.5, low.horizon + above], [0, 0.1])).toBeUndefined();
    }
    expect(flat.toGround([0.5, low.horizon + 0.1])).toBeDefined();
    expect(flat.toPicture(0, -20)).toBeUndefined();
  });

  test('measures distances and speeds', () => {
    const [a, b] = [camera.picture([-2, 9]), camera.picture([1, 13])];
    expect(ground.distance(a, b)?.metres).toBeCloseTo(5, 6);
    expect(ground.distance(b, a)).toEqual(ground.distance(a, b));
    const step = camera.picture([1 + 3e-4, 13 - 4e-4]);
    const velocity: Point = [(step[0] - b[0]) / 1e-4, (step[1] - b[1]) / 1e-4];
    expect(ground.speed(b, velocity)?.mps).toBeCloseTo(5, 3);
    expect(ground.speed(b, [0, 0])?.mps).toBe(0);
  });

  test('takes places by latitude and longitude as well', () => {
    const byPlace = pointsOf().map(({ picture, east, north }) => ({ picture, ...placeAt(place, [east, north]) }));
    const other = calibrated(byPlace);
    const [a, b] = [ground.toGround([0.4, 0.6]), other.toGround([0.4, 0.6])];
    expect(off([a?.east ?? 0, a?.north ?? 0], [b?.east ?? 9, b?.north ?? 9])).toBeLessThan(0.001);
  });
});

describe('the error it states', () => {
  const wanted: readonly Point[] = [
    [0.5, 0.9],
    [0.2, 0.6],
    [0.8, 0.45],
    [0.5, 0.3],
  ];

  /** Of how many noisy calibrations the stated error holds, for what `measure` says of truth and of a noisy world. */
  function holds(
    count: number,
    measure: (ground: GroundMap, noise: () => number, at: Point) => { off: number; error: number } | undefined,
  ): number {
    let [held, all] = [0, 0];
    for (let seed = 1; seed <= 300; seed += 1) {
      const normal = normalNumbers(seed * 7919);
      const noise = () => normal() * 0.003;
      const points = pointsOf(clicked.slice(0, count)).map(({ picture: [x, y], ...where }) => {
        return { picture: [Math.min(1, x + noise()), Math.min(1, y + noise())], ...where };
      });
      const ground = calibrated(points);
      for (const at of wanted) {
        const result = measure(ground, noise, at);
        if (result === undefined) continue;
        all += 1;
        if (result.off <= result.error) held += 1;
      }
    }
    expect(all).toBeGreaterThan(1_000);
    return held / all;
  }

  test.each([4, 5, 6])('holds for positions from %i points in 95 of 100 cases', (count) => {
    const share = holds(count, (ground, noise, [x, y]) => {
      const found = ground.toGround([x + noise(), y + noise()]);
      return found && { off: off([found.east, found.north], camera.ground([x, y])), error: found.errorM };
    });
    expect(share).toBeGreaterThanOrEqual(0.95);
    // And it is not merely wide: twice as narrow, it would not hold.
    const narrow = holds(count, (ground, noise, [x, y]) => {
      const found = ground.toGround([x + noise(), y + noise()]);
      return found && { off: off([found.east, found.north], camera.ground([x, y])), error: found.errorM / 2 };
    });
    expect(narrow).toBeLessThan(0.9);
  });

  test('holds for distances', () => {
    const share = holds(4, (ground, noise, [x, y]) => {
      const [a, b]: [Point, Point] = [
        [x, y],
        [x - 0.1, y + 0.05],
      ];
      const found = ground.distance([a[0] + noise(), a[1] + noise()], [b[0] + noise(), b[1] + noise()]);
      return found && { off: Math.abs(found.metres - off(camera.ground(a), camera.ground(b))), error: found.errorM };
    });
    expect(share).toBeGreaterThanOrEqual(0.95);
  });

  test('holds for speeds over looks a second apart', () => {
    const share = holds(4, (ground, noise, from) => {
      const [east, north] = camera.ground(from);
      const to = camera.picture([east + 1, north + 1]);
      const seen: [Point, Point] = [
        [from[0] + noise(), from[1] + noise()],
        [to[0] + noise(), to[1] + noise()],
      ];
      const middle: Point = [(seen[0][0] + seen[1][0]) / 2, (seen[0][1] + seen[1][1]) / 2];
      const found = ground.speed(middle, [seen[1][0] - seen[0][0], seen[1][1] - seen[0][1]]);
      return found && { off: Math.abs(found.mps - Math.SQRT2), error: found.errorMps };
    });
    expect(share).toBeGreaterThanOrEqual(0.95);
  });
});

describe('points that are refused, with the reason', () => {
  const good = pointsOf();
  const [a, b, c, d, e, f] = good as [(typeof good)[0], ...(typeof good)[0][]];
  const shifted = (point: (typeof good)[0] | undefined, by: number) => ({ ...point, east: (point?.east ?? 0) + by });

  test.each([
    ['good ones', good, /^none$/],
    [
      'in one line',
      pointsOf([
        [0.1, 0.5],
        [0.3, 0.6],
        [0.5, 0.7],
        [0.7, 0.8],
      ]),
      /^all: all points lie on one line in the/,
    ],
    [
      'all but one in a line',
      pointsOf([
        [0.1, 0.5],
        [0.3, 0.6],
        [0.5, 0.7],
        [0.9, 0.5],
      ]),
      /^all: all points but point 4 /,
    ],
    [
      'a line on the ground only',
      [a, b, c, d].map((each) => ({ ...each, north: each?.east ?? 0 })),
      /one line on the gr/,
    ],
    ['twice the same', [a, b, c, d, { ...e, picture: a.picture }], /^5: is too close to point 1/],
    ['twice the same place', [a, b, c, d, { ...e, east: b?.east, north: b?.north }], /^5: is too close to point 2/],
    ['two swapped', [a, { ...b, picture: c?.picture }, { ...c, picture: b?.picture }, d], /horizon/],
    ['a mirror', good.map((each) => ({ ...each, east: -each.east })), /mirror/],
    ['one far off, of six', [a, b, c, d, shifted(e, 3), f], /^5: is off by 3\.\d m/],
    [
      'one far off, of five',
      [a, b, c, d, shifted(e, 3)],
      /^all: one point is off, .* point 2 by .*, or point 5 by 3\.0 m/,
    ],
    ['one on the wrong side, of six', [a, b, c, d, { ...e, east: -40, north: -90 }, f], /^5: is off by 1\d\d\.\d m/],
    [
      'in another town',
      [a, b, c, { picture: d?.picture, lat: 30.2, lon: 120.1 }],
      /^4: lies 8\d\.\d km from the camera/,
    ],
  ])('%s', (_what, points, expected) => {
    expect(problemOf(points)).toMatch(expected);
  });

  test.each([
    ['three points', { points: good.slice(0, 3) }],
    ['33 points', { points: Array.from({ length: 33 }, () => a) }],
    ['both kinds in one point', { points: [{ ...a, lat: 30, lon: 120 }, b, c, d] }],
    ['a picture in pixels', { points: [{ ...a, picture: [320, 200] }, b, c, d] }],
    ['no error at all', { points: good, pictureError: 0 }],
  ])('%s', (_what, config) => {
    expect(groundSchema.safeParse(config).success).toBe(false);
  });
});
