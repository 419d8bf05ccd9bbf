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
    for (const { part, id } of parts) this.#labels.push({ id, class: part.class, object: part.object, parts: [] });
    if (actor.class === undefined) return;
    const own = parts.filter(({ part }) => part.apart !== true).map(({ id }) => id);
    this.#labels.push({ id: this.#number(actor.object), class: actor.class, object: actor.object, parts: own });
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

/** Every mesh below an object. */
export function meshesOf(object: Object3D): Mesh[] {
  const meshes: Mesh[] = [];
  object.traverse((each) => {
    if (each instanceof Mesh) meshes.push(each);
  });
  return meshes;
}
