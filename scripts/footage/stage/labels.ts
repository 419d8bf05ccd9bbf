import { Mesh, type Object3D } from 'three';
import type { ObjectClass } from '../../../src/domain/object-class.ts';
import type { Actor } from './actor.ts';

/** One labelled thing on the stage. */
export interface Label {
  /** 1–255: its value in the mask. */
  readonly id: number;
  readonly class: ObjectClass;
  readonly object: Object3D;
  /** Labels that are part of it: what shows of them shows of it. */
  readonly parts: readonly number[];
  /** What it carries that is no part of it: a rider, a sitter. */
  readonly apart: readonly Object3D[];
}

/** Most labels a mask of one byte a pixel can tell apart. */
const mostLabels = 255;

/** Numbers what has a class and knows each mesh's number. */
export class Labels {
  readonly #labels: Label[] = [];
  readonly #numbers = new WeakMap<Object3D, number>();

  get all(): readonly Label[] {
    return this.#labels;
  }

  /** @throws RangeError where the stage holds more than 255. */
  add(actor: Actor): void {
    const parts = (actor.parts ?? []).map((part) => ({ part, id: this.#number(part.object) }));
    for (const { part, id } of parts)
      this.#labels.push({ id, class: part.class, object: part.object, parts: [], apart: [] });
    if (actor.class === undefined) return;
    const own = parts.filter(({ part }) => part.apart !== true).map(({ id }) => id);
    const apart = parts.filter(({ part }) => part.apart === true).map(({ part }) => part.object);
    this.#labels.push({ id: this.#number(actor.object), class: actor.class, object: actor.object, parts: own, apart });
  }

  /** The number of the label a mesh belongs to, the innermost; 0 for none. */
  of(mesh: Object3D): number {
    for (let object: Object3D | null = mesh; object !== null; object = object.parent) {
      const id = this.#numbers.get(object);
      if (id !== undefined) return id;
    }
    return 0;
  }

  #number(object: Object3D): number {
    this.#last += 1;
    if (this.#last > mostLabels) throw new RangeError(`more than ${mostLabels} labelled objects on one stage`);
    this.#numbers.set(object, this.#last);
    return this.#last;
  }

  #last = 0;
}

/** Every mesh below an object but those below others in it. */
export function meshesOf(object: Object3D, without: readonly Object3D[] = []): Mesh[] {
  const below = object.children
    .filter((child) => !without.includes(child))
    .flatMap((child) => meshesOf(child, without));
  return object instanceof Mesh ? [object, ...below] : below;
}
