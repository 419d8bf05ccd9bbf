import { emptyRoot, nodeHash } from './tree-hash.ts';

/** Whether a leaf is in a tree, by its audit path (RFC 9162 §2.1.3.2). Hashes are 32 bytes. */
export function verifyInclusion(proof: {
  readonly index: number;
  readonly size: number;
  readonly leaf: Uint8Array;
  readonly path: readonly Uint8Array[];
  readonly root: Uint8Array;
}): boolean {
  const { index, size, path } = proof;
  if (!isSize(index) || !isSize(size) || index >= size) return false;
  let [fn, sn] = [index, size - 1];
  let hash: Uint8Array = proof.leaf;
  for (const sibling of path) {
    if (sn === 0) return false;
    if (fn % 2 === 1 || fn === sn) {
      hash = nodeHash(sibling, hash);
      [fn, sn] = pastLeftChildren(fn, sn);
    } else {
      hash = nodeHash(hash, sibling);
    }
    [fn, sn] = [half(fn), half(sn)];
  }
  return sn === 0 && equal(hash, proof.root);
}

/** Whether a tree begins with an older one, by its consistency path (RFC 9162 §2.1.4.2). */
export function verifyConsistency(proof: {
  readonly first: number;
  readonly second: number;
  readonly firstRoot: Uint8Array;
  readonly secondRoot: Uint8Array;
  readonly path: readonly Uint8Array[];
}): boolean {
  const { first, second, firstRoot, secondRoot, path } = proof;
  if (!isSize(first) || !isSize(second) || first > second) return false;
  if (first === 0) return path.length === 0 && equal(firstRoot, emptyRoot);
  if (first === second) return path.length === 0 && equal(firstRoot, secondRoot);
  // A first tree that is a complete subtree is not in the path: its root stands at the beginning.
  const [start, ...rest] = isPowerOfTwo(first) ? [firstRoot, ...path] : path;
  if (start === undefined) return false;
  let [fn, sn] = [first - 1, second - 1];
  while (fn % 2 === 1) [fn, sn] = [half(fn), half(sn)];
  let [one, two] = [start, start];
  for (const sibling of rest) {
    if (sn === 0) return false;
    if (fn % 2 === 1 || fn === sn) {
      one = nodeHash(sibling, one);
      two = nodeHash(sibling, two);
      [fn, sn] = pastLeftChildren(fn, sn);
    } else {
      two = nodeHash(two, sibling);
    }
    [fn, sn] = [half(fn), half(sn)];
  }
  return sn === 0 && equal(one, firstRoot) && equal(two, secondRoot);
}

/** Up to where the subtree of `fn` is a right child, or the root. */
function pastLeftChildren(fn: number, sn: number): [number, number] {
  return fn % 2 === 0 && fn !== 0 ? pastLeftChildren(half(fn), half(sn)) : [fn, sn];
}

const isSize = (n: number) => Number.isSafeInteger(n) && n >= 0;
const half = (n: number) => Math.floor(n / 2);
const equal = (a: Uint8Array, b: Uint8Array) => Buffer.compare(a, b) === 0;

function isPowerOfTwo(n: number): boolean {
  let rest = n;
  while (rest % 2 === 0) rest /= 2;
  return rest === 1;
}
