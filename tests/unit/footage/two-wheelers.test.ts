import { expect, test } from 'vitest';
import type { Actor } from '../../../scripts/footage/stage/actor.ts';
import { createBicycle } from '../../../scripts/footage/stage/actors/bicycle.ts';
import { createEBike } from '../../../scripts/footage/stage/actors/e-bike.ts';
import { createMotorcycle } from '../../../scripts/footage/stage/actors/motorcycle.ts';
import { scooterStyles, sideView } from '../../../scripts/footage/stage/actors/two-wheeler-styles.ts';
import { createWheel } from '../../../scripts/footage/stage/actors/two-wheeler-wheel.ts';
import { Random } from '../../../scripts/footage/stage/random.ts';
import { boxOf, momentOf, solidsOf, spaceOf } from './actor-moments.ts';

const makers = [
  { name: 'bicycle', make: createBicycle },
  { name: 'e-bike', make: createEBike },
  { name: 'motorcycle', make: createMotorcycle },
] as const;
const cases = makers.flatMap((maker) => [1, 2, 3, 4].map((seed) => ({ ...maker, seed })));
const riding = momentOf({ pose: 'ride', wayM: 3.1, speedMps: 4 });

/** Colours of the frame, the first mesh: what tells one from another in a picture. */
function coatOf(actor: Actor): unknown {
  return solidsOf(actor.object)[0]?.geometry.getAttribute('color').array.slice(0, 300);
}

test.each(cases)('the same $name is ridden and parked ($seed)', ({ make, seed }) => {
  const [parked, ridden] = [make(new Random(seed)), make(new Random(seed), { rider: true })];

  expect(parked.parts).toBeUndefined();
  expect(ridden.parts?.[0]).toMatchObject({ class: 'person', apart: true });
  expect(coatOf(ridden)).toEqual(coatOf(parked));
});

test.each(cases)('a parked $name stands on the ground and leans at most a little ($seed)', ({ make, seed }) => {
  const { min, max } = spaceOf(make(new Random(seed)));

  expect(Math.abs(min.y)).toBeLessThan(0.06);
  expect(max.y).toBeLessThan(1.6);
  expect(max.x - min.x).toBeGreaterThan(1.2);
  expect(max.x - min.x).toBeLessThan(2.5);
});

test.each(cases)('who rides a $name sits above it ($seed)', ({ make, seed }) => {
  const actor = make(new Random(seed), { rider: true });
  const own = spaceOf(actor, riding);
  const rider = boxOf(actor.parts?.[0] === undefined ? [] : solidsOf(actor.parts[0].object));

  expect(rider.max.y).toBeGreaterThan(own.max.y);
  expect(rider.max.y).toBeLessThan(1.95);
  expect(rider.min.y).toBeGreaterThan(0.02);
  expect(rider.max.x).toBeLessThan(own.max.x);
});

test.each(cases)('who waits on a $name has a foot on the ground ($seed)', ({ make, seed }) => {
  const actor = make(new Random(seed), { rider: true });
  spaceOf(actor, momentOf({ pose: 'ride', wayM: 3.1 }));
  const rider = boxOf(actor.parts?.[0] === undefined ? [] : solidsOf(actor.parts[0].object));

  expect(Math.abs(rider.min.y)).toBeLessThan(0.1);
});

test.each([
  { name: 'an e-bike', make: createEBike },
  { name: 'a bicycle', make: createBicycle },
])('who pushes $name walks beside it', ({ make }) => {
  const actor = make(new Random(8), { pushed: true, rider: true });
  const own = spaceOf(actor, momentOf({ pose: 'walk', wayM: 1, speedMps: 1 }));
  const pusher = boxOf(actor.parts?.[0] === undefined ? [] : solidsOf(actor.parts[0].object));

  expect(actor.parts).toHaveLength(1);
  expect(pusher.min.y).toBeCloseTo(0, 2);
  expect((pusher.min.z + pusher.max.z) / 2).toBeLessThan((own.min.z + own.max.z) / 2 - 0.2);
});

test('a wheel turns as far as its way', () => {
  const wheel = createWheel({ x: 0.5, radiusM: 0.3, tyreM: 0.05, rim: 0xffffff });
  wheel.roll(Math.PI * 0.3);

  expect(wheel.object.rotation.z).toBeCloseTo(-Math.PI);
  expect(wheel.object.position.y).toBe(0.3);
});

test.each(
  scooterStyles.flatMap(({ panels }, style) => panels.map(({ outline }, panel) => ({ style, panel, outline }))),
)('panel $panel of scooter $style faces outwards', ({ outline }) => {
  const area = outline.reduce((sum, [x, y], index) => {
    const [nextX, nextY] = outline[(index + 1) % outline.length] ?? [0, 0];
    return sum + x * nextY - nextX * y;
  }, 0);
  expect(area).toBeGreaterThan(0);
});

test('a side view says which corner is none', () => {
  expect(sideView('0 1, -0.5 2')).toEqual([
    [0, 1],
    [-0.5, 2],
  ]);
  expect(() => sideView('0 1, 2')).toThrow('"2"');
});
