import { describe, expect, test } from 'vitest';
import { endOf, type Leg, route } from '../../../scripts/footage/stage/sites/route.ts';

const along = (metres: number, more: Partial<Leg> = {}): Leg => ({ to: [metres, 0], paceMps: 2, ...more });

describe('a route', () => {
  test.each<[what: string, leg: Leg, endsS: number, halfWayM: number]>([
    ['at an even pace', along(10), 5, 5],
    ['that ends in a stop', along(10, { ease: 'stop' }), 10, 7.5],
    ['that begins from standing', along(10, { ease: 'start' }), 10, 2.5],
    ['that does both', along(10, { ease: 'hop' }), 7.5, 5],
  ])('%s', (_what, leg, endsS, halfWayM) => {
    const path = route(3, [0, 0], [leg]);

    expect(endOf(3, [0, 0], [leg])).toBeCloseTo(3 + endsS);
    expect(path.at(2.9)).toBeUndefined();
    expect(path.at(3 + endsS / 2)?.x).toBeCloseTo(halfWayM, 1);
    expect(path.at(3 + endsS - 1e-6)?.x).toBeCloseTo(10, 3);
    expect(path.at(3 + endsS + 0.1)).toBeUndefined();
  });

  test('waits in a pose, and walks on', () => {
    const path = route(
      0,
      [0, 0],
      [along(2, { waitS: 4, waitPose: 'crouch', waitHeading: 1 }), { to: [2, 3], paceMps: 1 }],
    );

    expect(path.at(0.5)).toMatchObject({ pose: 'walk', heading: 0 });
    expect(path.at(3)).toMatchObject({ pose: 'crouch', heading: 1, x: 2, z: 0, speedMps: 0 });
    expect(path.at(6)).toMatchObject({ pose: 'walk', x: 2, z: 1 });
    // Towards +z is a turn to the right.
    expect(path.at(6)?.heading).toBeCloseTo(-Math.PI / 2);
  });

  test('keeps its pace from leg to leg until it is given another', () => {
    const legs: Leg[] = [along(4), { to: [8, 0] }, { to: [9, 0], paceMps: 0.5 }];

    expect(endOf(0, [0, 0], legs)).toBeCloseTo(2 + 2 + 2);
    expect(route(0, [0, 0], legs).at(3)?.speedMps).toBeCloseTo(2);
    expect(route(0, [0, 0], legs).at(5)?.speedMps).toBeCloseTo(0.5);
  });

  test('changes lane on the way and ends straight', () => {
    const legs: Leg[] = [{ to: [20, 4], paceMps: 4, bends: true }];
    const path = route(0, [0, 0], legs);
    const halfS = endOf(0, [0, 0], legs) / 2;

    expect(path.at(halfS)).toMatchObject({ x: 10, z: 2 });
    expect(path.at(halfS / 5)?.z).toBeLessThan(0.2);
    expect(Math.abs(path.at(halfS * 1.95)?.heading ?? 1)).toBeLessThan(0.1);
  });

  test('goes down to where the ground is lower', () => {
    const path = route(0, [0, 0], [along(2, { y: -1 }), along(4)]);

    expect(path.at(0.5)?.y).toBeCloseTo(-0.5);
    expect(path.at(1.5)?.y).toBeCloseTo(-1);
  });
});
