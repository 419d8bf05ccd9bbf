import { Color, Group, MeshLambertMaterial, Object3D, Vector3 } from 'three';
import { expect, test } from 'vitest';
import { lampsNear } from '../../../scripts/footage/stage/set/lamps.ts';
import { glowAtNight, switchGlow } from '../../../scripts/footage/stage/set/night-glow.ts';

const ground = [new Vector3(-5, 0, 0), new Vector3(5, 0, 0)];

function street(...xs: readonly number[]): Group {
  const set = new Group();
  for (const x of xs) {
    const post = new Group();
    const bulb = new Object3D();
    bulb.position.y = 6;
    bulb.userData['lamp'] = true;
    post.add(bulb);
    post.position.x = x;
    set.add(post);
  }
  return set;
}

test('the nearest lamps shed light, nearest first, at their bulbs', () => {
  const lamps = lampsNear(street(30, -4, 12, 1), ground, 3);

  expect(lamps.map(({ x }) => x)).toEqual([1, -4, 12]);
  expect(lamps.every(({ y }) => y > 5 && y < 6)).toBe(true);
});

test.each([0, 1, 2])('a street with %i lamps gets the others made up', (count) => {
  const lamps = lampsNear(street(...[2, 9].slice(0, count)), ground, 3);

  expect(lamps).toHaveLength(3);
  expect(lamps.every(({ y }) => y > 4)).toBe(true);
  expect(new Set(lamps.map(({ x, z }) => `${x} ${z}`)).size).toBe(3);
});

test('a lamp that is not shown sheds none', () => {
  const set = street(0, 8);
  const [first] = set.children;
  if (first !== undefined) first.visible = false;

  expect(lampsNear(set, ground, 1).map(({ x }) => x)).toEqual([8]);
});

test.each([
  ['night', 1.5],
  ['dusk', 0.5],
  ['day', 0],
  ['rain', 0],
] as const)('a lamp shines by %s: %d', (kind, intensity) => {
  const bulb = new MeshLambertMaterial();
  glowAtNight(bulb, new Color(1, 0.8, 0.5), { night: 1.5, dusk: 0.5 });
  switchGlow(bulb, kind);

  expect(bulb.emissiveIntensity).toBe(intensity);
  expect(bulb.emissive.toArray()).toEqual([1, 0.8, 0.5]);
});

test('what is no lamp stays as it is', () => {
  const paint = new MeshLambertMaterial({ emissiveIntensity: 0.3 });
  switchGlow(paint, 'night');

  expect(paint.emissiveIntensity).toBe(0.3);
});
