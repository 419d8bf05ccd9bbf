import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { h264Syntax } from '../../../src/edge/ingest/h264-syntax.ts';
import { NalDepacketizer } from '../../../src/edge/ingest/nal-depacketizer.ts';
import { createRtpPacket, readRtpPacket } from '../../../src/edge/ingest/rtp-packet.ts';
import { readAvcConfiguration, splitSample } from '../../../src/simulator/avcc.ts';
import type { Clip } from '../../../src/simulator/clip.ts';
import { packClip, stampPackets } from '../../../src/simulator/unit-packets.ts';
import { recordingSink } from '../../support/depacketizer-steps.ts';
import { annexB, nal } from '../../support/rtp-builder.ts';

const clipOf = (nals: readonly Buffer[], keyframe = true): Clip => ({
  sps: [nal.sps()],
  pps: [nal.pps()],
  units: [{ keyframe, dts: 0, pts: 0, nals }],
  duration: 3000,
});

describe('packets of an access unit', () => {
  test('come back whole through our own depacketiser, none larger than an Ethernet frame', () => {
    const slice = fc.uint8Array({ minLength: 1, maxLength: 6000 }).map((bytes) => Buffer.from([0x65, ...bytes]));
    fc.assert(
      fc.property(fc.array(slice, { minLength: 1, maxLength: 3 }), (nals) => {
        const [unit] = packClip(clipOf(nals));
        if (unit === undefined) throw new Error('no unit');
        const { bytes } = unit;
        stampPackets(unit, { channel: 6, sequence: 65_535, timestamp: 2 ** 32 + 5, ssrc: 9 });
        const { counters, sink, pictures } = recordingSink();
        const depacketizer = new NalDepacketizer({ syntax: h264Syntax, counters, sink });
        const packet = createRtpPacket();
        for (const [index, start] of unit.starts.entries()) {
          const end = start + 4 + bytes.readUInt16BE(start + 2);
          expect(end - start).toBeLessThanOrEqual(1416);
          expect(readRtpPacket(bytes, start + 4, end, packet)).toBe(true);
          expect(packet).toMatchObject({ sequence: (65_535 + index) & 0xffff, timestamp: 5, ssrc: 9 });
          expect(bytes[start + 1]).toBe(6);
          depacketizer.push(bytes, packet, false, 0);
        }
        depacketizer.settle(1000);
        expect(pictures.map((picture) => picture.data)).toEqual([
          annexB(nal.sps(), nal.pps(), ...nals).toString('hex'),
        ]);
      }),
      { numRuns: 50 },
    );
  });
});

describe('avcC', () => {
  const record = Buffer.concat([
    Buffer.from([1, 0x42, 0, 0x1f, 0xff, 0xe1, 0, nal.sps().length]),
    nal.sps(),
    Buffer.from([1, 0, nal.pps().length]),
    nal.pps(),
  ]);

  test('gives parameter sets and length size', () => {
    expect(readAvcConfiguration(record)).toEqual({ lengthBytes: 4, sps: [nal.sps()], pps: [nal.pps()] });
  });

  test('refuses what is cut short at any byte', () => {
    for (let length = 0; length < record.length; length += 1) {
      expect(readAvcConfiguration(record.subarray(0, length))).toBeUndefined();
    }
  });

  test('splits a sample and leaves a truncated NAL unit out', () => {
    const sample = Buffer.concat([Buffer.from([0, 0, 0, 2, 0x65, 1]), Buffer.from([0, 0, 0, 9, 0x41])]);
    expect(splitSample(sample, 4)).toEqual([Buffer.from([0x65, 1])]);
  });
});
