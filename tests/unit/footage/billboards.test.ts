import { Group, MeshLambertMaterial, PerspectiveCamera, ShaderMaterial } from 'three';
import { expect, test } from 'vitest';
import { Billboards, type Card } from '../../../scripts/footage/stage/actors/billboards.ts';
import { outlineOf } from '../../../scripts/footage/stage/projection.ts';

function card(at: Card['at'], halfM = 0.5): Card {
  return { at, halfM: [halfM, halfM], turn: 0, alpha: 0.8, tint: [1, 1, 1] };
}

function cloud(count: number) {
  return new Billboards(count, new MeshLambertMaterial({ transparent: true, vertexColors: true }), 0.2);
}

test('each card stands at its middle with its tint and opacity', () => {
  const made = cloud(2);
  made.set([{ ...card([1, 2, 3]), alpha: 0.25, tint: [0.5, 0.6, 0.7] }]);
  const [middle, colour] = [made.mesh.geometry.getAttribute('middle'), made.mesh.geometry.getAttribute('color')];

  expect(middle.count).toBe(8);
  for (let corner = 0; corner < 4; corner += 1) {
    expect([middle.getX(corner), middle.getY(corner), middle.getZ(corner)]).toEqual([1, 2, 3]);
    expect(colour.getW(corner)).toBeCloseTo(0.25, 5);
    expect(colour.getX(corner)).toBeCloseTo(0.5, 5);
  }
});

test.each([
  [0, 0],
  [2, 12],
  [3, 18],
  [5, 18],
])('of %i cards for room of three, %i corners are drawn', (count, corners) => {
  const made = cloud(3);
  made.set(Array.from({ length: count }, (_, index) => card([index, 0, 0])));

  expect(made.mesh.geometry.drawRange.count).toBe(corners);
});

test('the outline is about what is seen, wherever it is seen from', () => {
  const made = cloud(2);
  made.set([card([0, 1, 0]), card([0, 2, 0])]);
  const object = new Group();
  object.add(made.mesh);
  object.updateMatrixWorld(true);
  for (const [x, z] of [
    [10, 0],
    [0, 10],
    [7, 7],
  ] as const) {
    const camera = new PerspectiveCamera(45, 1, 0.1, 100);
    camera.position.set(x, 1.5, z);
    camera.lookAt(0, 1.5, 0);
    camera.updateMatrixWorld(true);
    const [x1, y1, x2, y2] = outlineOf(object, camera) ?? [0, 0, 0, 0];
    // Two metres high and one wide at ten metres, where the picture is 8.3 m.
    expect(y2 - y1).toBeGreaterThan(0.17);
    expect(y2 - y1).toBeLessThan(0.28);
    expect(x2 - x1).toBeGreaterThan(0.05);
    expect(x2 - x1).toBeLessThan(0.17);
  }
});

test('every cloud has a mask of its own, so that two keep their numbers', () => {
  const [one, other] = [cloud(1).mesh.userData['mask'], cloud(1).mesh.userData['mask']];

  expect(one).toBeInstanceOf(ShaderMaterial);
  expect(other).not.toBe(one);
  expect((one as ShaderMaterial).uniforms['label']).toEqual({ value: 0 });
});
