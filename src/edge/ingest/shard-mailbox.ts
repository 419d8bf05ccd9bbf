import type { AccessUnit } from '../../domain/access-unit.ts';

/** Access units that wait for a consumer on another thread: bounded in number and bytes, the oldest give way. */
export class ShardMailbox {
  readonly #maxUnits: number;
  readonly #maxBytes: number;
  #units: AccessUnit[] = [];
  #bytes = 0;
  #dropped = 0;

  constructor(options: { maxUnits: number; maxBytes: number }) {
    this.#maxUnits = options.maxUnits;
    this.#maxBytes = options.maxBytes;
  }

  get size(): number {
    return this.#units.length;
  }

  /** Units dropped since the start. */
  get dropped(): number {
    return this.#dropped;
  }

  push(unit: AccessUnit): void {
    this.#units.push(unit);
    this.#bytes += unit.data.length;
    // The newest stays even if it alone is too large: it is what the consumer will want to see.
    while (this.#units.length > 1 && (this.#units.length > this.#maxUnits || this.#bytes > this.#maxBytes)) {
      this.#bytes -= this.#units.shift()?.data.length ?? 0;
      this.#dropped += 1;
    }
  }

  /** Takes everything, oldest first. */
  drain(): AccessUnit[] {
    const units = this.#units;
    this.#units = [];
    this.#bytes = 0;
    return units;
  }
}
