import { expect, test } from 'vitest';
import { irregularOutline } from '../../../scripts/footage/stage/actors/irregular-outline.ts';
import { poolGeometry } from '../../../scripts/footage/stage/actors/pool-geometry.ts';
import { Random } from '../../../scripts/footage/stage/random.ts';
import { areaOf, facesUp } from './geometry-measures.ts';

test.each([1, 2, 3, 4, 5, 6, 7, 8])('the outline of seed %i is about as long and wide as wanted', (seed) => {
  const outline = irregularOutline(new Random(seed), 6, 3);
  const [xs, zs] = [outline.map(([x]) => x), outline.map(([, z]) => z)];
  const lengthM = Math.max(...xs) - Math.min(...xs);
  const widthM = Math.max(...zs) - Math.min(...zs);

  expect(lengthM).toBeGreaterThan(6 * 0.6);
  expect(lengthM).toBeLessThan(6 * 1.4);
  expect(widthM).toBeGreaterThan(3 * 0.6);
  expect(widthM).toBeLessThan(3 * 1.4);
});

test('a seed gives its outline again, another seed another', () => {
  const of = (seed: number) => irregularOutline(new Random(seed), 6, 3);

  expect(of(5)).toEqual(of(5));
  expect(of(5)).not.toEqual(of(6));
});

test('a pool fills its outline and looks up', () => {
  const outline = irregularOutline(new Random(3), 6, 3);
  const geometry = poolGeometry(outline);
  const area = Math.abs(
    outline.reduce((sum, [x, z], index) => {
      const [nextX, nextZ] = outline[(index + 1) % outline.length] ?? [x, z];
      return sum + (x * nextZ - nextX * z) / 2;
    }, 0),
  );

  expect(areaOf(geometry)).toBeCloseTo(area, 4);
  expect(facesUp(geometry)).toBe(true);
});

test('its texture runs from 1 in the middle to 0 at the shore', () => {
  const geometry = poolGeometry(irregularOutline(new Random(3), 6, 3));
  const [uv, positions] = [geometry.getAttribute('uv'), geometry.getAttribute('position')];
  const depths = Array.from({ length: uv.count }, (_, index) => ({
    v: uv.getY(index),
    away: Math.hypot(positions.getX(index), positions.getZ(index)),
  }));

  expect(depths.filter(({ away }) => away === 0).every(({ v }) => v === 1)).toBe(true);
  expect(depths.filter(({ v }) => v === 0)).toHaveLength(40);
});
