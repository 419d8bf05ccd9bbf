import { Group } from 'three';
import type { Actor } from '../actor.ts';
import type { Random } from '../random.ts';
import { PaintedShape } from './painted-shape.ts';

/** A heap of debris. */
export function createDebrisPile(
  random: Random,
  _options: { kind?: 'rubble' | 'sand' | 'timber' | 'furniture'; sizeM?: number } = {},
): Actor {
  const size = [2, 0.8, 2] as const;
  const object = new Group();
  const shade = random.between(0.8, 1.1);
  const shape = new PaintedShape().box(size, [0, size[1] / 2, 0], 0x8a7f70);
  object.add(shape.mesh());
  object.scale.setScalar(shade);
  return { object, class: 'debris_pile', size };
}
