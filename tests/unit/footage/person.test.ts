import type { Mesh } from 'three';
import { expect, test } from 'vitest';
import type { Pose } from '../../../scripts/footage/stage/actor.ts';
import { createPerson } from '../../../scripts/footage/stage/actors/person.ts';
import { Random } from '../../../scripts/footage/stage/random.ts';
import { boxOf, cornersOf, momentOf, solidsOf, spaceOf } from './actor-moments.ts';

const seeds = [1, 2, 3, 4, 5, 6];

test.each(
  (['stand', 'walk', 'crouch', 'lie', 'wave'] as const).flatMap((pose) => seeds.map((seed) => ({ pose, seed }))),
)('a person who does $pose touches the ground ($seed)', ({ pose, seed }) => {
  const person = createPerson(new Random(seed), { carries: 'nothing' });
  for (const timeS of [0, 0.4, 1.7]) {
    const { min } = spaceOf(person, momentOf({ pose, timeS, wayM: timeS * 1.3, speedMps: pose === 'walk' ? 1.3 : 0 }));
    expect(min.y).toBeCloseTo(0, 3);
  }
});

test.each(seeds)('an upright person is as tall as said (%i)', (seed) => {
  const person = createPerson(new Random(seed), { build: 'adult', outfit: 'plain', carries: 'nothing' });
  const { max } = spaceOf(person);

  expect(max.y).toBeGreaterThan(person.size[1] * 0.94);
  expect(max.y).toBeLessThan(person.size[1] * 1.06);
});

test.each(seeds)('who lies is flat and long (%i)', (seed) => {
  const person = createPerson(new Random(seed), { build: 'adult', carries: 'nothing' });
  const { min, max } = spaceOf(person, momentOf({ pose: 'lie' }));

  expect(max.y).toBeLessThan(0.75);
  expect(Math.hypot(max.x - min.x, max.z - min.z)).toBeGreaterThan(person.size[1] * 0.7);
});

test.each(['back', 'front', 'left', 'right'] as const)('a fall to the %s goes down all the way', (lies) => {
  const person = createPerson(new Random(7), { build: 'adult', carries: 'nothing', lies });
  const tops = Array.from({ length: 15 }, (_, step) => {
    return spaceOf(person, momentOf({ pose: 'lie', before: 'stand', sinceChangeS: step * 0.05 })).max.y;
  });

  expect(tops[0]).toBeGreaterThan(person.size[1] * 0.94);
  expect(tops.at(-1)).toBeLessThan(0.6);
  for (const [step, top] of tops.entries()) if (step > 0) expect(top).toBeLessThan((tops[step - 1] ?? 0) + 0.03);
});

test('forwards and backwards, left and right are where they are said to be', () => {
  const middle = (lies: 'back' | 'front' | 'left' | 'right') => {
    const person = createPerson(new Random(3), { build: 'adult', carries: 'nothing', lies });
    const { min, max } = spaceOf(person, momentOf({ pose: 'lie' }));
    return { x: (min.x + max.x) / 2, z: (min.z + max.z) / 2 };
  };

  expect(middle('front').x).toBeGreaterThan(0.2);
  expect(middle('back').x).toBeLessThan(-0.2);
  expect(middle('right').z).toBeGreaterThan(0.2);
  expect(middle('left').z).toBeLessThan(-0.2);
});

test.each(seeds)('a swimmer shows head and shoulders (%i)', (seed) => {
  const person = createPerson(new Random(seed), { build: 'adult', carries: 'nothing' });
  for (const timeS of [0, 0.5, 1.3]) {
    const { min, max } = spaceOf(person, momentOf({ pose: 'swim', timeS }));
    expect(max.y).toBeGreaterThan(0.2);
    expect(max.y).toBeLessThan(1.1);
    // What is under water is nowhere, or the truth would take most of a swimmer for hidden.
    expect(min.y).toBeGreaterThan(-0.2);
  }
});

