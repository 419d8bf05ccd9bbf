import type { FuzzRandom } from './random.ts';

/** Bytes at which parsers turn: ends, signs, lengths, separators of RTSP, SDP and RTP. */
const interesting = [0, 1, 0x7f, 0x80, 0xff, 0x24, 0x0a, 0x0d, 0x20, 0x22, 0x2c, 0x3a, 0x3b, 0x3d, 0x2d, 0x30, 0x39];
const numbers = ['0', '-1', '65535', '65536', '4294967296', '99999999999999999999', '1e9', ''].map((text) =>
  Buffer.from(text),
);

/** What one change does; `other` is another input of the same kind. */
type Mutation = (bytes: Buffer, random: FuzzRandom, other: Buffer) => Buffer;

const mutations: readonly Mutation[] = [
  // A bit.
  (bytes, random) => {
    const at = random.below(bytes.length);
    bytes[at] = (bytes[at] ?? 0) ^ (1 << random.below(8));
    return bytes;
  },
  // A byte.
  (bytes, random) => {
    bytes[random.below(bytes.length)] = random.pick(interesting);
    return bytes;
  },
  // A 16-bit length.
  (bytes, random) => {
    if (bytes.length >= 2)
      bytes.writeUInt16BE(random.pick([0, 1, 2, 0xffff, 0x8000, bytes.length]), random.below(bytes.length - 1));
    return bytes;
  },
  // The end is missing.
  (bytes, random) => bytes.subarray(0, random.below(bytes.length)),
  // The beginning is missing.
  (bytes, random) => bytes.subarray(random.below(bytes.length)),
  // A piece is missing.
  (bytes, random) => {
    const [from, to] = range(bytes, random);
    return Buffer.concat([bytes.subarray(0, from), bytes.subarray(to)]);
  },
  // A piece comes twice.
  (bytes, random) => {
    const [from, to] = range(bytes, random);
    return Buffer.concat([bytes.subarray(0, to), bytes.subarray(from)]);
  },
  // A piece of another one.
  (bytes, random, other) => {
    const [from, to] = range(other, random);
    const at = random.below(bytes.length);
    return Buffer.concat([bytes.subarray(0, at), other.subarray(from, to), bytes.subarray(at)]);
  },
  // The rest of another one.
  (bytes, random, other) =>
    Buffer.concat([bytes.subarray(0, random.below(bytes.length)), other.subarray(random.below(other.length))]),
  // Noise.
  (bytes, random) => {
    const noise = Buffer.from(Array.from({ length: 1 + random.below(24) }, () => random.below(256)));
    const at = random.below(bytes.length);
    return Buffer.concat([bytes.subarray(0, at), noise, bytes.subarray(at)]);
  },
  // Another number in a text.
  (bytes, random) => {
    const start = random.below(bytes.length);
    const from = bytes.subarray(start).findIndex(isDigit) + start;
    if (from < start) return bytes;
    const length = bytes.subarray(from).findIndex((byte) => !isDigit(byte));
    const end = length === -1 ? bytes.length : from + length;
    return Buffer.concat([bytes.subarray(0, from), random.pick(numbers), bytes.subarray(end)]);
  },
];

/** `seed` with one to four changes; `seed` itself stays as it is. */
export function mutate(seed: Buffer, random: FuzzRandom, other: Buffer): Buffer {
  let bytes = Buffer.from(seed);
  for (let left = 1 + random.below(4); left > 0 && bytes.length > 0; left -= 1) {
    bytes = Buffer.from(random.pick(mutations)(bytes, random, other));
  }
  return bytes;
}

function range(bytes: Buffer, random: FuzzRandom): [from: number, to: number] {
  const from = random.below(bytes.length);
  return [from, from + 1 + random.below(Math.min(200, bytes.length - from))];
}

function isDigit(byte: number): boolean {
  return byte >= 0x30 && byte <= 0x39;
}
