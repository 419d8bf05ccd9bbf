import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  createRtcpNews,
  formatReceiverReport,
  interleavedFrame,
  ntpToUtcMs,
  readRtcp,
} from '../../../src/edge/ingest/rtcp.ts';
import { createRtpPacket, readRtpPacket } from '../../../src/edge/ingest/rtp-packet.ts';
import { RtpReception } from '../../../src/edge/ingest/rtp-reception.ts';
import { RtpTimeline } from '../../../src/edge/ingest/rtp-timeline.ts';
import { rtp, senderReport } from '../../support/rtp-builder.ts';

const packetOf = (bytes: Buffer) => {
  const packet = createRtpPacket();
  return readRtpPacket(bytes, 0, bytes.length, packet) ? packet : undefined;
};

describe('RTP packet', () => {
  const payload = Buffer.from('payload!');

  test('plain', () => {
    expect(packetOf(rtp({ sequence: 7, timestamp: 4e9, payload, marker: true, ssrc: 0xdeadbeef }))).toEqual({
      marker: true,
      payloadType: 96,
      sequence: 7,
      timestamp: 4e9,
      ssrc: 0xdeadbeef,
      payloadStart: 12,
      payloadEnd: 20,
    });
  });

  test('with CSRC, extension and padding', () => {
    const plain = rtp({ sequence: 7, timestamp: 1, payload: Buffer.alloc(0) });
    plain[0] = 0x80 | 0x20 | 0x10 | 2;
    const extension = Buffer.from([0xbe, 0xde, 0, 1, 1, 2, 3, 4]);
    const bytes = Buffer.concat([plain, Buffer.alloc(8), extension, payload, Buffer.from([0, 0, 3])]);
    expect(packetOf(bytes)).toMatchObject({ payloadStart: 28, payloadEnd: 36 });
  });

  test.each([
    ['too short', Buffer.alloc(11, 0x80)],
    ['another version', Buffer.alloc(20, 0x40)],
    ['CSRC beyond the end', Buffer.concat([Buffer.from([0x8f]), Buffer.alloc(20)])],
    ['an extension beyond the end', Buffer.concat([Buffer.from([0x90]), Buffer.alloc(13), Buffer.from([0xff, 0xff])])],
    ['more padding than payload', Buffer.concat([Buffer.from([0xa0]), Buffer.alloc(12, 0), Buffer.from([9])])],
    ['padding of zero', Buffer.concat([Buffer.from([0xa0]), Buffer.alloc(15)])],
  ])('refuses %s', (_what, bytes) => {
    expect(packetOf(bytes)).toBeUndefined();
  });
});

describe('reception', () => {
  const accept = (sequences: readonly number[]) => {
    const reception = new RtpReception(90_000);
    return { reception, arrivals: sequences.map((sequence) => reception.accept(sequence)) };
  };

  test('follows the sequence over its wrap-around', () => {
    const { reception, arrivals } = accept([65_534, 65_535, 0, 1]);
    expect(arrivals).toEqual(['in-order', 'in-order', 'in-order', 'in-order']);
    expect(reception.report()).toMatchObject({ cumulativeLost: 0, highestSequence: 65_536 + 1 });
  });

  test('counts what is missing, over the wrap-around too', () => {
    const { reception, arrivals } = accept([65_533, 2]);
    expect(arrivals[1]).toBe('after-gap');
    expect(reception.gap).toBe(4);
    expect(reception.report()).toMatchObject({ cumulativeLost: 4, fractionLost: Math.floor((4 * 256) / 6) });
    reception.accept(3);
    expect(reception.report()).toMatchObject({ cumulativeLost: 4, fractionLost: 0 });
  });

  test('passes over doubled and late packets', () => {
    expect(accept([10, 10, 11, 9, 12]).arrivals).toEqual(['in-order', 'old', 'in-order', 'old', 'in-order']);
  });

  test.each([
    ['back', 30_000, 100],
    ['far ahead', 100, 30_000],
  ])('follows a sender that starts over %s, from its second packet on', (_what, before, after) => {
    const { arrivals, reception } = accept([before, after, after + 1, after + 2]);
    expect(arrivals).toEqual(['in-order', 'old', 'after-gap', 'in-order']);
    expect(reception.report().cumulativeLost).toBe(0);
  });

  test('measures jitter (RFC 3550 §A.8)', () => {
    const reception = new RtpReception(90_000);
    reception.accept(1);
    reception.arrived(0, 1000);
    reception.accept(2);
    reception.arrived(9000, 1100 + 16);
    expect(reception.report().jitter).toBe(90);
  });
});

