import { byUrgency, type LookPriority } from '../../domain/look.ts';

/** What can wait in a heap; `place` belongs to the heap. */
export interface Waiter extends LookPriority {
  /** Where it is in the heap; -1 when it is not. */
  place: number;
}

/** Who goes first, in O(log n): a binary heap that knows where its members are. */
export class LookHeap<T extends Waiter> {
  readonly #items: T[] = [];

  get size(): number {
    return this.#items.length;
  }

  /** The most urgent one; it stays. */
  get first(): T | undefined {
    return this.#items[0];
  }

  /** Takes one in; nothing when it is there already. */
  add(item: T): void {
    if (item.place !== -1) return;
    this.#items.push(item);
    this.#put(item, this.#items.length - 1);
    this.#up(item);
  }

  /** Takes one out; nothing when it is not there. */
  remove(item: T): void {
    const { place } = item;
    if (place === -1) return;
    const last = this.#items.pop();
    item.place = -1;
    if (last === undefined || last === item) return;
    this.#put(last, place);
    this.moved(last);
  }

  /** Its urgency is another one now. */
  moved(item: T): void {
    if (item.place === -1) return;
    this.#up(item);
    this.#down(item);
  }

  #put(item: T, place: number): void {
    this.#items[place] = item;
    item.place = place;
  }

  #up(item: T): void {
    for (;;) {
      const at = item.place;
      const parent = this.#items[(at - 1) >> 1];
      if (at === 0 || parent === undefined || byUrgency(parent, item) <= 0) return;
      this.#put(item, parent.place);
      this.#put(parent, at);
    }
  }

  #down(item: T): void {
    for (;;) {
      const at = item.place;
      const left = this.#items[2 * at + 1];
      const right = this.#items[2 * at + 2];
      if (left === undefined) return;
      const child = right !== undefined && byUrgency(right, left) < 0 ? right : left;
      if (byUrgency(item, child) <= 0) return;
      this.#put(item, child.place);
      this.#put(child, at);
    }
  }
}
