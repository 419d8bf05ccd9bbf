import { describe, expect, test } from 'vitest';
import { outsideOf, showsIn } from '../../../scripts/footage/stage/sites/view.ts';

/** 10 m up, looking 45° down along −z: the middle of the picture lies 10 m ahead; half of 40° to either side of it. */
const camera = { position: [0, 10, 10], target: [0, 0, 0], fovDeg: 40 } as const;

describe('showsIn', () => {
  test.each([
    ['the middle', [0, 0], true],
    // 45° − 20° below the horizon: 10 m / tan 25° = 21.4 m ahead.
    ['the far end', [0, -11], true],
    // Its head, 2.5 m up, is seen as far as 7.5 m / tan 25° = 16.1 m ahead: nearer than its feet.
    ['beyond the far end', [0, -12.5], false],
    // 65° below the horizon: 4.7 m ahead.
    ['the near end', [0, 5], true],
    ['under the camera', [0, 9], false],
    ['behind the camera', [0, 40], false],
    // Half of the width of the middle row: 14.1 m × tan 20° × 16/9 = 9.1 m.
    ['to the right', [8.8, 0], true],
    ['too far to the right', [11, 0], false],
    ['too far to the left', [-11, 0], false],
  ] as const)('%s', (_, point, isSeen) => {
    expect(showsIn(camera, point, 0)).toBe(isSeen);
  });

  test('who is broad shows longer', () => {
    expect(showsIn(camera, [11, 0], 2.5)).toBe(true);
  });
});

describe('outsideOf', () => {
  test.each([
    ['right', 0],
    ['left', Math.PI],
    ['towards the camera', -Math.PI / 2],
  ])('the nearest point to the %s that is not seen', (_, heading) => {
    const [x, z] = outsideOf(camera, [0, 0], heading);
    expect(showsIn(camera, [x, z], 0.6)).toBe(false);
    const awayM = Math.hypot(x, z);
    expect(showsIn(camera, [x - (0.6 * x) / awayM, z - (0.6 * z) / awayM], 0.6)).toBe(true);
  });

  test('to the horizon nobody goes', () => {
    const level = { ...camera, target: [0, 9, -10] } as const;
    expect(outsideOf(level, [0, -25], Math.PI / 2, { mostM: 30 })[1]).toBeCloseTo(-55);
  });
});
