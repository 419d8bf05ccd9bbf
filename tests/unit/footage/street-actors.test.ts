import { expect, test } from 'vitest';
import type { Actor } from '../../../scripts/footage/stage/actor.ts';
import { createAnimal } from '../../../scripts/footage/stage/actors/animal.ts';
import { createBicycle } from '../../../scripts/footage/stage/actors/bicycle.ts';
import { createBoat } from '../../../scripts/footage/stage/actors/boat.ts';
import { createEBike } from '../../../scripts/footage/stage/actors/e-bike.ts';
import { createMotorcycle } from '../../../scripts/footage/stage/actors/motorcycle.ts';
import { createPerson } from '../../../scripts/footage/stage/actors/person.ts';
import { createPram } from '../../../scripts/footage/stage/actors/pram.ts';
import { createWheelchair } from '../../../scripts/footage/stage/actors/wheelchair.ts';
import { Random } from '../../../scripts/footage/stage/random.ts';
import { cornersOf, momentOf, spaceOf, trianglesOf } from './actor-moments.ts';

interface Case {
  readonly name: string;
  readonly make: (random: Random) => Actor;
  readonly class: Actor['class'];
  /** Most triangles a picture can afford for one. */
  readonly most: number;
}

const cases: readonly Case[] = [
  { name: 'person', make: createPerson, class: 'person', most: 1500 },
  { name: 'bicycle', make: createBicycle, class: 'bicycle', most: 2200 },
  { name: 'ridden bicycle', make: (random) => createBicycle(random, { rider: true }), class: 'bicycle', most: 3400 },
  { name: 'e-bike', make: createEBike, class: 'e-bike', most: 1800 },
  { name: 'motorcycle', make: createMotorcycle, class: 'motorcycle', most: 1800 },
  { name: 'wheelchair', make: createWheelchair, class: 'wheelchair', most: 3600 },
  { name: 'pram', make: createPram, class: 'pram', most: 2200 },
  { name: 'pushed pram', make: (random) => createPram(random, { pushed: true }), class: 'pram', most: 3400 },
  { name: 'boat', make: createBoat, class: 'boat', most: 1200 },
  ...(['dog', 'cat', 'cow', 'goat', 'bird'] as const).map((kind) => ({
    name: kind,
    make: (random: Random) => createAnimal(random, { kind }),
    class: 'animal' as const,
    most: 1200,
  })),
];
const seeded = cases.flatMap((each) => [1, 2, 3, 4, 5].map((seed) => ({ ...each, seed })));

test.each(seeded)('$name: class, size and place agree ($seed)', ({ make, class: name, seed }) => {
  const actor = make(new Random(seed));
  const { min, max } = spaceOf(actor);

  expect(actor.class).toBe(name);
  // A boat reaches below its waterline.
  expect(min.y).toBeGreaterThan(name === 'boat' ? -0.5 : -0.06);
  expect(min.y).toBeLessThan(0.06);
  const [lengthM, heightM, widthM] = actor.size;
  expect(max.y).toBeLessThan(heightM * 1.35);
  expect(max.y).toBeGreaterThan(heightM * 0.5);
  expect(max.x - min.x).toBeLessThan(Math.max(lengthM, 0.9) * 1.45);
  expect(max.z - min.z).toBeLessThan(Math.max(widthM * 1.5, 0.9) + (name === 'boat' ? 2 : 0));
});

test.each(seeded)('$name can be afforded and is the same for the same seed ($seed)', ({ make, most, seed }) => {
  const [one, again, other] = [seed, seed, seed + 100].map((each) => {
    const actor = make(new Random(each));
    actor.move?.(momentOf());
    return actor;
  });
  const [object, same, different] = [one, again, other].map((actor) =>
    actor === undefined ? [] : cornersOf(actor.object),
  );

  expect(one === undefined ? Number.POSITIVE_INFINITY : trianglesOf(one.object)).toBeLessThan(most);
  expect(object).toEqual(same);
  expect(object).not.toEqual(different);
});

test.each(['dog', 'cow', 'bird'] as const)('the legs of a walking %s swing', (kind) => {
  const animal = createAnimal(new Random(3), { kind });
  const corners = (wayM: number) => {
    animal.move?.(momentOf({ pose: 'walk', wayM, speedMps: 1 }));
    return cornersOf(animal.object);
  };

  expect(corners(0)).not.toEqual(corners(0.2));
});

test('whoever sits in a wheelchair and whoever pushes it are people of their own', () => {
  expect(createWheelchair(new Random(1)).parts?.map((part) => part.class)).toEqual(['person']);
  expect(createWheelchair(new Random(1), { pushed: true }).parts?.map((part) => part.class)).toEqual([
    'person',
    'person',
  ]);
  expect(createBoat(new Random(1)).parts).toBeUndefined();
  expect(createBoat(new Random(1), { rower: true }).parts).toMatchObject([{ class: 'person', apart: true }]);
});
