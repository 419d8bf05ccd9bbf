import type { AccessUnit } from '../../domain/access-unit.ts';
import type { CameraId, UtcMs } from '../../domain/ids.ts';
import type { Depacketizer, Lack, PictureSink, UnitKind } from './depacketizer.ts';
import { h264Syntax } from './h264-syntax.ts';
import { h265Syntax } from './h265-syntax.ts';
import type { IngestCounters } from './ingest-counters.ts';
import { JpegDepacketizer } from './jpeg-depacketizer.ts';
import { NalDepacketizer } from './nal-depacketizer.ts';
import { createRtcpNews, formatReceiverReport, ntpToUtcMs, readRtcp } from './rtcp.ts';
import { createRtpPacket, readRtpPacket } from './rtp-packet.ts';
import { RtpReception } from './rtp-reception.ts';
import { RtpTimeline } from './rtp-timeline.ts';
import type { VideoTrack } from './sdp.ts';

/** Who takes a camera's access units. */
export interface AccessUnitSink {
  /**
   * Asked once an access unit, as soon as its kind is known; when false its bytes are not copied and `onPassed` follows
   * in place of `onAccessUnit`. Default: all are wanted.
   */
  wanted?(kind: UnitKind): boolean;
  onAccessUnit(unit: AccessUnit): void;
  /** A whole access unit of so many bytes that was not wanted. */
  onPassed?(kind: UnitKind, bytes: number, receivedAt: UtcMs): void;
}

/** What the receiver hands on. */
export interface VideoReceiverHandler extends AccessUnitSink {
  /** A whole access unit that cannot be decoded: `lacks` says why. */
  onSkipped(): void;
  /** A receiver report to send, without framing. */
  onReport(report: Buffer): void;
  /** RTCP BYE: the source has ended (RFC 3550 §6.6). */
  onBye(): void;
}

/** One video track from RTP and RTCP packets to access units; knows nothing of how the packets came. */
export class VideoReceiver implements PictureSink {
  readonly #cameraId: CameraId;
  readonly #track: VideoTrack;
  readonly #counters: IngestCounters;
  readonly #handler: VideoReceiverHandler;
  readonly #ownSsrc: number;
  readonly #packet = createRtpPacket();
  readonly #news = createRtcpNews();
  readonly #timeline: RtpTimeline;
  readonly #depacketizer: Depacketizer;
  #reception: RtpReception;
  #ssrc: number | undefined;
  #lastPtsMs: number | undefined;
  #lastReceivedAt: UtcMs = 0;

  constructor(options: {
    cameraId: CameraId;
    track: VideoTrack;
    counters: IngestCounters;
    handler: VideoReceiverHandler;
    random: () => number;
  }) {
    this.#cameraId = options.cameraId;
    this.#track = options.track;
    this.#counters = options.counters;
    this.#handler = options.handler;
    this.#ownSsrc = Math.floor(options.random() * 2 ** 32) >>> 0;
    this.#reception = new RtpReception(options.track.clockRate);
    this.#timeline = new RtpTimeline(options.track.clockRate);
    this.#depacketizer = depacketizerFor(options.track, options.counters, this);
  }

  /** What keeps pictures from being handed on, while something does. */
  get lacks(): Lack | undefined {
    return this.#depacketizer.lacks;
  }

  /** Takes the RTP packet `buffer[start, end)`. */
  rtp(buffer: Buffer, start: number, end: number, arrivedAt: UtcMs): void {
    // Some cameras send RTCP on the channel of RTP: its packet types lie where no RTP payload type does (RFC 5761 §4).
    const second = buffer[start + 1] ?? 0;
    if (second >= 192 && second <= 223 && end - start > 1) {
      this.rtcp(buffer, start, end, arrivedAt);
      return;
    }
    const packet = this.#packet;
    if (!readRtpPacket(buffer, start, end, packet)) {
      this.#counters.malformedPackets += 1;
      return;
    }
    if (packet.payloadType !== this.#track.payloadType) {
      this.#counters.foreignPackets += 1;
      return;
    }
    const changed = packet.ssrc !== this.#ssrc && this.#changeSource(packet.ssrc, arrivedAt);
    const arrival = this.#reception.accept(packet.sequence);
    if (arrival === 'old') {
      this.#counters.foreignPackets += 1;
      return;
    }
    this.#reception.arrived(packet.timestamp, arrivedAt);
    this.#counters.packets += 1;
    if (arrival === 'after-gap') this.#counters.lostPackets += this.#reception.gap;
    this.#depacketizer.push(buffer, packet, changed || arrival === 'after-gap', arrivedAt);
  }

