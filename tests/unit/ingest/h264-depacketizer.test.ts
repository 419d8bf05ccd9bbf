import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { UnitKind } from '../../../src/edge/ingest/depacketizer.ts';
import { h264Syntax } from '../../../src/edge/ingest/h264-syntax.ts';
import { NalDepacketizer } from '../../../src/edge/ingest/nal-depacketizer.ts';
import { ScratchPool } from '../../../src/edge/ingest/scratch-pool.ts';
import { type DepacketizerStep, feed, recordingSink } from '../../support/depacketizer-steps.ts';
import { annexB, fuA, nal, stapA } from '../../support/rtp-builder.ts';

type Step = DepacketizerStep;

function run(steps: readonly Step[], parameterSets: readonly Buffer[] = [], wanted?: (kind: UnitKind) => boolean) {
  const { counters, sink, pictures, passed } = recordingSink(wanted);
  const syntax = h264Syntax;
  const depacketizer = new NalDepacketizer({ syntax, parameterSets, counters, sink, pool: new ScratchPool() });
  feed(depacketizer, steps);
  return { pictures, counters, passed, depacketizer };
}

const sets = [nal.sps(), nal.pps()];
const hex = (...nals: readonly Buffer[]) => annexB(...nals).toString('hex');
const keyframe = (timestamp: number): Step[] => [{ payload: nal.idr(), timestamp, marker: true }];
const keyframeHex = hex(...sets, nal.idr());

/** FU-A pieces as steps; the marker is on the last. */
function fragments(unit: Buffer, timestamp: number, pieceBytes = 7): Step[] {
  const payloads = fuA(unit, pieceBytes);
  return payloads.map((payload, index) => ({ payload, timestamp, marker: index === payloads.length - 1 }));
}

