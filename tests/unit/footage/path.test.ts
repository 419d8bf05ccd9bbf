import { describe, expect, test } from 'vitest';
import { poseChangeS } from '../../../scripts/footage/stage/actor.ts';
import { Path } from '../../../scripts/footage/stage/path.ts';

describe('a path', () => {
  const path = new Path([
    { atS: 2, x: 0, z: 0 },
    { atS: 4, x: 6, z: 0 },
    { atS: 8, x: 6, z: -8 },
    { atS: 10, x: 6, z: -8 },
  ]);

  test.each([
    [2, { x: 0, z: 0, wayM: 0, heading: 0, speedMps: 3, pose: 'walk' }],
    [3, { x: 3, z: 0, wayM: 3, heading: 0, speedMps: 3, pose: 'walk' }],
    // Towards −z is a quarter turn to the left.
    [6, { x: 6, z: -4, wayM: 10, heading: Math.PI / 2, speedMps: 2, pose: 'walk' }],
    // Who has stopped keeps looking there.
    [9, { x: 6, z: -8, wayM: 14, heading: Math.PI / 2, speedMps: 0, pose: 'stand', before: 'walk', sinceChangeS: 1 }],
  ])('at %i s', (timeS, place) => {
    expect(path.at(timeS)).toMatchObject({ timeS, y: 0, ...place });
  });

  test.each([1.99, 10.01])('nobody is there at %f s', (timeS) => expect(path.at(timeS)).toBeUndefined());

  test('a pose holds from its waypoint on', () => {
    const fall = new Path([
      { atS: 0, x: 0, z: 0, pose: 'stand' },
      { atS: 5, x: 0, z: 0, pose: 'lie' },
      { atS: 9, x: 0, z: 0 },
    ]);
    expect(fall.at(4.9)).toMatchObject({ pose: 'stand', sinceChangeS: poseChangeS });
    const fallen = fall.at(5.25);
    expect(fallen).toMatchObject({ pose: 'lie', before: 'stand' });
    expect(fallen?.sinceChangeS).toBeCloseTo(0.25);
  });

  test('turns the short way between headings, and climbs', () => {
    const turn = new Path([
      { atS: 0, x: 0, z: 0, y: 1, heading: 3 },
      { atS: 2, x: 0, z: 0, y: 2, heading: -3 },
    ]);
    expect(turn.at(1)?.heading).toBeCloseTo(Math.PI);
    expect(turn.at(1)?.y).toBe(1.5);
  });

  test.each([
    ['no waypoint', []],
    ['times that stand still', [0, 3, 3]],
    ['times that fall', [2, 1]],
  ])('%s is refused', (_, timesS) => {
    expect(() => new Path(timesS.map((atS) => ({ atS, x: 0, z: 0 })))).toThrow(RangeError);
  });
});
