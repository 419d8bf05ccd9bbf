import { CompactRange } from './compact-range.ts';
import type { LeafRange } from './proof-ranges.ts';

/** Computes the hashes of a proof's subtrees while all leaves pass by once, in order. */
export class RangeHashes {
  readonly #parts: readonly { readonly range: LeafRange; readonly tree: CompactRange }[];

  constructor(ranges: readonly LeafRange[]) {
    this.#parts = ranges.map((range) => ({ range, tree: new CompactRange() }));
  }

  /** Takes the next leaf. */
  add(index: number, leaf: Buffer): void {
    for (const { range, tree } of this.#parts) if (index >= range.from && index < range.to) tree.append(leaf);
  }

  /** The hashes in the order of their ranges; undefined while leaves of theirs are missing. */
  hashes(): Buffer[] | undefined {
    const isWhole = this.#parts.every(({ range, tree }) => tree.size === range.to - range.from);
    return isWhole ? this.#parts.map(({ tree }) => tree.root()) : undefined;
  }
}
