import type { AccessUnit } from '../../domain/access-unit.ts';
import type { CameraId, UtcMs } from '../../domain/ids.ts';
import type { Depacketizer } from './depacketizer.ts';
import { H264Depacketizer } from './h264-depacketizer.ts';
import type { IngestCounters } from './ingest-counters.ts';
import { createRtcpNews, formatReceiverReport, ntpToUtcMs, readRtcp } from './rtcp.ts';
import { createRtpPacket, readRtpPacket } from './rtp-packet.ts';
import { RtpReception } from './rtp-reception.ts';
import { RtpTimeline } from './rtp-timeline.ts';
import type { VideoTrack } from './sdp.ts';

/** What the receiver hands on. */
export interface VideoReceiverHandler {
  onAccessUnit(unit: AccessUnit): void;
  /** A receiver report to send, framed for the RTCP channel given. */
  onReport(bytes: Buffer): void;
  /** RTCP BYE: the source has ended (RFC 3550 §6.6). */
  onBye(): void;
}

/** One video track from RTP and RTCP packets to access units; knows nothing of how the packets came. */
export class VideoReceiver {
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
  #last: { ptsMs: number; receivedAt: UtcMs } | undefined;

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
    this.#depacketizer = new H264Depacketizer({
      parameterSets: options.track.parameterSets,
      counters: options.counters,
      onPicture: (keyframe, data, timestamp, arrivedAt) => this.#emit(keyframe, data, timestamp, arrivedAt),
    });
  }

  /** Takes the RTP packet `buffer[start, end)`. */
  rtp(buffer: Buffer, start: number, end: number, arrivedAt: UtcMs): void {
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

  /** Takes the compound RTCP packet `buffer[start, end)`; `channel` is where the answer goes. */
  rtcp(buffer: Buffer, start: number, end: number, channel: number, arrivedAt: UtcMs): void {
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
        formatReceiverReport(channel, {
          ...this.#reception.report(),
          ssrc: this.#ownSsrc,
          sourceSsrc: news.senderSsrc,
          lastReport: ((news.ntpSeconds << 16) | (news.ntpFraction >>> 16)) >>> 0,
        }),
      );
    }
    if (news.byeSsrc !== undefined && news.byeSsrc === this.#ssrc) this.#handler.onBye();
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
    this.#reception = new RtpReception(this.#track.clockRate);
    if (this.#last !== undefined) {
      this.#timeline.restart(this.#last.ptsMs + Math.max(1, arrivedAt - this.#last.receivedAt));
    }
    return true;
  }

  #emit(keyframe: boolean, data: Buffer, rtpTimestamp: number, receivedAt: UtcMs): void {
    const ptsMs = this.#timeline.ptsMs(rtpTimestamp);
    this.#last = { ptsMs, receivedAt };
    this.#counters.accessUnits += 1;
    if (keyframe) this.#counters.keyframes += 1;
    this.#handler.onAccessUnit({
      cameraId: this.#cameraId,
      codec: this.#track.codec,
      keyframe,
      data,
      rtpTimestamp,
      ptsMs,
      ntpMs: this.#timeline.utcMs(rtpTimestamp),
      receivedAt,
    });
  }
}
