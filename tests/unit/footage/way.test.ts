import { describe, expect, test } from 'vitest';
import { Random } from '../../../scripts/footage/stage/random.ts';
import { Mirror } from '../../../scripts/footage/stage/sites/mirror.ts';
import { Way } from '../../../scripts/footage/stage/sites/way.ts';

/** Seeds with both answers of the coin. */
const [straight, turned] = ([1, -1] as const).map((side) => {
  const mirror = Array.from({ length: 20 }, (_, seed) => new Mirror(new Random(seed))).find(
    (each) => each.side === side,
  );
  if (mirror === undefined) throw new Error(`no layout with side ${side}`);
  return mirror;
}) as [Mirror, Mirror];
const from = { atS: 2, x: 0, z: 0 };

describe('Way', () => {
  test.each([
    [2, 0],
    [4, 2],
    [7, 5],
  ])('at %f s it has got to %f m', (atS, x) => {
    const place = new Way(straight, from).to(5, 0, 1).path.at(atS);
    expect(place?.x).toBeCloseTo(x);
    expect(place?.heading).toBeCloseTo(0);
  });

  test('of a place that stands the other way round, x and headings are turned over', () => {
    const place = new Way(turned, from).to(5, -5, 1).path.at(5);
    expect(place?.x).toBeLessThan(0);
    expect(place?.z).toBeLessThan(0);
    expect(place?.heading).toBeCloseTo((3 * Math.PI) / 4);
  });

  test('who stays does what is asked for, faces where told, and then walks as it goes', () => {
    const { path } = new Way(straight, from).to(2, 0, 1).stay(3, { pose: 'crouch', heading: 1 }).to(2, 4, 1);
    expect(path.at(5)).toMatchObject({ pose: 'crouch', before: 'walk', heading: 1, x: 2 });
    expect(path.at(8)).toMatchObject({ pose: 'walk', before: 'crouch' });
    expect(path.at(8)?.heading).toBeCloseTo(-Math.PI / 2);
  });

  test.each([
    ['stopAt', -1],
    ['startTo', 1],
  ] as const)('%s gets there with a speed that changes all the time', (how, sense) => {
    const way = new Way(straight, { atS: 0, x: 0, z: 0 })[how](10, 0, 6);
    const { path, atS } = way;
    expect(path.at(atS)?.x).toBeCloseTo(10);
    const speeds = [0.1, 0.5, 0.9].map((share) => path.at(share * atS)?.speedMps ?? Number.NaN);
    expect([...speeds].sort((one, other) => sense * (one - other))).toEqual(speeds);
    expect(new Set(speeds).size).toBe(3);
  });

  test('a bend ends at a right angle to where it began', () => {
    const way = new Way(straight, { atS: 0, x: 0, z: -4 }).to(0, 0, 2).bend([6, 0], 6, [Math.PI, 1.5 * Math.PI], 2);
    const end = way.path.at(way.atS);
    expect(end?.x).toBeCloseTo(6);
    expect(end?.z).toBeCloseTo(6);
    expect(Math.cos(way.to(12, 6, 2).path.at(way.atS - 0.1)?.heading ?? 1)).toBeCloseTo(1);
  });

  test('somebody turns on the spot', () => {
    const { path } = new Way(straight, from).turn([0, Math.PI / 2], 2);
    expect(path.at(3)).toMatchObject({ x: 0, z: 0 });
    expect(path.at(3)?.heading).toBeCloseTo(Math.PI / 4);
  });
});
