import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { CompactRange, type Subtree } from '../../../../src/lib/merkle/compact-range.ts';
import { consistencyRanges, inclusionRanges, type LeafRange } from '../../../../src/lib/merkle/proof-ranges.ts';
import { RangeHashes } from '../../../../src/lib/merkle/range-hashes.ts';
import { emptyRoot, leafHash, nodeHash } from '../../../../src/lib/merkle/tree-hash.ts';
import { verifyConsistency, verifyInclusion } from '../../../../src/lib/merkle/verify-proof.ts';

/** MTH exactly as RFC 9162 §2.1.1 writes it down: recursive, over all leaves. */
function naiveRoot(leaves: readonly Buffer[]): Buffer {
  const [only] = leaves;
  if (only === undefined) return emptyRoot;
  if (leaves.length === 1) return only;
  let k = 1;
  while (k * 2 < leaves.length) k *= 2;
  return nodeHash(naiveRoot(leaves.slice(0, k)), naiveRoot(leaves.slice(k)));
}

function rangeOf(leaves: readonly Buffer[]): CompactRange {
  const range = new CompactRange();
  for (const leaf of leaves) range.append(leaf);
  return range;
}

const hashesOf = (leaves: readonly Buffer[], ranges: readonly LeafRange[]) =>
  ranges.map(({ from, to }) => naiveRoot(leaves.slice(from, to)));

const someLeaves = (count: number) => Array.from({ length: count }, (_, index) => leafHash(`leaf ${index}`));
const sizes = fc.integer({ min: 1, max: 70 });

/** Entries and roots that the Certificate Transparency projects test themselves with. */
const ctEntries = ['', '00', '10', '2021', '3031', '40414243', '5051525354555657', '606162636465666768696a6b6c6d6e6f'];
const ctRoots = [
  '6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d',
  'fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125',
  'aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77',
  'd37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7',
  '4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4',
  '76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef',
  'ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c',
  '5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328',
];
const ctLeaves = ctEntries.map((hex) => leafHash(Buffer.from(hex, 'hex')));

describe('tree', () => {
  test('has the roots that Certificate Transparency has', () => {
    expect(emptyRoot.toString('hex')).toBe('e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855');
    const range = new CompactRange();
    for (const [index, leaf] of ctLeaves.entries()) {
      range.append(leaf);
      expect(range.root().toString('hex')).toBe(ctRoots[index]);
    }
  });

  test('of seven leaves: the paths of RFC 9162 §2.1.5', () => {
    const text = (ranges: readonly LeafRange[]) => ranges.map(({ from, to }) => `${from}-${to}`);
    expect(text(inclusionRanges(0, 7))).toEqual(['1-2', '2-4', '4-7']);
    expect(text(inclusionRanges(3, 7))).toEqual(['2-3', '0-2', '4-7']);
    expect(text(inclusionRanges(4, 7))).toEqual(['5-6', '6-7', '0-4']);
    expect(text(inclusionRanges(6, 7))).toEqual(['4-6', '0-4']);
    expect(text(consistencyRanges(3, 7))).toEqual(['2-3', '3-4', '0-2', '4-7']);
    expect(text(consistencyRanges(4, 7))).toEqual(['4-7']);
    expect(text(consistencyRanges(6, 7))).toEqual(['4-6', '6-7', '0-4']);
  });

  test('grows to the root that the definition gives, from any point on, also out of its text', () => {
    fc.assert(
      fc.property(fc.array(fc.string(), { maxLength: 80 }), fc.nat(), (entries, cut) => {
        const leaves = entries.map((entry) => leafHash(entry));
        const at = leaves.length === 0 ? 0 : cut % leaves.length;
        const first = rangeOf(leaves.slice(0, at));
        const range = CompactRange.fromText(at, first.toText());
        for (const leaf of leaves.slice(at)) range?.append(leaf);
        expect(range?.size).toBe(leaves.length);
        expect(range?.root()).toEqual(naiveRoot(leaves));
      }),
    );
  });

  test('tells each subtree when it is complete, and grows by subtrees as by leaves', () => {
    const leaves = someLeaves(53);
    const subtrees: Subtree[] = [];
    const range = new CompactRange();
    for (const leaf of leaves) range.append(leaf, (subtree) => subtrees.push(subtree));
    expect(subtrees).toHaveLength(26 + 13 + 6 + 3 + 1);
    for (const { level, index, hash } of subtrees) {
      expect(hash).toEqual(naiveRoot(leaves.slice(index * 2 ** level, (index + 1) * 2 ** level)));
    }
    const coarse = new CompactRange();
    for (const { hash } of subtrees.filter(({ level }) => level === 3)) coarse.appendSubtree(3, hash);
    for (const leaf of leaves.slice(48)) coarse.append(leaf);
    expect(coarse.toText()).toBe(range.toText());
    expect(() => coarse.appendSubtree(3, leaves[0] ?? emptyRoot)).toThrow(RangeError);
  });

  test('an edge that does not belong to its size is none', () => {
    const text = rangeOf(someLeaves(5)).toText();
    expect(CompactRange.fromText(5, text)).toBeDefined();
    expect(CompactRange.fromText(4, text)).toBeUndefined();
    expect(CompactRange.fromText(5, text.replace(/.$/, 'g'))).toBeUndefined();
    expect(() => new CompactRange(3, [])).toThrow(RangeError);
  });
});

