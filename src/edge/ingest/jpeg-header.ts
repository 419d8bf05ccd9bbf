/** What an RTP/JPEG packet says of its picture (RFC 2435 §3.1): all that a JFIF header needs. */
export interface JpegShape {
  /** 0: 4:2:2, 1: 4:2:0 (RFC 2435 §4.1). */
  readonly type: 0 | 1;
  readonly width: number;
  readonly height: number;
  /** MCUs between restart markers; 0: none. */
  readonly restartInterval: number;
  /** One or two quantisation tables in zigzag order, of 64 or 128 bytes each; bit n of `precision`: 16-bit values. */
  readonly tables: Buffer;
  readonly precision: number;
}

/** The header of a baseline JPEG in front of entropy-coded data, as RFC 2435 appendix B makes it, in JFIF form. */
export function jpegHeader(shape: JpegShape): Buffer {
  const luma = (shape.precision & 1) === 0 ? 64 : 128;
  const first = shape.tables.subarray(0, luma);
  const second = shape.tables.length > luma ? shape.tables.subarray(luma) : first;
  const size = Buffer.alloc(4);
  size.writeUInt16BE(shape.height, 0);
  size.writeUInt16BE(shape.width, 2);
  const interval = Buffer.alloc(2);
  interval.writeUInt16BE(shape.restartInterval);
  const sampling = shape.type === 0 ? 0x21 : 0x22;
  return Buffer.concat([
    Buffer.from([0xff, 0xd8]),
    segment(0xe0, Buffer.from('JFIF\0\x01\x01\0\0\x01\0\x01\0\0', 'latin1')),
    segment(0xdb, Buffer.from([first.length > 64 ? 0x10 : 0]), first),
    segment(0xdb, Buffer.from([second.length > 64 ? 0x11 : 1]), second),
    segment(0xc0, Buffer.from([8]), size, Buffer.from([3, 1, sampling, 0, 2, 0x11, 1, 3, 0x11, 1])),
    huffmanTables,
    ...(shape.restartInterval > 0 ? [segment(0xdd, interval)] : []),
    segment(0xda, Buffer.from([3, 1, 0, 2, 0x11, 3, 0x11, 0, 63, 0])),
  ]);
}

/** The tables of Q 1–99: those of ITU-T T.81 annex K scaled as RFC 2435 appendix A says. */
export function scaledTables(q: number): Buffer {
  const factor = q < 50 ? Math.floor(5000 / q) : 200 - q * 2;
  const scaled = (value: number) => Math.min(255, Math.max(1, Math.floor((value * factor + 50) / 100)));
  return Buffer.from([...lumaQuantizers, ...chromaQuantizers].map(scaled));
}

function segment(marker: number, ...parts: readonly Buffer[]): Buffer {
  const body = Buffer.concat(parts);
  const head = Buffer.from([0xff, marker, 0, 0]);
  head.writeUInt16BE(body.length + 2, 2);
  return Buffer.concat([head, body]);
}

/** ITU-T T.81 table K.1 in zigzag order. */
const lumaQuantizers = [
  16, 11, 12, 14, 12, 10, 16, 14, 13, 14, 18, 17, 16, 19, 24, 40, 26, 24, 22, 22, 24, 49, 35, 37, 29, 40, 58, 51, 61,
  60, 57, 51, 56, 55, 64, 72, 92, 78, 64, 68, 87, 69, 55, 56, 80, 109, 81, 87, 95, 98, 103, 104, 103, 62, 77, 113, 121,
  112, 100, 120, 92, 101, 103, 99,
];

/** ITU-T T.81 table K.2 in zigzag order. */
const chromaQuantizers = [17, 18, 18, 24, 21, 24, 47, 26, 26, 47, 99, 66, 56, 66, ...Array<number>(50).fill(99)];

/** From `0xh2` to `0xha` for each high digit given: how the long tails of tables K.5 and K.6 run. */
const runs = (from: number, highs: string) =>
  [...highs].flatMap((high) =>
    Array.from({ length: 11 - from }, (_, index) => (Number.parseInt(high, 16) << 4) + from + index),
  );

/** ITU-T T.81 tables K.3–K.6: class and id, how many codes of each length, the values. */
const huffmanTables = Buffer.concat(
  [
    ['00', '00010501010101010100000000000000', '000102030405060708090a0b'],
    [
      '10',
      '0002010303020403050504040000017d',
      '01020300041105122131410613516107227114328191a1082342b1c11552d1f02433627282090a161718191a25262728292a3435363738393a',
      ...[runs(3, '45678'), runs(2, '9abcd'), runs(1, 'ef')],
    ],
    ['01', '00030101010101010101010000000000', '000102030405060708090a0b'],
    [
      '11',
      '00020102040403040705040400010277',
      '0001020311040521310612415107617113223281081442 91a1b1c109233352f0156272d10a162434e125f11718191a262728292a35363738393a',
      ...[runs(3, '4567'), runs(2, '89abcdef')],
    ],
  ].map((parts) =>
    segment(
      0xc4,
      ...parts.map((part) =>
        typeof part === 'string' ? Buffer.from(part.replaceAll(' ', ''), 'hex') : Buffer.from(part),
      ),
    ),
  ),
);
