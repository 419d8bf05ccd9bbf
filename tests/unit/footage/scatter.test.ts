import { describe, expect, test } from 'vitest';
import { scatterMomentS, scatterRounds } from '../../../scripts/footage/scatter-rounds.ts';
import { cast } from '../../../scripts/footage/stage/casting.ts';
import { type Footprint, overlap } from '../../../scripts/footage/stage/footprint.ts';
import { patchRound } from '../../../scripts/footage/stage/motion-blur.ts';
import { Random } from '../../../scripts/footage/stage/random.ts';
import type { Ground } from '../../../scripts/footage/stage/site.ts';
import { SpotFinder } from '../../../scripts/footage/stage/spot-finder.ts';
import { wayOnStage } from '../../../scripts/footage/stage/way-on-stage.ts';
import { insidePolygon } from '../../../src/domain/geometry.ts';
import { objectClasses } from '../../../src/domain/object-class.ts';

describe('footprints', () => {
  const car: Footprint = { x: 0, z: 0, heading: 0, halfLength: 2, halfWidth: 1 };

  test.each([
    ['behind it, just touching not', { x: 4.01 }, false],
    ['behind it, into it', { x: 3.99 }, true],
    ['beside it', { z: 2.01 }, false],
    ['beside it, too near', { z: 1.99 }, true],
    // Turned by 90° it is 1 m long that way.
    ['across behind it', { x: 3.01, heading: Math.PI / 2 }, false],
    ['across, into it', { x: 2.99, heading: Math.PI / 2 }, true],
    // Circles round both would overlap.
    ['past its corner, aslant', { x: 3.4, z: 1.9, heading: Math.PI / 4 }, false],
  ])('a car %s', (_, other, expected) => {
    expect(overlap(car, { ...car, ...other })).toBe(expected);
    expect(overlap({ ...car, ...other }, car)).toBe(expected);
  });
});

describe('spots', () => {
  const road: Ground = {
    use: 'road',
    points: [
      [-30, -60],
      [30, -60],
      [30, 20],
      [-30, 20],
    ],
  };
  const quay: Ground = {
    use: 'grass',
    points: [
      [-30, -60],
      [0, -60],
      [0, 20],
      [-30, 20],
    ],
    y: 1,
  };
  const camera = { position: [0, 6, 12], target: [0, 0, 0], fovDeg: 45 } as const;

  test('lie on ground of the wished use, near ones as often as far ones', () => {
    const finder = new SpotFinder(camera, [road, quay]);
    const random = new Random(3);
    const spots = Array.from({ length: 300 }, () => finder.find(random, ['road'])).filter((spot) => spot !== undefined);
    expect(spots).toHaveLength(300);
    for (const { x, z, ground } of spots) {
      expect(ground).toBe(road);
      expect(insidePolygon([x, z], road.points)).toBe(true);
    }
    const near = spots.filter(({ z }) => z > -6).length;
    expect(near).toBeGreaterThan(120);
    expect(near).toBeLessThan(270);
  });

  test('say how large a metre is: 360 rows over 2·tan(22.5°)·depth', () => {
    const random = new Random(5);
    const spot = new SpotFinder(camera, [quay]).find(random, ['grass']);
    const [x, z] = [spot?.x ?? 0, spot?.z ?? 0];
    // Along the line of sight, which goes down by 6 m over 12 m.
    const depthM = ((6 - 1) * 6 + (12 - z) * 12) / Math.hypot(6, 12);
    expect(x).toBeLessThanOrEqual(0);
    expect(spot?.pixelsPerMetre).toBeCloseTo(360 / (2 * Math.tan(Math.PI / 8) * depthM), 3);
  });

  test('are none where no such ground is in view', () => {
    const behind: Ground = {
      use: 'water',
      points: [
        [-5, 20],
        [5, 20],
        [5, 30],
        [-5, 30],
      ],
    };
    const finder = new SpotFinder(camera, [road, behind]);
    expect(finder.find(new Random(1), ['water'])).toBeUndefined();
    expect(finder.find(new Random(1), ['indoor'])).toBeUndefined();
  });
});

describe('castings', () => {
  const castings = Array.from({ length: 2000 }, (_, seed) => cast(new Random(seed + 1)));
  const share = (isSo: (casting: (typeof castings)[number]) => boolean) =>
    castings.filter(isSo).length / castings.length;

  test('have every class, rare ones as often as cars', () => {
    const counts = new Map(
      objectClasses.map((name) => [name, castings.filter(({ kinds }) => kinds.includes(name)).length]),
    );
    const cars = counts.get('car') ?? 0;
    for (const name of objectClasses) {
      const count = counts.get(name) ?? 0;
      if (name === 'person') expect(count).toBeGreaterThan(cars);
      else if (name === 'flame' || name === 'smoke') expect(count / castings.length).toBeCloseTo(0.2, 1);
      else expect(count).toBeGreaterThan(cars * 0.7);
    }
  });

  test('are empty now and then, hold look-alikes, and sometimes many of one class', () => {
    expect(share(({ kinds }) => kinds.length === 0)).toBeCloseTo(0.04, 1);
    expect(share(({ kinds }) => kinds.includes(undefined))).toBeGreaterThan(0.4);
    expect(share(({ group }) => group !== undefined)).toBeCloseTo(0.34, 1);
  });
});

describe('ways', () => {
  const stand = { x: 5, y: 0.2, z: -3, heading: 1 };

  test('pass their place at the moment of their round, and are gone by the next', () => {
    for (let seed = 1; seed < 200; seed += 1) {
      const random = new Random(seed);
      const round = seed % scatterRounds;
      const name = random.pick(objectClasses);
      const path = wayOnStage(random, round, stand, { class: name, isInWater: random.chance(0.2) });
      const place = path.at(scatterMomentS(round));
      expect(place?.x).toBeCloseTo(stand.x);
      expect(place?.z).toBeCloseTo(stand.z);
      expect(place?.y).toBeCloseTo(stand.y);
      expect(place?.heading).toBe(stand.heading);
      for (const other of [round - 1, round + 1]) expect(path.at(scatterMomentS(other))).toBeUndefined();
    }
  });

  test('people lie, crouch, fall, and swim where there is water', () => {
    const poses = (isInWater: boolean) =>
      new Set(
        Array.from(
          { length: 300 },
          (_, seed) =>
            wayOnStage(new Random(seed + 1), 0, stand, { class: 'person', isInWater }).at(scatterMomentS(0))?.pose,
        ),
      );
    expect(poses(true)).toEqual(new Set(['swim']));
    expect(poses(false)).toEqual(new Set(['walk', 'stand', 'crouch', 'lie', 'wave', 'sit']));
  });
});

describe('the patch that is smeared', () => {
  const size = [640, 360] as const;

  test('goes round everything that moves, with a margin, from the lower left', () => {
    expect(patchRound([[0.25, 0.25, 0.5, 0.5], [0.375, 0.5, 0.625, 0.75], []], size)).toEqual({
      x: 148,
      y: 78,
      width: 264,
      height: 204,
    });
  });

  test('stays in the picture', () => {
    expect(patchRound([[-1, -1, 2, 2]], size)).toEqual({ x: 0, y: 0, width: 640, height: 360 });
  });

  test.each([
    ['nothing moves', []],
    ['what moves is behind the camera', [[]]],
    ['it is out of the picture', [[1.2, 0.2, 1.4, 0.4]]],
  ])('is none where %s', (_, outlines) => expect(patchRound(outlines, size)).toBeUndefined());
});
