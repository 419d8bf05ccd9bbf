import { emptyRoot, nodeHash } from './tree-hash.ts';

/** A complete subtree of 2^level leaves, the `index`-th of its level. */
export interface Subtree {
  readonly level: number;
  readonly index: number;
  readonly hash: Buffer;
}

/**
 * The right edge of a growing tree: roots of its complete subtrees, largest first, one for each bit of its size.
 * All that is needed to append and to tell the root (RFC 9162 §2.1.1), in O(log n) memory.
 */
export class CompactRange {
  #size: number;
  readonly #hashes: Buffer[];

  /** @throws RangeError when there are not as many hashes as the size has bits. */
  constructor(size = 0, hashes: readonly Buffer[] = []) {
    if (hashes.length !== bitCount(size)) throw new RangeError(`${hashes.length} hashes do not make a tree of ${size}`);
    this.#size = size;
    this.#hashes = [...hashes];
  }

  /** Reads what `toText` wrote; undefined where it is not the edge of a tree of that size. */
  static fromText(size: number, text: string): CompactRange | undefined {
    if (text.length !== bitCount(size) * 64 || !/^[0-9a-f]*$/.test(text)) return undefined;
    return new CompactRange(
      size,
      Array.from({ length: text.length / 64 }, (_, index) =>
        Buffer.from(text.slice(index * 64, index * 64 + 64), 'hex'),
      ),
    );
  }

  /** Leaves so far. */
  get size(): number {
    return this.#size;
  }

  /** The edge as lower-case hex, hash after hash. */
  toText(): string {
    return this.#hashes.map((hash) => hash.toString('hex')).join('');
  }

  /** Root of the tree, 32 bytes. */
  root(): Buffer {
    const edge = [...this.#hashes];
    let root = edge.pop();
    if (root === undefined) return emptyRoot;
    for (let left = edge.pop(); left !== undefined; left = edge.pop()) root = nodeHash(left, root);
    return root;
  }

  /** Appends a leaf by its hash; `onComplete` hears of every subtree it completes. */
  append(hash: Buffer, onComplete?: (subtree: Subtree) => void): void {
    this.appendSubtree(0, hash, onComplete);
  }

  /** Appends a complete subtree of 2^level leaves. @throws RangeError where none can begin. */
  appendSubtree(level: number, hash: Buffer, onComplete?: (subtree: Subtree) => void): void {
    const leaves = 2 ** level;
    if (this.#size % leaves !== 0) throw new RangeError(`no subtree of ${leaves} begins at leaf ${this.#size}`);
    this.#size += leaves;
    let node = hash;
    let at = level;
    let index = this.#size / leaves;
    // As long as the number of subtrees is even, the newest is a right child.
    for (; index % 2 === 0; index /= 2, at += 1) {
      const left = this.#hashes.pop();
      if (left === undefined) break;
      node = nodeHash(left, node);
      onComplete?.({ level: at + 1, index: index / 2 - 1, hash: node });
    }
    this.#hashes.push(node);
  }
}

/** Ones in the binary form of a whole number below 2^53. */
function bitCount(size: number): number {
  let count = 0;
  for (let rest = size; rest > 0; rest = Math.floor(rest / 2)) count += rest % 2;
  return count;
}
