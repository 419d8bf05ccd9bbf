import { Object3D } from 'three';
import { describe, expect, test } from 'vitest';
import type { Moment } from '../../../scripts/footage/stage/actor.ts';
import { sized } from '../../../scripts/footage/stage/sites/sized.ts';

const moment = (timeS: number): Moment => {
  return { timeS, wayM: 0, speedMps: 0, pose: 'stand', before: 'stand', sinceChangeS: 1 };
};

describe('sized', () => {
  test.each([
    [4.9, false, 0],
    [5, true, 0.2],
    [7.5, true, 0.6],
    [20, true, 1],
    [32, true, 0.5],
    [34, false, 0],
  ])('at %f s: there %s, of size %f', (timeS, isThere, share) => {
    const object = new Object3D();
    object.scale.setScalar(2);
    const moved: number[] = [];
    const actor = sized(
      { object, class: 'flame', size: [1, 1, 1], move: (at) => moved.push(at.timeS) },
      [
        [5, 0.2],
        [10, 1],
        [30, 1],
        [34, 0],
      ],
      [5, 34],
    );
    actor.move?.(moment(timeS));
    expect(object.visible).toBe(isThere);
    expect(object.scale.x).toBeCloseTo(2 * share);
    expect(moved).toEqual([timeS]);
  });
});
