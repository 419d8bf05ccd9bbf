import { Group } from 'three';
import type { Actor } from '../actor.ts';
import type { Random } from '../random.ts';
import { PaintedShape } from './painted-shape.ts';

/** A street stall. */
export function createStall(random: Random): Actor {
  const size = [2, 2.2, 1.2] as const;
  const object = new Group();
  const shade = random.between(0.8, 1.1);
  const shape = new PaintedShape().box(size, [0, size[1] / 2, 0], 0xc04040);
  object.add(shape.mesh());
  object.scale.setScalar(shade);
  return { object, class: 'stall', size };
}