test('who sits is at the height of a seat', () => {
  const person = createPerson(new Random(2), { build: 'adult', outfit: 'plain', carries: 'nothing' });
  const { min, max } = spaceOf(person, momentOf({ pose: 'sit' }));

  expect(max.y).toBeGreaterThan(1.1);
  expect(max.y).toBeLessThan(1.5);
  expect(Math.abs(min.y)).toBeLessThan(0.15);
});

test('the foot on the ground hardly goes along with the body', () => {
  const person = createPerson(new Random(4), { build: 'adult', carries: 'nothing' });
  const [stepM, steps] = [0.02, 200];
  let [slipM, before] = [0, { corner: -1, x: 0 }];
  for (let step = 0; step < steps; step += 1) {
    const wayM = step * stepM;
    person.move?.(momentOf({ pose: 'walk', wayM, speedMps: 1.3 }));
    person.object.updateMatrixWorld(true);
    const lowest = lowestCorner(solidsOf(person.object)[0]);
    if (lowest.corner === before.corner) slipM += Math.abs(lowest.x + wayM - before.x);
    before = { corner: lowest.corner, x: lowest.x + wayM };
  }

  // Toes drag a little; legs that swung the wrong way round would slip twice the way.
  expect(slipM).toBeLessThan(steps * stepM * 0.6);
});

function lowestCorner(mesh: Mesh | undefined): { corner: number; x: number } {
  const positions = mesh?.geometry.getAttribute('position');
  let [corner, least] = [-1, Number.POSITIVE_INFINITY];
  for (let index = 0; index < (positions?.count ?? 0); index += 1) {
    const y = positions?.getY(index) ?? 0;
    if (y < least) [corner, least] = [index, y];
  }
  return { corner, x: positions?.getX(corner) ?? 0 };
}

test('a change of pose begins where the last one was and ends in the new one', () => {
  const changes: readonly (readonly [Pose, Pose])[] = [
    ['walk', 'stand'],
    ['stand', 'crouch'],
    ['lie', 'crouch'],
    ['sit', 'walk'],
  ];
  for (const [before, pose] of changes) {
    const person = createPerson(new Random(9), { build: 'adult', carries: 'nothing' });
    const height = (sinceChangeS: number) => spaceOf(person, momentOf({ before, pose, sinceChangeS })).max.y;
    expect(height(0)).toBeCloseTo(spaceOf(person, momentOf({ pose: before })).max.y, 2);
    expect(height(5)).toBeCloseTo(spaceOf(person, momentOf({ pose })).max.y, 2);
  }
});

test('children are small with large heads, and no elder or worker is a child', () => {
  for (const seed of seeds) {
    expect(createPerson(new Random(seed), { build: 'child' }).size[1]).toBeLessThan(1.3);
    expect(createPerson(new Random(seed), { outfit: 'worker' }).size[1]).toBeGreaterThan(1.4);
  }
});

test('an umbrella over somebody is an umbrella of its own, above the head', () => {
  const person = createPerson(new Random(5), { build: 'adult', carries: 'umbrella' });
  const body = spaceOf(person, momentOf({ pose: 'walk', wayM: 2, speedMps: 1.2 }));
  const [part] = person.parts ?? [];

  expect(part?.class).toBe('umbrella');
  expect(part?.apart).toBe(true);
  const canopy = boxOf(part === undefined ? [] : solidsOf(part.object));
  expect(canopy.max.y).toBeGreaterThan(body.max.y);
  expect(canopy.max.y).toBeLessThan(body.max.y + 0.6);
});

test('a rod is no part of who holds it', () => {
  const person = createPerson(new Random(6), { build: 'adult', outfit: 'fisher', carries: 'nothing' });
  const { min, max } = spaceOf(person);

  expect(max.x - min.x).toBeLessThan(1.2);
});

test('a seed gives its person again, another seed another', () => {
  const corners = (seed: number) => {
    const person = createPerson(new Random(seed));
    person.move?.(momentOf());
    return cornersOf(person.object);
  };

  expect(corners(11)).toEqual(corners(11));
  expect(corners(11)).not.toEqual(corners(12));
});