  /** Takes the compound RTCP packet `buffer[start, end)`. */
  rtcp(buffer: Buffer, start: number, end: number, arrivedAt: UtcMs): void {
    const news = this.#news;
    if (!readRtcp(buffer, start, end, news)) {
      this.#counters.malformedPackets += 1;
      return;
    }
    // A first report may come before the first packet: then its SSRC is taken on trust.
    if (news.senderSsrc !== undefined && (this.#ssrc ?? news.senderSsrc) === news.senderSsrc) {
      const utcMs = ntpToUtcMs(news.ntpSeconds, news.ntpFraction, arrivedAt);
      this.#timeline.report(utcMs, news.rtpTimestamp);
      if (utcMs !== undefined) this.#counters.senderReports += 1;
      this.#handler.onReport(
        formatReceiverReport({
          ...this.#reception.report(),
          ssrc: this.#ownSsrc,
          sourceSsrc: news.senderSsrc,
          lastReport: ((news.ntpSeconds << 16) | (news.ntpFraction >>> 16)) >>> 0,
        }),
      );
    }
    if (news.byeSsrc !== undefined && news.byeSsrc === this.#ssrc) this.#handler.onBye();
  }

  /** Time has passed: nothing that is complete may wait longer. */
  settle(now: UtcMs): void {
    this.#depacketizer.settle(now);
  }

  /** Gives the memory of a half-received access unit back. */
  close(): void {
    this.#depacketizer.close();
  }

  /** The first source, or another one in its place (RFC 3550 §8.2): time goes on by the node's clock. True if another. */
  #changeSource(ssrc: number, arrivedAt: UtcMs): boolean {
    const first = this.#ssrc === undefined;
    this.#ssrc = ssrc;
    if (first) return false;
    // A whole picture of the source before still belongs to its time.
    this.#depacketizer.settle(Number.POSITIVE_INFINITY);
    this.#reception = new RtpReception(this.#track.clockRate);
    if (this.#lastPtsMs !== undefined) {
      this.#timeline.restart(this.#lastPtsMs + Math.max(1, arrivedAt - this.#lastReceivedAt));
    }
    return true;
  }

  wanted(kind: UnitKind): boolean {
    return this.#handler.wanted?.(kind) ?? true;
  }

  onPicture(kind: UnitKind, data: Buffer, rtpTimestamp: number, receivedAt: UtcMs): void {
    const ptsMs = this.#count(kind, rtpTimestamp, receivedAt);
    this.#handler.onAccessUnit({
      cameraId: this.#cameraId,
      codec: this.#track.codec,
      keyframe: kind === 'keyframe',
      data,
      rtpTimestamp,
      ptsMs,
      ntpMs: this.#timeline.utcMs(rtpTimestamp),
      receivedAt,
    });
  }

  onPassed(kind: UnitKind, bytes: number, rtpTimestamp: number, receivedAt: UtcMs): void {
    this.#count(kind, rtpTimestamp, receivedAt);
    this.#counters.passedUnits += 1;
    this.#handler.onPassed?.(kind, bytes, receivedAt);
  }

  onSkipped(): void {
    this.#handler.onSkipped();
  }

  #count(kind: UnitKind, rtpTimestamp: number, receivedAt: UtcMs): number {
    const ptsMs = this.#timeline.ptsMs(rtpTimestamp);
    this.#lastPtsMs = ptsMs;
    this.#lastReceivedAt = receivedAt;
    this.#counters.accessUnits += 1;
    if (kind === 'keyframe') this.#counters.keyframes += 1;
    return ptsMs;
  }
}

function depacketizerFor(track: VideoTrack, counters: IngestCounters, sink: PictureSink): Depacketizer {
  const { codec, parameterSets, dimensions } = track;
  if (codec === 'mjpeg') return new JpegDepacketizer({ counters, sink, ...(dimensions && { dimensions }) });
  const syntax = codec === 'h264' ? h264Syntax : h265Syntax;
  return new NalDepacketizer({ syntax, parameterSets, counters, sink });
}
