import { Group } from 'three';
import type { Actor } from '../actor.ts';
import type { Random } from '../random.ts';
import { PaintedShape } from './painted-shape.ts';

/** A wheeled bin; labelled only when it overflows. */
export function createBin(random: Random, { overflowing = false }: { overflowing?: boolean } = {}): Actor {
  const object = new Group();
  const colour = random.pick([0x2f6b3a, 0x555a5f, 0x1f4f9a, 0xa02020]);
  object.add(new PaintedShape().box([0.58, 1.05, 0.72], [0, 0.525, 0], colour).mesh());
  return { object, class: overflowing ? 'overflowing_bin' : undefined, size: [0.58, 1.05, 0.72] };
}
