import { Group } from 'three';
import type { Actor } from '../actor.ts';
import type { Random } from '../random.ts';
import { PaintedShape } from './painted-shape.ts';

/** An excavator. */
export function createExcavator(random: Random): Actor {
  const size = [7, 3, 2.8] as const;
  const object = new Group();
  const shade = random.between(0.8, 1.1);
  const shape = new PaintedShape().box(size, [0, size[1] / 2, 0], 0xe8a317);
  object.add(shape.mesh());
  object.scale.setScalar(shade);
  return { object, class: 'excavator', size };
}
