import { Group } from 'three';
import type { Actor } from '../actor.ts';
import type { Random } from '../random.ts';
import { PaintedShape } from './painted-shape.ts';

/** A parasol. */
export function createUmbrella(random: Random): Actor {
  const size = [2.4, 2.4, 2.4] as const;
  const object = new Group();
  const shade = random.between(0.8, 1.1);
  const shape = new PaintedShape().box(size, [0, size[1] / 2, 0], 0xd03030);
  object.add(shape.mesh());
  object.scale.setScalar(shade);
  return { object, class: 'umbrella', size };
}