describe('RTCP', () => {
  const read = (bytes: Buffer) => {
    const news = createRtcpNews();
    return readRtcp(bytes, 0, bytes.length, news) ? news : undefined;
  };

  test('reads a sender report and a BYE out of a compound packet', () => {
    const bye = Buffer.from([0x81, 203, 0, 1, 0, 0, 0xca, 0xfe]);
    const now = 1_760_000_000_500;
    const news = read(Buffer.concat([senderReport(now, 1234), bye]));
    expect(news).toMatchObject({ senderSsrc: 0xcafe, rtpTimestamp: 1234, byeSsrc: 0xcafe });
    expect(ntpToUtcMs(news?.ntpSeconds ?? 0, news?.ntpFraction ?? 0, now)).toBeCloseTo(now, 3);
  });

  test.each([
    ['nothing', Buffer.alloc(0)],
    ['half a header', Buffer.from([0x80, 200])],
    ['a length beyond the end', Buffer.from([0x80, 200, 0, 6, 1, 2, 3, 4])],
    ['a short sender report', Buffer.from([0x80, 200, 0, 1, 1, 2, 3, 4])],
  ])('refuses %s', (_what, bytes) => {
    expect(read(bytes)).toBeUndefined();
  });

  test('takes any bytes without throwing', () => {
    fc.assert(fc.property(fc.uint8Array({ maxLength: 100 }), (bytes) => void read(Buffer.from(bytes))));
  });

  test('knows the era after 2036, and a clock that was never set', () => {
    const in2040 = Date.UTC(2040, 0, 1);
    const seconds = (in2040 / 1000 + 2_208_988_800) % 2 ** 32;
    expect(ntpToUtcMs(seconds, 0, in2040 + 5_000)).toBe(in2040);
    const now = Date.UTC(2026, 5, 1);
    expect(ntpToUtcMs(0, 0, now)).toBeUndefined();
    expect(ntpToUtcMs(3600, 0, now)).toBeUndefined();
    expect(ntpToUtcMs(2_208_988_800 + 60, 0, now)).toBeUndefined();
  });

  test('writes a receiver report that is itself readable', () => {
    const report = {
      fractionLost: 3,
      cumulativeLost: 5,
      highestSequence: 70_000,
      jitter: 9,
      ssrc: 1,
      sourceSsrc: 2,
      lastReport: 6,
    };
    const bytes = formatReceiverReport(report);
    expect(read(bytes)).toMatchObject({ senderSsrc: undefined });
    expect(bytes.readUIntBE(13, 3)).toBe(5);
    expect(bytes.readUInt32BE(16)).toBe(70_000);
    expect([...interleavedFrame(7, bytes).subarray(0, 5)]).toEqual([0x24, 7, 0, bytes.length, 0x81]);
  });
});

describe('timeline', () => {
  test('counts from the first timestamp over the wrap-around', () => {
    const timeline = new RtpTimeline(90_000);
    const times = [2 ** 32 - 9_000, 2 ** 32 - 4_500, 0, 4_500].map((timestamp) => timeline.ptsMs(timestamp));
    expect(times).toEqual([0, 50, 100, 150]);
  });

  test('goes round many times', () => {
    const timeline = new RtpTimeline(90_000);
    const step = 2 ** 30;
    let last = 0;
    for (let turn = 0; turn < 40; turn += 1) last = timeline.ptsMs((turn * step) % 2 ** 32);
    expect(last).toBeCloseTo((39 * step) / 90, 3);
  });

  test('lets pictures in coding order step back', () => {
    const timeline = new RtpTimeline(90_000);
    expect([0, 9_000, 3_000, 6_000].map((timestamp) => timeline.ptsMs(timestamp)).map(Math.round)).toEqual([
      0, 100, 33, 67,
    ]);
  });

  test('gives UTC by the sender report, for pictures before and after it', () => {
    const timeline = new RtpTimeline(90_000);
    expect(timeline.utcMs(0)).toBeUndefined();
    timeline.report(5_000_000, 45_000);
    expect(timeline.utcMs(0)).toBe(5_000_000 - 500);
    expect(timeline.utcMs(135_000)).toBe(5_000_000 + 1000);
    timeline.report(undefined, 0);
    expect(timeline.utcMs(0)).toBeUndefined();
  });

  test('goes on where another source takes over', () => {
    const timeline = new RtpTimeline(90_000);
    timeline.ptsMs(100);
    timeline.restart(2_000);
    expect([77, 77 + 90].map((timestamp) => timeline.ptsMs(timestamp))).toEqual([2_000, 2_001]);
  });
});
