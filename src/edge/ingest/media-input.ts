import type { CameraId, UtcMs } from '../../domain/ids.ts';
import type { Lack } from './depacketizer.ts';
import type { IngestCounters } from './ingest-counters.ts';
import { ReorderBuffer } from './reorder-buffer.ts';
import { interleavedFrame } from './rtcp.ts';
import type { VideoTrack } from './sdp.ts';
import type { MediaPath } from './setup-answer.ts';
import type { DatagramKind } from './udp-pair.ts';
import { type AccessUnitSink, VideoReceiver } from './video-receiver.ts';

/** Who takes what a track brings. */
interface MediaInputHandler extends AccessUnitSink {
  onSkipped(): void;
  send(bytes: Buffer): void;
  sendDatagram(kind: DatagramKind, packet: Buffer): void;
}

/** The packets of one track, whichever way they come, and the reports that go back the same way. */
export class MediaInput {
  readonly #receiver: VideoReceiver;
  readonly #counters: IngestCounters;
  readonly #reorder: ReorderBuffer | undefined;
  #silent = true;
  #now: UtcMs = 0;

  constructor(options: {
    cameraId: CameraId;
    track: VideoTrack;
    path: MediaPath;
    counters: IngestCounters;
    random: () => number;
    handler: MediaInputHandler;
    onBye: () => void;
  }) {
    const { cameraId, track, path, counters, random, handler, onBye } = options;
    this.#counters = counters;
    this.#receiver = new VideoReceiver({
      cameraId,
      track,
      counters,
      random,
      handler: {
        wanted: (kind) => handler.wanted?.(kind) ?? true,
        onAccessUnit: (unit) => handler.onAccessUnit(unit),
        onPassed: (kind, bytes, at) => handler.onPassed?.(kind, bytes, at),
        onSkipped: () => handler.onSkipped(),
        onReport: (report) => {
          if (path.kind === 'tcp') handler.send(interleavedFrame(path.rtcpChannel, report));
          else handler.sendDatagram('rtcp', report);
        },
        onBye,
      },
    });
    if (path.kind === 'tcp') return;
    this.#reorder = new ReorderBuffer({
      deliver: (packet) => this.#receiver.rtp(packet, 0, packet.length, this.#now),
      onReordered: () => {
        counters.reorderedPackets += 1;
      },
    });
  }

  /** Nothing has come yet. */
  get silent(): boolean {
    return this.#silent;
  }

  /** What keeps pictures from being handed on, while something does. */
  get lacks(): Lack | undefined {
    return this.#receiver.lacks;
  }

  /** Takes the RTP packet `buffer[start, end)`. */
  rtp(buffer: Buffer, start: number, end: number, now: UtcMs): void {
    this.#silent = false;
    this.#receiver.rtp(buffer, start, end, now);
  }

  /** Takes the RTCP packet `buffer[start, end)`. */
  rtcp(buffer: Buffer, start: number, end: number, now: UtcMs): void {
    this.#receiver.rtcp(buffer, start, end, now);
  }

  /** Takes a datagram, which is kept as it is until its turn. */
  datagram(kind: DatagramKind, packet: Buffer, now: UtcMs): void {
    this.#counters.bytes += packet.length;
    this.#now = now;
    if (kind === 'rtcp' || isRtcp(packet)) this.#receiver.rtcp(packet, 0, packet.length, now);
    else if (packet.length < 12) this.#counters.malformedPackets += 1;
    else {
      this.#silent = false;
      this.#reorder?.push(packet, now);
    }
  }

  /** Time has passed: nothing may wait longer. */
  settle(now: UtcMs): void {
    this.#now = now;
    if (now === Number.POSITIVE_INFINITY) this.#reorder?.flush();
    else this.#reorder?.expire(now);
    this.#receiver.settle(now);
  }

  /** Gives memory back. */
  close(): void {
    this.#receiver.close();
  }
}

/** RTCP where RTP was expected (RFC 5761 §4): it has no sequence number to wait for. */
function isRtcp(packet: Buffer): boolean {
  const second = packet[1] ?? 0;
  return second >= 192 && second <= 223;
}
