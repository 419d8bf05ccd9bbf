import { describe, expect, test } from 'vitest';
import { h265Syntax } from '../../../src/edge/ingest/h265-syntax.ts';
import { NalDepacketizer } from '../../../src/edge/ingest/nal-depacketizer.ts';
import { ScratchPool } from '../../../src/edge/ingest/scratch-pool.ts';
import { type DepacketizerStep, feed, recordingSink } from '../../support/depacketizer-steps.ts';
import { annexB } from '../../support/rtp-builder.ts';

/** A NAL unit of H.265: two header bytes (type, layer 0, temporal id 1), then its payload (H.265 §7.3.1.2). */
const unit = (type: number, payload: Buffer) => Buffer.concat([Buffer.from([type << 1, 1]), payload]);
/** A slice: first_slice_segment_in_pic_flag is its first bit. */
const slice = (type: number, bytes = 20, first = true) =>
  unit(type, Buffer.concat([Buffer.from([first ? 0x80 : 0x00]), Buffer.alloc(bytes, 0xaa)]));
const [trail, rasl, idr, cra] = [1, 9, 19, 21];
const vps = unit(32, Buffer.from([0x0c, 1, 0xff]));
/** Version 0, no sub-layers, 96 bits of profile and level, id 0. */
const sps = (fill = 0x01) =>
  unit(33, Buffer.concat([Buffer.from([0x01]), Buffer.alloc(12, fill), Buffer.from([0x80])]));
const pps = unit(34, Buffer.from([0xc0, 0x73]));
const aud = unit(35, Buffer.from([0x50]));
const sets = [vps, sps(), pps];

function run(steps: readonly DepacketizerStep[], parameterSets: readonly Buffer[] = sets) {
  const { counters, sink, pictures } = recordingSink();
  const pool = new ScratchPool();
  const depacketizer = new NalDepacketizer({ syntax: h265Syntax, parameterSets, counters, sink, pool });
  feed(depacketizer, steps);
  return { pictures, counters, depacketizer };
}

/** AP (RFC 7798 §4.4.2). */
function aggregate(...nals: readonly Buffer[]): Buffer {
  const parts = nals.flatMap((nal) => [Buffer.from([nal.length >> 8, nal.length & 0xff]), nal]);
  return Buffer.concat([Buffer.from([48 << 1, 1]), ...parts]);
}

/** FU (RFC 7798 §4.4.3). */
function fragments(nal: Buffer, pieceBytes: number): Buffer[] {
  const type = ((nal[0] ?? 0) >> 1) & 0x3f;
  const payloads: Buffer[] = [];
  for (let at = 2; at < nal.length; at += pieceBytes) {
    const flags = (at === 2 ? 0x80 : 0) | (at + pieceBytes >= nal.length ? 0x40 : 0);
    payloads.push(Buffer.concat([Buffer.from([49 << 1, 1, flags | type]), nal.subarray(at, at + pieceBytes)]));
  }
  return payloads;
}

const hex = (...nals: readonly Buffer[]) => annexB(...nals).toString('hex');
const picture = (nal: Buffer, timestamp: number): DepacketizerStep => ({ payload: nal, timestamp, marker: true });

describe('H.265 depacketiser', () => {
  test('single NAL units, with the parameter sets of the SDP before every IRAP picture', () => {
    const { pictures } = run([picture(slice(idr), 1), picture(slice(trail), 2), picture(slice(cra), 3)]);
    expect(pictures.map(({ keyframe, data }) => ({ keyframe, data }))).toEqual([
      { keyframe: true, data: hex(...sets, slice(idr)) },
      { keyframe: false, data: hex(slice(trail)) },
      { keyframe: true, data: hex(...sets, slice(cra)) },
    ]);
  });

  test('AP: parameter sets in the stream, wrong ones in the SDP', () => {
    const wrong = [vps, sps(0x77), pps];
    const { pictures } = run([picture(aggregate(aud, ...sets, slice(idr)), 1)], wrong);
    expect(pictures[0]?.data).toBe(hex(...sets, slice(idr)));
  });

  test('FU, larger than the scratch buffer', () => {
    const nal = slice(idr, 100_000);
    const pieces = fragments(nal, 1390);
    const { pictures } = run(
      pieces.map((payload, index) => ({ payload, timestamp: 1, marker: index === pieces.length - 1 })),
    );
    expect(pictures.map(({ data }) => data)).toEqual([hex(...sets, nal)]);
  });

  test('counts a picture size that changes', () => {
    const { pictures, counters } = run([
      picture(aggregate(...sets, slice(idr)), 1),
      picture(aggregate(vps, sps(0x22), pps, slice(idr)), 2),
      picture(slice(idr), 3),
    ]);
    expect(counters.parameterSetChanges).toBe(1);
    expect(pictures.at(-1)?.data).toBe(hex(vps, sps(0x22), pps, slice(idr)));
  });

  test('drops leading pictures of a CRA that came first, and keeps those of a later one (H.265 §8.1.3)', () => {
    const { pictures, counters } = run([
      ...[picture(slice(cra), 4), picture(slice(rasl), 2), picture(slice(trail), 5)],
      ...[picture(slice(cra), 8), picture(slice(rasl), 7)],
    ]);
    expect(pictures.map(({ timestamp }) => timestamp)).toEqual([4, 5, 8, 7]);
    expect(counters.skippedUnits).toBe(1);
  });

  test('a marker on every slice', () => {
    const steps = [1, 2].flatMap((timestamp) => [
      picture(slice(idr), timestamp),
      picture(slice(idr, 9, false), timestamp),
      picture(slice(idr, 8, false), timestamp),
    ]);
    const { pictures, counters } = run([...steps, picture(slice(trail), 3)]);
    const whole = hex(...sets, slice(idr), slice(idr, 9, false), slice(idr, 8, false));
    expect(pictures.map(({ data }) => data)).toEqual([whole, whole]);
    expect(counters.damagedUnits).toBe(0);
  });

  test.each([
    ['a header cut in half', [Buffer.from([0x26])]],
    ['an AP cut short', [aggregate(slice(trail)).subarray(0, 10)]],
    ['an FU without payload', [Buffer.from([0x62, 0x01, 0x81])]],
    ['an FU without its start', fragments(slice(trail), 7).slice(1)],
    ['an unreadable parameter set', [unit(33, Buffer.alloc(3)), slice(trail)]],
  ])('counts %s and drops the picture', (_what, payloads) => {
    const broken = payloads.map((payload, index) => ({ payload, timestamp: 2, marker: index === payloads.length - 1 }));
    const { pictures, counters } = run([picture(slice(idr), 1), ...broken, picture(slice(idr), 3)]);
    expect(pictures.map(({ timestamp }) => timestamp)).toEqual([1, 3]);
    expect(counters.malformedPackets).toBeGreaterThan(0);
  });

  test('passes over PACI packets (RFC 7798 §4.4.4)', () => {
    expect(run([{ payload: unit(50, Buffer.alloc(5)), timestamp: 1 }, picture(slice(idr), 1)])).toMatchObject({
      pictures: [{ timestamp: 1 }],
      counters: { foreignPackets: 1 },
    });
  });
});
