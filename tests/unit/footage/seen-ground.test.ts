import { PerspectiveCamera, Vector3 } from 'three';
import { describe, expect, test } from 'vitest';
import { seenGround, shadowFrame } from '../../../scripts/footage/stage/set/seen-ground.ts';

function camera(position: readonly [number, number, number], target: readonly [number, number, number], fovDeg = 45) {
  const made = new PerspectiveCamera(fovDeg, 16 / 9, 0.1, 400);
  made.position.set(...position);
  made.lookAt(...target);
  made.updateMatrixWorld(true);
  return made;
}

describe('the ground in a picture', () => {
  test('its middle is where the camera looks', () => {
    const [, , , , middle] = seenGround(camera([0, 6, 10], [2, 0, -3]));

    expect(middle?.x).toBeCloseTo(2, 4);
    expect(middle?.y).toBe(0);
    expect(middle?.z).toBeCloseTo(-3, 4);
  });

  test.each([
    ['steeply down', [0, 6, 3], [0, 0, 0]],
    ['along a street', [-20, 6, 3], [30, 3, 0]],
    ['above the horizon', [0, 4, 0], [10, 5, 0]],
  ] as const)('looking %s ends 55 m away at the most', (_name, position, target) => {
    const eye = camera(position, target);

    for (const point of seenGround(eye)) {
      expect(point.y).toBe(0);
      expect(Math.hypot(point.x - position[0], point.z - position[2])).toBeLessThanOrEqual(55.001);
    }
  });
});

describe('the piece the sun casts shadows on', () => {
  test.each([
    ['high', new Vector3(0, 1, 0)],
    ['low', new Vector3(0.98, 0.2, 0)],
  ])('holds all that is seen, sun %s', (_name, toSun) => {
    const ground = seenGround(camera([-12, 7, 9], [2, 0, -1]));
    const { middle, radiusM } = shadowFrame(ground, toSun);

    for (const point of ground) expect(point.distanceTo(middle)).toBeLessThanOrEqual(radiusM + 1e-6);
  });

  test('a low sun stands farther away: houses throw long shadows', () => {
    const ground = seenGround(camera([-12, 7, 9], [2, 0, -1]));
    const away = (height: number) => shadowFrame(ground, new Vector3(0, height, 0)).awayM;

    expect(away(0.2)).toBeGreaterThan(away(0.9));
  });
});
