import { describe, expect, test } from 'vitest';
import { JpegDepacketizer } from '../../../src/edge/ingest/jpeg-depacketizer.ts';
import { type DepacketizerStep, feed, recordingSink } from '../../support/depacketizer-steps.ts';

interface JpegFields {
  readonly offset?: number;
  readonly type?: number;
  readonly q?: number;
  readonly width?: number;
  readonly height?: number;
  readonly restart?: number;
  /** Quantisation tables of RFC 2435 §3.1.8. */
  readonly tables?: Buffer;
  readonly precision?: number;
  readonly data?: Buffer;
}

/** An RTP/JPEG payload (RFC 2435 §3.1). */
function payload(fields: JpegFields = {}): Buffer {
  const { offset = 0, type = 1, q = 50, width = 320, height = 240, restart, tables, precision = 0 } = fields;
  const parts: Buffer[] = [
    Buffer.from([0, offset >> 16, (offset >> 8) & 0xff, offset & 0xff, type, q, width / 8, height / 8]),
  ];
  if (restart !== undefined) parts.push(Buffer.from([restart >> 8, restart & 0xff, 0xff, 0xff]));
  if (tables !== undefined) parts.push(Buffer.from([0, precision, tables.length >> 8, tables.length & 0xff]), tables);
  return Buffer.concat([...parts, fields.data ?? scan]);
}

const scan = Buffer.from('12345678');
const tables = Buffer.concat([Buffer.alloc(64, 7), Buffer.alloc(64, 9)]);

function run(
  steps: readonly DepacketizerStep[],
  options: { wanted?: boolean; dimensions?: { width: number; height: number } } = {},
) {
  const { counters, sink, pictures, passed } = recordingSink(() => options.wanted ?? true);
  const { dimensions } = options;
  feed(new JpegDepacketizer({ counters, sink, ...(dimensions && { dimensions }) }), steps);
  return { counters, passed, files: pictures.map(({ data }) => Buffer.from(data, 'hex')) };
}

const one = (fields: JpegFields, timestamp = 1): DepacketizerStep => ({
  payload: payload(fields),
  timestamp,
  marker: true,
});

/** The segments of a JPEG file up to its scan, by marker (ITU-T T.81 §B.1). */
function segments(file: Buffer | undefined): Map<number, Buffer[]> {
  const found = new Map<number, Buffer[]>();
  for (let at = 2; file !== undefined && file[at] === 0xff; ) {
    const marker = file[at + 1] ?? 0;
    const length = file.readUInt16BE(at + 2);
    found.set(marker, [...(found.get(marker) ?? []), file.subarray(at + 4, at + 2 + length)]);
    at += 2 + length;
    if (marker === 0xda) found.set(-1, [file.subarray(at)]);
  }
  return found;
}

