import { Group } from 'three';
import type { Actor } from '../actor.ts';
import type { Random } from '../random.ts';
import type { Build } from './body-measures.ts';
import { createFigure } from './person-figure.ts';
import type { Habit } from './person-habit.ts';
import type { Outfit } from './person-look.ts';

/** What a person is to be like; what is left out is left to chance. */
export interface PersonOptions {
  readonly build?: Build;
  readonly outfit?: Outfit;
  readonly carries?: 'nothing' | 'bag' | 'umbrella';
  /** On which side it comes to lie: backwards and forwards are along its heading, left and right across it. */
  readonly lies?: Habit['lies'];
}

/** A person that walks, stands, sits, crouches, lies, swims and waves; an umbrella over it is a part of its own. */
export function createPerson(random: Random, options: PersonOptions = {}): Actor {
  const outfit = options.outfit ?? (random.chance(0.06) ? 'worker' : 'plain');
  const ages = [
    'adult',
    'adult',
    'adult',
    'adult',
    'elder',
    ...(outfit === 'plain' ? ['child' as const] : []),
  ] as const;
  const build = options.build ?? random.pick(ages);
  const carries = options.carries ?? random.pick(['nothing', 'nothing', 'nothing', 'bag', 'bag']);
  const ways = options.lies === undefined ? {} : { lies: options.lies };
  const figure = createFigure(random, { build, outfit, carries, ways });
  const object = new Group();
  object.add(figure.object);
  return {
    object,
    class: 'person',
    ...(figure.umbrella !== undefined && {
      parts: [{ object: figure.umbrella, class: 'umbrella' as const, apart: true }],
    }),
    size: [0.6, figure.body.heightM, 0.6],
    move: (moment) => figure.pose(moment),
  };
}
