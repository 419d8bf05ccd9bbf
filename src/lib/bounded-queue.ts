/** What a full queue does with one more item. */
export type OverflowPolicy = 'drop-oldest' | 'reject-newest';

/** A first-in-first-out queue that never grows past its capacity; what it drops is counted. */
export class BoundedQueue<T> {
  readonly capacity: number;
  readonly policy: OverflowPolicy;
  #items: T[] = [];
  #dropped = 0;

  constructor(capacity: number, policy: OverflowPolicy) {
    this.capacity = capacity;
    this.policy = policy;
  }

  /** Items waiting. */
  get size(): number {
    return this.#items.length;
  }

  /** Items dropped or rejected so far. */
  get dropped(): number {
    return this.#dropped;
  }

  /** Adds an item; false when it was rejected. */
  push(item: T): boolean {
    if (this.#items.length < this.capacity) {
      this.#items.push(item);
      return true;
    }
    this.#dropped += 1;
    if (this.policy === 'reject-newest') return false;
    this.#items.shift();
    this.#items.push(item);
    return true;
  }

  /** Takes the oldest item. */
  shift(): T | undefined {
    return this.#items.shift();
  }

  /** Takes everything. */
  drain(): T[] {
    const items = this.#items;
    this.#items = [];
    return items;
  }
}