describe('JPEG depacketiser', () => {
  test('makes a JFIF file with the tables of Q (RFC 2435 appendix A)', () => {
    const { files } = run([one({ q: 50 })]);
    const parts = segments(files[0]);
    expect(files[0]?.subarray(0, 2).toString('hex')).toBe('ffd8');
    expect(parts.get(0xdb)?.map((table) => [...table.subarray(0, 5)])).toEqual([
      [0, 16, 11, 12, 14],
      [1, 17, 18, 18, 24],
    ]);
    expect(parts.get(0xc0)?.[0]?.toString('hex')).toBe('0800f0014003012200021101031101');
    expect(parts.get(0xc4)?.map((table) => table.length)).toEqual([29, 179, 29, 179]);
    expect(parts.get(0xdd)).toBeUndefined();
    expect(parts.get(-1)?.[0]?.toString('hex')).toBe(`${scan.toString('hex')}ffd9`);
    expect(segments(run([one({ q: 25 })]).files[0]).get(0xdb)?.[0]?.[1]).toBe(32);
    expect(segments(run([one({ q: 99 })]).files[0]).get(0xdb)?.[0]?.[1]).toBe(1);
  });

  test('takes tables in-band, and remembers those that are not sent again (§3.1.8)', () => {
    const again = { q: 200, tables: Buffer.alloc(0) };
    const { files } = run([one({ q: 200, tables }), one(again, 2), one({ q: 201, tables: tables.subarray(0, 64) }, 3)]);
    const dqt = files.map((file) =>
      segments(file)
        .get(0xdb)
        ?.map((table) => table[1]),
    );
    expect(dqt).toEqual([
      [7, 9],
      [7, 9],
      [7, 7],
    ]);
  });

  test('4:2:2 and restart intervals (§3.1.3, §3.1.7)', () => {
    const parts = segments(run([one({ type: 64, restart: 20 })]).files[0]);
    expect(parts.get(0xdd)?.[0]?.readUInt16BE()).toBe(20);
    expect(parts.get(0xc0)?.[0]?.[7]).toBe(0x21);
  });

  test('16-bit tables', () => {
    const parts = segments(run([one({ q: 255, tables: Buffer.alloc(192, 1), precision: 1 })]).files[0]);
    expect(parts.get(0xdb)?.map((table) => [table[0], table.length])).toEqual([
      [0x10, 129],
      [1, 65],
    ]);
  });

  test('fragments by their offsets', () => {
    const second = payload({ offset: 8, data: Buffer.from('9abc') });
    const { files } = run([
      { payload: payload(), timestamp: 1 },
      { payload: second, timestamp: 1, marker: true },
    ]);
    expect(segments(files[0]).get(-1)?.[0]?.toString()).toContain('123456789abc');
  });

  test('pictures too large for the header have their size from the SDP', () => {
    const dimensions = { width: 2592, height: 1944 };
    const sof = segments(run([one({ width: 0, height: 0 })], { dimensions }).files[0]).get(0xc0)?.[0];
    expect([sof?.readUInt16BE(3), sof?.readUInt16BE(1)]).toEqual([2592, 1944]);
  });

  test('whole files in the payload are handed on as they are', () => {
    const file = Buffer.from('ffd8ffe000104a464946ffd9', 'hex');
    expect(run([one({ data: file })]).files).toEqual([file]);
  });

  test('a lost fragment costs its picture only; nothing waits for a keyframe', () => {
    const { files, counters } = run([
      { payload: payload(), timestamp: 1 },
      { payload: payload({ offset: 16 }), timestamp: 1, marker: true, gap: true },
      one({}, 2),
    ]);
    expect(files).toHaveLength(1);
    expect(counters).toMatchObject({ damagedUnits: 1, malformedPackets: 0 });
  });

  test('what nobody wants is counted and not copied', () => {
    const { files, passed } = run([one({})], { wanted: false });
    expect(files).toEqual([]);
    expect(passed).toEqual([{ kind: 'keyframe', bytes: scan.length, timestamp: 1 }]);
  });

  test.each([
    ['a header cut short', Buffer.alloc(7)],
    ['a reserved Q', payload({ q: 0 })],
    ['a type nobody knows', payload({ type: 9 })],
    ['no size', payload({ width: 0 })],
    ['tables beyond the end', payload({ q: 200, tables }).subarray(0, 60)],
    ['tables never sent', payload({ q: 200, tables: Buffer.alloc(0) })],
    ['tables of an odd length', payload({ q: 200, tables: Buffer.alloc(65) })],
    ['a restart header cut short', payload({ type: 65, data: Buffer.alloc(1) })],
    ['an offset without what comes before', payload({ offset: 99 })],
  ])('counts %s and drops the picture', (_what, broken) => {
    const { files, counters } = run([{ payload: broken, timestamp: 1, marker: true }, one({}, 2)]);
    expect(files).toHaveLength(1);
    expect(counters).toMatchObject({ damagedUnits: 1, malformedPackets: 1 });
  });
});
