import { Group } from 'three';
import type { Actor } from '../actor.ts';
import type { Random } from '../random.ts';
import { PaintedShape } from './painted-shape.ts';

/** A fire engine. */
export function createFireEngine(random: Random): Actor {
  const size = [8, 3.3, 2.5] as const;
  const object = new Group();
  const shade = random.between(0.8, 1.1);
  const shape = new PaintedShape().box(size, [0, size[1] / 2, 0], 0xc01818);
  object.add(shape.mesh());
  object.scale.setScalar(shade);
  return { object, class: 'fire_engine', size };
}
