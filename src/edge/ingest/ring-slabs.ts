/** A piece of memory that the pictures of one or two groups lie in. */
interface Slab {
  readonly memory: Buffer;
  /** Groups with pictures in it. */
  users: number;
}

/** What a group of pictures holds on to. */
export interface SlabUser {
  readonly slabs: Set<Slab>;
}

/** Larger slabs save little, and a ring wastes half of one. */
const largestSlab = 65_536;

/**
 * Memory of one ring, used again and again: a picture that is kept for seconds in a buffer of its own grows old, and some
 * hundred cameras' old buffers cost a fifth of a core in garbage collection (docs/decisions/0016).
 */
export class RingSlabs {
  readonly #slabBytes: number;
  readonly #free: Slab[] = [];
  #current: Slab | undefined;
  #used = 0;
  #bytes = 0;

  constructor(maxBytes: number) {
    this.#slabBytes = Math.max(1, Math.min(largestSlab, Math.floor(maxBytes / 8)));
  }

  /** Memory held, free or not. */
  get bytes(): number {
    return this.#bytes;
  }

  /** New memory that a picture of this size would take. */
  needs(length: number): number {
    if (length > this.#slabBytes) return length;
    return this.#fits(length) || this.#free.length > 0 ? 0 : this.#slabBytes;
  }

  /** Gives free memory back; false where none is free. */
  shrink(): boolean {
    const slab = this.#free.pop();
    this.#bytes -= slab?.memory.length ?? 0;
    return slab !== undefined;
  }

  /** A copy of a picture in the ring's own memory, which lasts until `release` of its user. */
  place(data: Buffer, user: SlabUser): Buffer {
    const { length } = data;
    if (length > this.#slabBytes) return this.#put(data, 0, this.#take(length), user);
    if (!this.#fits(length)) {
      this.#current = this.#free.pop() ?? this.#take(this.#slabBytes);
      this.#used = 0;
    }
    const view = this.#put(data, this.#used, this.#current as Slab, user);
    this.#used += length;
    return view;
  }

  /** Nobody needs a user's pictures any more. */
  release({ slabs }: SlabUser): void {
    for (const slab of slabs) {
      slab.users -= 1;
      if (slab.users > 0 || slab === this.#current) continue;
      // One of another size was made for one large picture.
      if (slab.memory.length === this.#slabBytes) this.#free.push(slab);
      else this.#bytes -= slab.memory.length;
    }
    slabs.clear();
  }

  #fits(length: number): boolean {
    return this.#current !== undefined && this.#used + length <= this.#slabBytes;
  }

  #take(bytes: number): Slab {
    this.#bytes += bytes;
    return { memory: Buffer.allocUnsafeSlow(bytes), users: 0 };
  }

  #put(data: Buffer, at: number, slab: Slab, { slabs }: SlabUser): Buffer {
    if (!slabs.has(slab)) {
      slabs.add(slab);
      slab.users += 1;
    }
    data.copy(slab.memory, at);
    return slab.memory.subarray(at, at + data.length);
  }
}
