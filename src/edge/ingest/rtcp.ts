import type { UtcMs } from '../../domain/ids.ts';
import type { ReceptionReport } from './rtp-reception.ts';

/** What a compound RTCP packet told us; one object is filled again and again. */
export interface RtcpNews {
  /** SSRC of a sender report, or undefined when there was none. */
  senderSsrc: number | undefined;
  ntpSeconds: number;
  ntpFraction: number;
  rtpTimestamp: number;
  /** SSRC of a BYE, or undefined. */
  byeSsrc: number | undefined;
}

/** Nothing yet, to read into. */
export function createRtcpNews(): RtcpNews {
  return { senderSsrc: undefined, ntpSeconds: 0, ntpFraction: 0, rtpTimestamp: 0, byeSsrc: undefined };
}

const senderReport = 200;
const receiverReport = 201;
const sourceDescription = 202;
const bye = 203;

/** Reads `buffer[start, end)` as compound RTCP (RFC 3550 §6.1) into `news`; false when a part is truncated. */
export function readRtcp(buffer: Buffer, start: number, end: number, news: RtcpNews): boolean {
  news.senderSsrc = undefined;
  news.byeSsrc = undefined;
  let at = start;
  while (at < end) {
    if (at + 4 > end || (buffer[at] ?? 0) >> 6 !== 2) return false;
    const size = 4 + 4 * buffer.readUInt16BE(at + 2);
    if (at + size > end) return false;
    const type = buffer[at + 1];
    if (type === senderReport) {
      if (size < 28) return false;
      news.senderSsrc = buffer.readUInt32BE(at + 4);
      news.ntpSeconds = buffer.readUInt32BE(at + 8);
      news.ntpFraction = buffer.readUInt32BE(at + 12);
      news.rtpTimestamp = buffer.readUInt32BE(at + 16);
    } else if (type === bye && size >= 8) {
      news.byeSsrc = buffer.readUInt32BE(at + 4);
    }
    at += size;
  }
  return at > start;
}

/** Seconds from 1900-01-01 (NTP) to 1970-01-01. */
const ntpToUnixSeconds = 2_208_988_800;
const eraSeconds = 2 ** 32;
/** Cameras without time from the network answer 1970, 2000 or their uptime: such a clock is none. */
const plausibleMs = 366 * 86_400_000;

/**
 * UTC of an NTP timestamp (RFC 3550 §4); the era (RFC 4330 §3) is the one nearest to `nearMs`, the node's clock.
 * Undefined when the camera's clock is over a year away from the node's: it was never set.
 */
export function ntpToUtcMs(seconds: number, fraction: number, nearMs: UtcMs): UtcMs | undefined {
  const ms = (seconds - ntpToUnixSeconds) * 1000 + (fraction / eraSeconds) * 1000;
  const era = Math.round((nearMs - ms) / (eraSeconds * 1000));
  const utc = ms + era * eraSeconds * 1000;
  return Math.abs(utc - nearMs) <= plausibleMs ? utc : undefined;
}

/** What a receiver report says about the source it answers. */
export interface ReceiverReportInput extends ReceptionReport {
  /** Our own SSRC. */
  readonly ssrc: number;
  readonly sourceSsrc: number;
  /** Middle 32 bits of the sender report's NTP time. */
  readonly lastReport: number;
}

/**
 * A receiver report with the SDES CNAME that every compound packet carries (RFC 3550 §6.1, §6.4.2, §6.5). It answers a
 * sender report at once, so the delay since that report (DLSR) is zero.
 */
export function formatReceiverReport(report: ReceiverReportInput): Buffer {
  const cname = Buffer.from('maplebridge');
  const itemBytes = Math.ceil((2 + cname.length + 1) / 4) * 4;
  const bytes = Buffer.alloc(32 + 8 + itemBytes);
  bytes.writeUInt8(0x81, 0);
  bytes.writeUInt8(receiverReport, 1);
  bytes.writeUInt16BE(7, 2);
  bytes.writeUInt32BE(report.ssrc, 4);
  bytes.writeUInt32BE(report.sourceSsrc, 8);
  bytes.writeUInt8(report.fractionLost, 12);
  bytes.writeUIntBE(report.cumulativeLost, 13, 3);
  bytes.writeUInt32BE(report.highestSequence, 16);
  bytes.writeUInt32BE(report.jitter, 20);
  bytes.writeUInt32BE(report.lastReport, 24);
  bytes.writeUInt8(0x81, 32);
  bytes.writeUInt8(sourceDescription, 33);
  bytes.writeUInt16BE(1 + itemBytes / 4, 34);
  bytes.writeUInt32BE(report.ssrc, 36);
  bytes.writeUInt8(1, 40);
  bytes.writeUInt8(cname.length, 41);
  cname.copy(bytes, 42);
  return bytes;
}

/** A packet framed for the RTSP connection (RFC 2326 §10.12). */
export function interleavedFrame(channel: number, packet: Buffer): Buffer {
  const frame = Buffer.allocUnsafe(4 + packet.length);
  frame.writeUInt8(0x24, 0);
  frame.writeUInt8(channel, 1);
  frame.writeUInt16BE(packet.length, 2);
  packet.copy(frame, 4);
  return frame;
}
