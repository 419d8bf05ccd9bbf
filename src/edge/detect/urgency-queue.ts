import { byUrgency, type LookPriority } from '../../domain/look.ts';

/** A queue that never grows past its capacity: the most urgent leaves first, the least urgent is dropped. Equals: first in, first out. */
export class UrgencyQueue<T extends { readonly priority: LookPriority }> {
  readonly capacity: number;
  /** Most urgent first. */
  readonly #items: T[] = [];

  constructor(capacity: number) {
    this.capacity = capacity;
  }

  /** Items waiting. */
  get size(): number {
    return this.#items.length;
  }

  /** Adds an item; returns the one that had to go for it, which may be itself. */
  push(item: T): T | undefined {
    let [from, to] = [0, this.#items.length];
    while (from < to) {
      const middle = (from + to) >> 1;
      const there = this.#items[middle];
      if (there !== undefined && byUrgency(there.priority, item.priority) <= 0) from = middle + 1;
      else to = middle;
    }
    this.#items.splice(from, 0, item);
    return this.#items.length > this.capacity ? this.#items.pop() : undefined;
  }

  /** Everything that waits, most urgent first. */
  get items(): readonly T[] {
    return this.#items;
  }

  /** Takes those for which `wanted` holds, asked most urgent first. */
  take(wanted: (item: T) => boolean): T[] {
    const taken: T[] = [];
    let kept = 0;
    for (const item of this.#items) {
      if (wanted(item)) taken.push(item);
      else this.#items[kept++] = item;
    }
    this.#items.length = kept;
    return taken;
  }
}
