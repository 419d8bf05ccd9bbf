import { BoxGeometry, Group, Mesh, PerspectiveCamera } from 'three';
import { describe, expect, test } from 'vitest';
import { outlineOf, zoneSeen } from '../../../scripts/footage/stage/projection.ts';
import type { GroundPoint } from '../../../scripts/footage/stage/site.ts';

/**
 * 5 m above the ground at z = 10, looking level along −z, 90° from top to bottom: at depth d the picture's lower edge
 * is d metres below its middle, its right edge 16/9·d metres aside.
 */
function levelCamera(): PerspectiveCamera {
  const camera = new PerspectiveCamera(90, 16 / 9, 0.1, 100);
  camera.position.set(0, 5, 10);
  camera.lookAt(0, 5, 0);
  camera.updateMatrixWorld(true);
  return camera;
}

const seen = (kind: 'polygon' | 'line', points: readonly GroundPoint[], y?: number) =>
  zoneSeen({ id: 'z', kind, points, ...(y !== undefined && { y }) }, levelCamera()).points;

describe('zones as the camera sees them', () => {
  test('wholly in view: x = ½ + 9x / 32d, y = ½ + 5 / 2d', () => {
    expect(
      seen('polygon', [
        [-4, 0],
        [4, 0],
        [4, 2],
        [-4, 2],
      ]),
    ).toEqual([
      [0.3875, 0.75],
      [0.6125, 0.75],
      [0.6406, 0.8125],
      [0.3594, 0.8125],
    ]);
  });

  test('a raised zone is higher in the picture', () => {
    expect(
      seen(
        'line',
        [
          [-4, 0],
          [4, 0],
        ],
        2.5,
      ),
    ).toEqual([
      [0.3875, 0.625],
      [0.6125, 0.625],
    ]);
  });

  test('what lies to the side is cut at the picture’s edge', () => {
    // At depth 10 the edge is 17.78 m aside; the far side (depth 20) reaches 35.56 m.
    expect(
      seen('polygon', [
        [0, 0],
        [100, 0],
        [100, -10],
        [0, -10],
      ]),
    ).toEqual([
      [0.5, 0.75],
      [1, 0.75],
      [1, 0.625],
      [0.5, 0.625],
    ]);
  });

  test('what begins behind the camera is cut at the lower edge, not left out', () => {
    // The lower edge sees the ground at depth 5: there ±2 m are ±0.1125.
    const points = seen('polygon', [
      [-2, 0],
      [2, 0],
      [2, 30],
      [-2, 30],
    ]);
    expect(points).toHaveLength(4);
    for (const corner of [
      [0.4438, 0.75],
      [0.5563, 0.75],
      [0.6125, 1],
      [0.3875, 1],
    ])
      expect(points).toContainEqual(corner);
  });

  test('a line keeps its direction where it leaves the picture', () => {
    expect(
      seen('line', [
        [0, 0],
        [100, 0],
      ]),
    ).toEqual([
      [0.5, 0.75],
      [1, 0.75],
    ]);
  });

  test.each(['polygon', 'line'] as const)('of a %s behind the camera nothing is left', (kind) => {
    expect(
      seen(kind, [
        [-4, 20],
        [4, 20],
        [4, 30],
      ]),
    ).toEqual([]);
  });
});

describe('outlines', () => {
  const block = (x: number, z: number) => {
    const mesh = new Mesh(new BoxGeometry(2, 2, 2));
    mesh.position.set(x, 5, z);
    const object = new Group().add(mesh);
    object.updateMatrixWorld(true);
    return { object, mesh };
  };

  test('the nearest face is the widest: 1 m at depth 9', () => {
    const [x1, y1, x2, y2] = outlineOf(block(0, 0).object, levelCamera()) ?? [];
    expect(x1).toBeCloseTo(0.5 - 9 / 16 / 9 / 2, 6);
    expect(x2).toBeCloseTo(0.5 + 9 / 16 / 9 / 2, 6);
    expect(y1).toBeCloseTo(0.5 - 1 / 9 / 2, 6);
    expect(y2).toBeCloseTo(0.5 + 1 / 9 / 2, 6);
  });

  test('reaches out of the picture', () => {
    expect(outlineOf(block(20, 0).object, levelCamera())?.[2]).toBeGreaterThan(1);
  });

  test('there is none behind the camera, nor of what the mask leaves out', () => {
    expect(outlineOf(block(0, 30).object, levelCamera())).toBeUndefined();
    const { object, mesh } = block(0, 0);
    mesh.userData['mask'] = 'none';
    expect(outlineOf(object, levelCamera())).toBeUndefined();
  });
});
