import { Group } from 'three';
import type { Actor } from '../actor.ts';
import type { Random } from '../random.ts';
import { PaintedShape } from './painted-shape.ts';

/** Goods on the ground. */
export function createGoods(random: Random): Actor {
  const size = [1.6, 0.5, 1.2] as const;
  const object = new Group();
  const shade = random.between(0.8, 1.1);
  const shape = new PaintedShape().box(size, [0, size[1] / 2, 0], 0xd08a20);
  object.add(shape.mesh());
  object.scale.setScalar(shade);
  return { object, class: 'goods', size };
}
