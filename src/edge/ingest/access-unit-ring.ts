import type { AccessUnit } from '../../domain/access-unit.ts';
import type { UtcMs } from '../../domain/ids.ts';
import { RingSlabs, type SlabUser } from './ring-slabs.ts';

/** How much of a camera's recent past is kept. */
export interface RingLimits {
  /** Most bytes of pictures; 0 keeps none, and costs nothing. */
  readonly maxBytes: number;
  /** How far back it reaches, where the bytes allow it. */
  readonly maxMs: number;
}

/** What a kept unit costs beside its bytes: the object, the view of its bytes, the array slot (measured). */
export const unitOverheadBytes = 300;

/** From one keyframe up to the next: what decodes together and goes together. */
interface Group extends SlabUser {
  readonly units: AccessUnit[];
}

/**
 * The last seconds of one camera as they came, for evidence clips. It always begins at a keyframe, so all of it
 * decodes: the oldest group of pictures goes as a whole, once the next one reaches back far enough or the bytes are
 * used up. Of a group that alone is too large the beginning is kept and the rest is counted as `cut`.
 */
export class AccessUnitRing {
  readonly #limits: RingLimits;
  readonly #groups: Group[] = [];
  #slabs: RingSlabs;
  #size = 0;
  #cut = 0;
  /** The newest group is too large: nothing more of it. */
  #full = false;

  constructor(limits: RingLimits) {
    this.#limits = limits;
    this.#slabs = new RingSlabs(limits.maxBytes);
  }

  /** Memory held, in bytes: pictures and what holds them. Never more than `maxBytes`. */
  get bytes(): number {
    return this.#slabs.bytes + this.#size * unitOverheadBytes;
  }

  /** Pictures held. */
  get size(): number {
    return this.#size;
  }

  /** Pictures that were not kept because their group is too large. */
  get cut(): number {
    return this.#cut;
  }

  /** Time from the first to the last picture held. */
  get spanMs(): number {
    const first = this.#groups[0]?.units[0];
    const last = this.#groups.at(-1)?.units.at(-1);
    return first === undefined || last === undefined ? 0 : last.receivedAt - first.receivedAt;
  }

  /** Takes a picture in; its bytes are copied. */
  push(unit: AccessUnit): void {
    if (unit.keyframe) {
      if (this.#groups.at(-1)?.units.length === 0) this.#groups.pop();
      this.#groups.push({ units: [], slabs: new Set() });
      this.#full = false;
    }
    const group = this.#groups.at(-1);
    // Before the first keyframe nothing decodes.
    if (group === undefined) return;
    const { length } = unit.data;
    while (!this.#full && this.bytes + this.#slabs.needs(length) + unitOverheadBytes > this.#limits.maxBytes) {
      if (this.#slabs.shrink()) continue;
      if (this.#groups.length > 1) this.#dropOldest();
      else this.#full = true;
    }
    if (this.#full) {
      this.#cut += 1;
      return;
    }
    group.units.push({ ...unit, data: this.#slabs.place(unit.data, group) });
    this.#size += 1;
    this.#dropOld(unit.receivedAt);
  }

  /**
   * The pictures from `from` to `to` by the node's clock, and those before them that are needed to decode the first:
   * from the last keyframe at or before `from`, or the oldest there is. Copies: the ring goes on in its memory.
   */
  clip(from: UtcMs, to: UtcMs): AccessUnit[] {
    const units = this.#groups.flatMap((group) => group.units);
    let start = units.findIndex((unit) => unit.keyframe);
    for (const [index, unit] of units.entries()) {
      if (unit.receivedAt > from) break;
      if (unit.keyframe) start = index;
    }
    if (start === -1) return [];
    const end = units.findIndex((unit) => unit.receivedAt > to);
    const clip = units.slice(start, end === -1 ? units.length : Math.max(start, end));
    return clip.map((unit) => ({ ...unit, data: Buffer.from(unit.data) }));
  }

  /** Lets go of everything. */
  clear(): void {
    this.#groups.length = 0;
    this.#slabs = new RingSlabs(this.#limits.maxBytes);
    this.#size = 0;
    this.#full = false;
  }

  /** The oldest group goes when the second reaches back far enough by itself. */
  #dropOld(now: UtcMs): void {
    for (;;) {
      const second = this.#groups[1]?.units[0];
      if (second === undefined || now - second.receivedAt < this.#limits.maxMs) return;
      this.#dropOldest();
    }
  }

  #dropOldest(): void {
    const group = this.#groups.shift();
    if (group === undefined) return;
    this.#size -= group.units.length;
    this.#slabs.release(group);
  }
}
