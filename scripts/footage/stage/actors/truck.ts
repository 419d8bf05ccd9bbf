import { Group } from 'three';
import type { Actor } from '../actor.ts';
import type { Random } from '../random.ts';
import { PaintedShape } from './painted-shape.ts';

/** A lorry. */
export function createTruck(
  random: Random,
  _options: { kind?: 'muck' | 'box' | 'flatbed'; load?: 'uncovered' | 'covered' | 'empty' } = {},
): Actor {
  const size = [8.5, 3.2, 2.5] as const;
  const object = new Group();
  const shade = random.between(0.8, 1.1);
  const shape = new PaintedShape().box(size, [0, size[1] / 2, 0], 0xc9a227);
  object.add(shape.mesh());
  object.scale.setScalar(shade);
  return { object, class: 'truck', size };
}
