import { type ObjectClass, objectClasses } from '../../../src/domain/object-class.ts';
import type { Random } from './random.ts';

/** What one picture is cast with: classes, and `undefined` for look-alikes. */
export interface Casting {
  readonly kinds: readonly (ObjectClass | undefined)[];
  /** Many of one class close together, as well: a crowd, a row of bicycles, a queue, a heap of bags. */
  readonly group?: { readonly class: ObjectClass; readonly count: number };
}

/** Drawn on their own: they are in a fifth of the pictures each, however full these are. */
const rare: readonly ObjectClass[] = ['flame', 'smoke'];

/** Large ones find room less often: they are put first, and no more than fit beside others. */
const bulky: readonly ObjectClass[] = ['bus', 'truck', 'fire_engine', 'excavator', 'uncovered_load'];
const mostBulky = 3;

/** Hardly any place has water: boats are asked for more often. */
const even = [...objectClasses.filter((each) => !rare.includes(each)), 'boat', 'boat'] as const;

/** Classes that stand in groups, with how many at most. */
const gregarious: readonly (readonly [ObjectClass, number])[] = [
  ['person', 22],
  ['person', 9],
  ['bicycle', 9],
  ['e-bike', 9],
  ['motorcycle', 7],
  ['car', 6],
  ['garbage_bag', 5],
  ['goods', 5],
  ['umbrella', 4],
];

/** Every class about as often as any other, people a little more for all they do; now and then nothing at all. */
export function cast(random: Random): Casting {
  if (random.chance(0.04)) return { kinds: [] };
  // Few more often than many.
  const count = 4 + Math.floor(21 * random.between(0, 1) ** 2);
  const drawn = Array.from({ length: count }, () => {
    if (random.chance(0.14)) return undefined;
    return random.chance(0.12) ? 'person' : random.pick(even);
  });
  const kinds = [...drawn.filter(isBulky).slice(0, mostBulky), ...drawn.filter((each) => !isBulky(each))];
  for (const each of rare) if (random.chance(0.2)) kinds.push(...Array(random.whole(1, 2)).fill(each));
  if (!random.chance(0.35)) return { kinds };
  const [name, most] = random.pick(gregarious);
  return { kinds, group: { class: name, count: random.whole(3, most) } };
}

function isBulky(name: ObjectClass | undefined): boolean {
  return name !== undefined && bulky.includes(name);
}