describe('inclusion', () => {
  test('is proven for every leaf of every small tree, and for nothing else', () => {
    fc.assert(
      fc.property(sizes, fc.nat(), fc.nat(), (size, where, other) => {
        const leaves = someLeaves(size);
        const index = where % size;
        const leaf = leaves[index] ?? emptyRoot;
        const proof = {
          index,
          size,
          leaf,
          path: hashesOf(leaves, inclusionRanges(index, size)),
          root: naiveRoot(leaves),
        };
        expect(verifyInclusion(proof)).toBe(true);
        expect(verifyInclusion({ ...proof, leaf: leafHash('another') })).toBe(false);
        expect(verifyInclusion({ ...proof, root: leafHash('another') })).toBe(false);
        expect(verifyInclusion({ ...proof, path: [...proof.path, emptyRoot] })).toBe(false);
        expect(verifyInclusion({ ...proof, index: size })).toBe(false);
        if (other % size !== index) expect(verifyInclusion({ ...proof, index: other % size })).toBe(false);
        if (size > 1) {
          expect(verifyInclusion({ ...proof, path: proof.path.slice(1) })).toBe(false);
          const bent = proof.path.map((hash, at) => (at === other % proof.path.length ? leafHash(hash) : hash));
          expect(verifyInclusion({ ...proof, path: bent })).toBe(false);
        }
      }),
    );
  });

  test('a leaf beyond the tree has no path', () => {
    expect(() => inclusionRanges(3, 3)).toThrow(RangeError);
    expect(() => inclusionRanges(-1, 3)).toThrow(RangeError);
  });

  test('works beyond 32 bits', () => {
    const size = 2 ** 40 + 3;
    expect(inclusionRanges(2 ** 40 + 1, size)).toEqual([
      { from: 2 ** 40, to: 2 ** 40 + 1 },
      { from: 2 ** 40 + 2, to: size },
      { from: 0, to: 2 ** 40 },
    ]);
    const leaf = leafHash('x');
    const [one, two, three] = [leafHash('1'), leafHash('2'), leafHash('3')];
    const root = nodeHash(three, nodeHash(nodeHash(one, leaf), two));
    expect(verifyInclusion({ index: 2 ** 40 + 1, size, leaf, path: [one, two, three], root })).toBe(true);
  });
});

describe('consistency', () => {
  test('is proven for a tree that grew, and for nothing else', () => {
    fc.assert(
      fc.property(sizes, fc.nat(), fc.nat(), (second, where, other) => {
        const leaves = someLeaves(second);
        const first = where % (second + 1);
        const firstRoot = naiveRoot(leaves.slice(0, first));
        const secondRoot = naiveRoot(leaves);
        const path = hashesOf(leaves, consistencyRanges(first, second));
        const proof = { first, second, firstRoot, secondRoot, path };
        expect(verifyConsistency(proof)).toBe(true);
        expect(verifyConsistency({ ...proof, path: [...path, emptyRoot] })).toBe(false);
        expect(verifyConsistency({ ...proof, firstRoot: leafHash('another') })).toBe(false);
        if (first > 0) expect(verifyConsistency({ ...proof, secondRoot: leafHash('another') })).toBe(false);
        if (path.length > 0) {
          expect(verifyConsistency({ ...proof, path: path.slice(1) })).toBe(false);
          const bent = path.map((hash, at) => (at === other % path.length ? leafHash(hash) : hash));
          expect(verifyConsistency({ ...proof, path: bent })).toBe(false);
        }
      }),
    );
  });

  test('a tree of which an old leaf was changed does not follow from the old one', () => {
    fc.assert(
      fc.property(sizes, fc.nat(), fc.nat(), (second, where, changed) => {
        const leaves = someLeaves(second);
        const first = (where % second) + 1;
        const forged = leaves.map((leaf, at) => (at === changed % first ? leafHash('forged') : leaf));
        const path = hashesOf(forged, consistencyRanges(first, second));
        const roots = { firstRoot: naiveRoot(leaves.slice(0, first)), secondRoot: naiveRoot(forged) };
        expect(verifyConsistency({ first, second, ...roots, path })).toBe(false);
      }),
    );
  });

  test('a longer tree is not the beginning of a shorter one', () => {
    expect(() => consistencyRanges(4, 3)).toThrow(RangeError);
    const root = naiveRoot(someLeaves(3));
    expect(verifyConsistency({ first: 4, second: 3, firstRoot: root, secondRoot: root, path: [] })).toBe(false);
  });
});

test('hashes of a proof come out of one pass over the leaves', () => {
  const leaves = someLeaves(37);
  const ranges = [...inclusionRanges(11, 37), ...consistencyRanges(20, 37)];
  const hashes = new RangeHashes(ranges);
  for (const [index, leaf] of leaves.entries()) {
    expect(hashes.hashes()).toBeUndefined();
    hashes.add(index, leaf);
  }
  expect(hashes.hashes()).toEqual(hashesOf(leaves, ranges));
});
