import { Group } from 'three';
import type { Actor } from '../actor.ts';
import type { Random } from '../random.ts';
import { PaintedShape, sizeOf } from './painted-shape.ts';
import { addBag, addCarton, addLitter } from './refuse.ts';

/** Garbage bags put down in the street, one to six, with some litter; from four on some lie on top. */
export function createGarbageBag(random: Random, { count }: { count?: number } = {}): Actor {
  const bags = count ?? random.pick([1, 1, 1, 2, 2, 3, 4, 5, 6]);
  const shape = new PaintedShape();
  const below = bags > 3 ? bags - Math.floor(bags / 3) : bags;
  for (let bag = 0; bag < bags; bag += 1) {
    const radiusM = random.between(0.22, 0.38);
    if (bag >= below) {
      addBag(random, shape, [random.between(-0.25, 0.25), 0.34, random.between(-0.25, 0.25)], radiusM * 0.9);
      continue;
    }
    const angle = (bag / below) * Math.PI * 2 + random.between(-0.3, 0.3);
    const awayM = below === 1 ? 0 : 0.18 + 0.11 * below;
    addBag(random, shape, [Math.cos(angle) * awayM, 0, Math.sin(angle) * awayM], radiusM);
  }
  if (random.chance(0.25)) addCarton(random, shape, [random.between(-0.4, 0.4), 0, random.between(0.3, 0.5)]);
  const litter = random.chance(0.6) ? random.whole(2, 4 + bags) : 0;
  addLitter(random, shape, [0, 0, 0], litter, { mostM: 0.5 + 0.1 * bags });
  const object = new Group().add(shape.mesh('lacquer'));
  return { object, class: 'garbage_bag', size: sizeOf(object) };
}