describe('H.264 depacketiser', () => {
  test('single NAL units: parameter sets, SEI and IDR in one access unit', () => {
    const { pictures } = run([
      { payload: nal.aud(), timestamp: 1 },
      { payload: nal.sps(), timestamp: 1 },
      { payload: nal.pps(), timestamp: 1 },
      { payload: nal.sei(), timestamp: 1 },
      { payload: nal.idr(), timestamp: 1, marker: true },
      { payload: nal.slice(), timestamp: 2, marker: true },
    ]);
    expect(pictures).toEqual([
      { keyframe: true, data: hex(...sets, nal.sei(), nal.idr()), timestamp: 1, at: 4 },
      { keyframe: false, data: hex(nal.slice()), timestamp: 2, at: 5 },
    ]);
  });

  test('puts the parameter sets of the SDP before every IDR picture', () => {
    const { pictures } = run(
      [...keyframe(1), { payload: nal.slice(), timestamp: 2, marker: true }, ...keyframe(3)],
      sets,
    );
    expect(pictures.map((picture) => picture.data)).toEqual([keyframeHex, hex(nal.slice()), keyframeHex]);
  });

  test('keeps parameter sets up to date from the stream', () => {
    const changed = nal.sps(0, 0x28);
    const { pictures } = run(
      [
        ...keyframe(1),
        { payload: changed, timestamp: 2 },
        { payload: nal.idr(), timestamp: 2, marker: true },
        ...keyframe(3),
      ],
      sets,
    );
    const updated = hex(changed, nal.pps(), nal.idr());
    expect(pictures.map((picture) => picture.data)).toEqual([keyframeHex, updated, updated]);
  });

  test('waits for parameter sets where the SDP has none', () => {
    const { pictures, counters } = run([...keyframe(1), { payload: stapA(...sets), timestamp: 2 }, ...keyframe(2)]);
    expect(pictures.map((picture) => picture.data)).toEqual([keyframeHex]);
    expect(counters.skippedUnits).toBe(1);
  });

  test('takes parameter sets that come as a unit of their own', () => {
    const { pictures, counters } = run([{ payload: stapA(...sets), timestamp: 1, marker: true }, ...keyframe(1)]);
    expect(pictures.map((picture) => picture.data)).toEqual([keyframeHex]);
    expect(counters.damagedUnits).toBe(0);
  });

  test('STAP-A (RFC 6184 §5.7.1)', () => {
    const { pictures } = run([{ payload: stapA(...sets, nal.sei(), nal.idr()), timestamp: 1, marker: true }]);
    expect(pictures.map((picture) => picture.data)).toEqual([hex(...sets, nal.sei(), nal.idr())]);
  });

  test('FU-A (RFC 6184 §5.8), larger than the scratch buffer', () => {
    const idr = nal.idr(200_000);
    const { pictures } = run(fragments(idr, 1, 1398), sets);
    expect(pictures.map((picture) => picture.data)).toEqual([hex(...sets, idr)]);
  });

  test('parameter sets in fragments', () => {
    const sps = Buffer.concat([nal.sps(), Buffer.alloc(30, 0x55)]);
    const steps = fragments(sps, 1).map((step) => ({ ...step, marker: false }));
    const { pictures } = run([...steps, ...keyframe(1)], [nal.pps()]);
    expect(pictures.map((picture) => picture.data)).toEqual([hex(sps, nal.pps(), nal.idr())]);
  });

  test('a new timestamp ends the picture where the marker is missing', () => {
    const { pictures } = run(
      [
        { payload: nal.idr(), timestamp: 1 },
        { payload: nal.slice(), timestamp: 2 },
        { payload: nal.slice(), timestamp: 2 },
        { payload: nal.slice(), timestamp: 3 },
      ],
      sets,
    );
    expect(pictures.map(({ data, at }) => ({ data, at }))).toEqual([
      { data: keyframeHex, at: 0 },
      { data: hex(nal.slice(), nal.slice()), at: 2 },
    ]);
  });

  test('drops a picture of which a packet is lost and all up to the next keyframe', () => {
    const pieces = fragments(nal.slice(40), 2);
    const { pictures, counters } = run(
      [
        ...keyframe(1),
        ...pieces.slice(0, 2),
        ...pieces.slice(3).map((step, index) => ({ ...step, gap: index === 0 })),
        { payload: nal.slice(), timestamp: 3, marker: true },
        { payload: nal.slice(), timestamp: 4, marker: true },
        ...keyframe(5),
      ],
      sets,
    );
    expect(pictures.map((picture) => picture.timestamp)).toEqual([1, 5]);
    expect(counters).toMatchObject({ damagedUnits: 1, skippedUnits: 2, malformedPackets: 0 });
  });

  test('a loss that spans two pictures damages both', () => {
    const { counters, pictures } = run(
      [
        ...keyframe(1),
        { payload: nal.slice(), timestamp: 2 },
        { payload: nal.slice(), timestamp: 3, marker: true, gap: true },
        ...keyframe(4),
      ],
      sets,
    );
    expect(counters.damagedUnits).toBe(2);
    expect(pictures.map((picture) => picture.timestamp)).toEqual([1, 4]);
  });

  test('a keyframe whose first packet is seen is whole, whatever was lost before it', () => {
    const { pictures, counters } = run([
      { payload: stapA(...sets, nal.idr()), timestamp: 1, marker: true },
      { payload: nal.sps(), timestamp: 9, gap: true },
      { payload: nal.pps(), timestamp: 9 },
      { payload: nal.idr(), timestamp: 9, marker: true },
    ]);
    expect(pictures.map((picture) => picture.timestamp)).toEqual([1, 9]);
    expect(counters.damagedUnits).toBe(0);
  });

  test('skips what comes before the first keyframe', () => {
    const { pictures, counters } = run([{ payload: nal.slice(), timestamp: 1, marker: true }, ...keyframe(2)], sets);
    expect(pictures.map((picture) => picture.timestamp)).toEqual([2]);
    expect(counters.skippedUnits).toBe(1);
  });

  test.each([
    ['an empty payload', [Buffer.alloc(0)]],
    ['a STAP-A that ends in a size', [stapA(nal.slice()).subarray(0, 2)]],
    ['a STAP-A cut short', [stapA(nal.slice(), nal.slice()).subarray(0, 16)]],
    ['a STAP-A with a size of zero', [Buffer.from([0x78, 0, 0, 0x41])]],
    ['an FU-A without payload', [Buffer.from([0x7c, 0x85])]],
    ['an FU-A that never ends', fuA(nal.slice(40), 7).slice(0, 3)],
    ['an FU-A without its start', fuA(nal.slice(40), 7).slice(1)],
    ['an FU-A that starts twice', [...fuA(nal.slice(40), 7).slice(0, 2), ...fuA(nal.slice(40), 7)]],
    ['another NAL unit within an FU-A', [...fuA(nal.slice(40), 7).slice(0, 2), nal.slice()]],
    ['an unreadable parameter set', [Buffer.from([0x68, 0x00]), nal.slice()]],
  ])('counts %s and drops the picture', (_what, payloads) => {
    const broken = payloads.map((payload, index) => ({ payload, timestamp: 2, marker: index === payloads.length - 1 }));
    const { pictures, counters } = run([...keyframe(1), ...broken, ...keyframe(3)], sets);
    expect(pictures.map((picture) => picture.timestamp)).toEqual([1, 3]);
    expect(counters.malformedPackets).toBeGreaterThan(0);
    expect(counters.damagedUnits).toBe(1);
  });

  test('passes over packet kinds of the interleaved mode', () => {
    const { pictures, counters } = run([{ payload: Buffer.from([25, 0, 0]), timestamp: 1 }, ...keyframe(1)], sets);
    expect(pictures).toHaveLength(1);
    expect(counters.foreignPackets).toBe(1);
  });

  test('drops a picture that never ends', () => {
    const endless: Step[] = Array.from({ length: 140 }, () => ({ payload: nal.idr(65_000), timestamp: 1 }));
    const { pictures, counters } = run([...endless, ...keyframe(2)], sets);
    expect(pictures.map((picture) => picture.timestamp)).toEqual([2]);
    expect(counters.damagedUnits).toBe(1);
  });

  test('a marker on every slice: the first picture too comes whole', () => {
    const slices = (timestamp: number, header: number) =>
      [0xaa, 0x22, 0x33].map((fill) => ({
        payload: Buffer.concat([Buffer.from([header]), Buffer.alloc(9, fill)]),
        timestamp,
        marker: true,
      }));
    const { pictures, counters } = run([...slices(1, 0x65), ...slices(2, 0x41), ...slices(3, 0x65)], sets);
    expect(pictures.map(({ timestamp, data }) => [timestamp, data.length])).toEqual([
      [1, 2 * (annexB(...sets).length + 42)],
      [2, 84],
    ]);
    expect(counters).toMatchObject({ damagedUnits: 0, skippedUnits: 0 });
  });

  test('markers that begin to lie later cost one picture', () => {
    const rest = { payload: Buffer.concat([Buffer.from([0x41]), Buffer.alloc(9, 0x22)]), timestamp: 2, marker: true };
    const slice = (timestamp: number) => ({ payload: nal.slice(), timestamp, marker: true });
    const { pictures, counters } = run(
      [...keyframe(1), slice(2), rest, ...keyframe(3), slice(4), { ...rest, timestamp: 4 }, slice(5)],
      sets,
    );
    expect(pictures.map(({ timestamp, data }) => [timestamp, data.length / 2 - 11])).toEqual([
      [1, keyframeHex.length / 2 - 11],
      [2, 4],
      [3, keyframeHex.length / 2 - 11],
      [4, 18],
    ]);
    expect(counters.damagedUnits).toBe(1);
  });

  test('wrong parameter sets in the SDP are forgotten for those in the stream', () => {
    const wrong = [nal.sps(0, 0x77), nal.sps(3), nal.pps()];
    const { pictures, counters } = run([{ payload: stapA(...sets, nal.idr()), timestamp: 1, marker: true }], wrong);
    expect(pictures.map(({ data }) => data)).toEqual([keyframeHex]);
    expect(counters.parameterSetChanges).toBe(0);
  });

  test('counts a resolution that changes, once', () => {
    const changed = nal.sps(0, 0x28);
    const { counters } = run(
      [...keyframe(1), { payload: stapA(changed, nal.pps(), nal.idr()), timestamp: 2, marker: true }, ...keyframe(3)],
      sets,
    );
    expect(counters.parameterSetChanges).toBe(1);
  });

  /** recovery_frame_cnt as ue(v): 0 is `1`, 3 is `00100` (H.264 §D.1.8). */
  const recovery = (bits: number) => Buffer.from([0x06, 0x06, 0x01, bits, 0x80]);
  /** first_mb_in_slice 0, slice_type 7 (I) or 5 (P). */
  const typed = (type: 'I' | 'P') => Buffer.from([0x41, type === 'I' ? 0x88 : 0x98, 1, 2, 3]);

  test('an I picture at an exact recovery point is a keyframe (open GOP)', () => {
    const open = (type: 'I' | 'P', timestamp: number) => [
      { payload: recovery(0xc0), timestamp },
      { payload: typed(type), timestamp, marker: true },
    ];
    const { pictures } = run(
      [...open('P', 1), ...open('I', 2), { payload: typed('P'), timestamp: 3, marker: true }],
      sets,
    );
    expect(pictures).toMatchObject([
      { timestamp: 2, keyframe: true, data: hex(...sets, recovery(0xc0), typed('I')) },
      { timestamp: 3, keyframe: false },
    ]);
  });

  test('says what a stream of gradual refresh lacks', () => {
    const steps = [1, 2, 3].flatMap((timestamp) => [
      { payload: recovery(0x20), timestamp },
      { payload: typed('P'), timestamp, marker: true },
    ]);
    const { pictures, depacketizer, counters } = run(steps, sets);
    expect(pictures).toEqual([]);
    expect(counters.skippedUnits).toBe(3);
    expect(depacketizer.lacks).toBe('gradual-refresh');
    expect(run(keyframe(1)).depacketizer.lacks).toBe('parameter-sets');
    expect(run([...keyframe(1), ...keyframe(2)], sets).depacketizer.lacks).toBeUndefined();
  });

  test('copies nothing of what nobody wants, counts it, and needs no scratch buffer for it', () => {
    const asked: UnitKind[] = [];
    const inter = fragments(nal.slice(40), 2);
    const { pictures, passed, counters } = run([...keyframe(1), ...inter, ...keyframe(3)], sets, (kind) => {
      asked.push(kind);
      return kind === 'keyframe';
    });
    expect(asked).toEqual(['keyframe', 'inter', 'keyframe']);
    expect(pictures.map(({ timestamp }) => timestamp)).toEqual([1, 3]);
    expect(passed).toEqual([{ kind: 'inter', bytes: annexB(nal.slice(40)).length, timestamp: 2 }]);
    expect(counters.damagedUnits).toBe(0);
  });

  test('never throws, whatever the payloads', () => {
    const step = fc.record({
      payload: fc.uint8Array({ maxLength: 40 }).map(Buffer.from),
      timestamp: fc.nat(3),
      marker: fc.boolean(),
      gap: fc.boolean(),
    });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 30 }), (steps) => void run(steps, sets)),
      { numRuns: 500 },
    );
  });

  test('lends no more scratch buffers than there are pictures in flight', () => {
    const pool = new ScratchPool();
    const first = pool.take();
    pool.give(first);
    expect(pool.take()).toBe(first);
    expect(pool.grow(first, 3, first.length + 1).length).toBeGreaterThan(first.length);
    expect(pool.take()).toBe(first);
  });
});
