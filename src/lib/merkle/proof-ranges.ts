/** Leaves `from` up to, without, `to`: a subtree whose hash belongs to a proof. */
export interface LeafRange {
  readonly from: number;
  readonly to: number;
}

/**
 * Subtrees whose hashes prove that leaf `index` is in the tree of `size` leaves, from the leaf up
 * (PATH, RFC 9162 §2.1.3.1). @throws RangeError for a leaf the tree does not have.
 */
export function inclusionRanges(index: number, size: number): LeafRange[] {
  if (!Number.isInteger(index) || index < 0 || index >= size) throw new RangeError(`leaf ${index} of ${size}`);
  const path: LeafRange[] = [];
  let [from, to] = [0, size];
  while (to - from > 1) {
    const middle = from + splitOf(to - from);
    if (index < middle) {
      path.push({ from: middle, to });
      to = middle;
    } else {
      path.push({ from, to: middle });
      from = middle;
    }
  }
  return path.reverse();
}

/**
 * Subtrees whose hashes prove that the tree of `second` leaves begins with that of `first`
 * (PROOF, RFC 9162 §2.1.4.1). None where they are the same or the first is empty. @throws RangeError for first > second.
 */
export function consistencyRanges(first: number, second: number): LeafRange[] {
  if (first < 0 || first > second) throw new RangeError(`a tree of ${second} does not begin with one of ${first}`);
  if (first === 0 || first === second) return [];
  const path: LeafRange[] = [];
  let [from, to] = [0, second];
  let known = true;
  while (first !== to) {
    const middle = from + splitOf(to - from);
    if (first <= middle) {
      path.push({ from: middle, to });
      to = middle;
    } else {
      path.push({ from, to: middle });
      from = middle;
      known = false;
    }
  }
  // Where the first tree is itself a subtree, whoever checks has its root already.
  if (!known) path.push({ from, to });
  return path.reverse();
}

/** The largest power of two smaller than n (RFC 9162 §2.1.1). */
function splitOf(n: number): number {
  let k = 1;
  while (k * 2 < n) k *= 2;
  return k;
}
