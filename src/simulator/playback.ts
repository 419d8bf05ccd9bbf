import { type Clip, clockRate } from './clip.ts';
import { goodbye, senderReport } from './rtcp-report.ts';
import { addressPackets, type UnitPackets } from './unit-packets.ts';

/** A clip with its packets, shared by every client that watches it. */
export interface PackedClip {
  readonly clip: Clip;
  readonly units: readonly UnitPackets[];
}

/** Where the bytes of a playback go. */
export interface PlaybackSink {
  send(bytes: Buffer): void;
  /** Bytes that wait to leave. */
  readonly queuedBytes: number;
}

/** Cameras report about every 5 s (RFC 3550 §6.2). */
const reportEveryMs = 5_000;
/** Two seconds of a 4 Mbit/s stream. A client further behind loses whole pictures. */
const maxQueuedBytes = 1024 * 1024;

/** One client's way through a clip: from the beginning, in real time, over and over where it loops. */
export class Playback {
  readonly #source: PackedClip;
  readonly #loop: boolean;
  readonly #sink: PlaybackSink;
  readonly #channel: number;
  readonly #startedAt: { monotonicMs: number; utcMs: number };
  readonly #ssrc: number;
  readonly #firstTimestamp: number;
  #sequence: number;
  #index = 0;
  /** Ticks of the plays before this one. */
  #base = 0;
  #reportAtMs = 0;
  #packets = 0;
  #bytes = 0;
  #sent = 0;
  #dropped = 0;
  #waitingForKeyframe = false;
  #ended = false;

  constructor(options: {
    source: PackedClip;
    loop: boolean;
    sink: PlaybackSink;
    /** RTP goes here, RTCP to the one after it. */
    channel: number;
    startedAt: { monotonicMs: number; utcMs: number };
    random: () => number;
  }) {
    this.#source = options.source;
    this.#loop = options.loop;
    this.#sink = options.sink;
    this.#channel = options.channel;
    this.#startedAt = options.startedAt;
    const random32 = () => Math.floor(options.random() * 2 ** 32);
    this.#ssrc = random32();
    this.#firstTimestamp = random32();
    this.#sequence = random32() & 0xffff;
  }

  /** Access units sent, and dropped because the client was slow. */
  get counts(): { readonly sent: number; readonly dropped: number } {
    return { sent: this.#sent, dropped: this.#dropped };
  }

  /** Sequence number and timestamp of the next packet, for RTP-Info (RFC 2326 §12.33). */
  get next(): { readonly sequence: number; readonly timestamp: number } {
    return { sequence: this.#sequence, timestamp: this.#timestampOf(this.#base) };
  }

  /** Sends all that is due. */
  advance(monotonicMs: number): void {
    const elapsedMs = monotonicMs - this.#startedAt.monotonicMs;
    while (!this.#ended) {
      const unit = this.#source.units[this.#index];
      if (unit === undefined) this.#wrap();
      else if (((this.#base + unit.dts) * 1000) / clockRate > elapsedMs) break;
      else {
        this.#index += 1;
        this.#report(elapsedMs);
        this.#deliver(unit);
      }
    }
  }

  #wrap(): void {
    this.#index = 0;
    this.#base += this.#source.clip.duration;
    if (this.#loop) return;
    this.#ended = true;
    this.#sink.send(goodbye(this.#channel + 1, this.#ssrc));
  }

  /** A slow client loses pictures up to the next keyframe; the gap shows in the sequence numbers. */
  #deliver(unit: UnitPackets): void {
    const slow = this.#sink.queuedBytes > maxQueuedBytes;
    const sequence = this.#sequence;
    this.#sequence = (this.#sequence + unit.starts.length) & 0xffff;
    if (slow || (this.#waitingForKeyframe && !unit.keyframe)) {
      this.#waitingForKeyframe = true;
      this.#dropped += 1;
      return;
    }
    this.#waitingForKeyframe = false;
    const timestamp = this.#timestampOf(this.#base + unit.pts);
    this.#sink.send(addressPackets(unit, { channel: this.#channel, sequence, timestamp, ssrc: this.#ssrc }));
    this.#sent += 1;
    this.#packets += unit.starts.length;
    this.#bytes += unit.bytes.length - 16 * unit.starts.length;
  }

  #report(elapsedMs: number): void {
    if (elapsedMs < this.#reportAtMs) return;
    this.#reportAtMs = elapsedMs + reportEveryMs;
    this.#sink.send(
      senderReport({
        channel: this.#channel + 1,
        ssrc: this.#ssrc,
        utcMs: this.#startedAt.utcMs + elapsedMs,
        rtpTimestamp: this.#timestampOf(Math.round((elapsedMs * clockRate) / 1000)),
        packets: this.#packets,
        bytes: this.#bytes,
      }),
    );
  }

  #timestampOf(ticks: number): number {
    return (this.#firstTimestamp + ticks) % 2 ** 32;
  }
}
