import { Group } from 'three';
import type { Actor } from '../actor.ts';
import type { Random } from '../random.ts';
import { PaintedShape } from './painted-shape.ts';

/** Garbage bags. */
export function createGarbageBag(random: Random, _options: { count?: number } = {}): Actor {
  const size = [0.7, 0.6, 0.6] as const;
  const object = new Group();
  const shade = random.between(0.8, 1.1);
  const shape = new PaintedShape().box(size, [0, size[1] / 2, 0], 0x181818);
  object.add(shape.mesh());
  object.scale.setScalar(shade);
  return { object, class: 'garbage_bag', size };
}
