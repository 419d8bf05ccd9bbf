/** Numbers in [0, 1) that are the same for the same seed (mulberry32). */
export function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** One of many ways a coded picture can be damaged: bytes changed, a stretch gone, doubled, zeroed, or cut off. */
export function damaged(data: Buffer, random: () => number): Buffer {
  const at = (length: number) => Math.floor(random() * length);
  const copy = Buffer.from(data);
  const from = at(copy.length);
  const to = Math.min(copy.length, from + 1 + at(64));
  switch (at(6)) {
    case 0:
      for (let changes = 1 + at(30); changes > 0; changes -= 1) copy[at(copy.length)] = at(256);
      return copy;
    case 1:
      // The head: parameter sets and slice headers, where sizes are.
      for (let changes = 1 + at(4); changes > 0; changes -= 1) copy[at(Math.min(80, copy.length))] = at(256);
      return copy;
    case 2:
      return Buffer.concat([copy.subarray(0, from), copy.subarray(to)]);
    case 3:
      return Buffer.concat([copy.subarray(0, to), copy.subarray(from)]);
    case 4:
      return copy.fill(0, from, to);
    default:
      return copy.subarray(0, from);
  }
}
