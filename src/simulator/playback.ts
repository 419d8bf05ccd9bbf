import { clockRate } from './clip.ts';
import type { PackedClip } from './packed-clip.ts';
import { mangle } from './packet-faults.ts';
import { goodbye, senderReport } from './rtcp-report.ts';
import { stampPackets, type UnitPackets } from './unit-packets.ts';

/** What a camera shows and what is wrong with it; changed from outside while it plays. */
export interface CameraCondition {
  /** Another one is taken up at the next keyframe. */
  source: PackedClip;
  stalled: boolean;
  /** Shares of packets, 0–1. */
  loss: number;
  reorder: number;
  /** How wrong its clock is: in RTP timestamps and in sender reports. */
  clockShiftMs: number;
}

/** Where a stream's times count from. */
export interface Timeline {
  readonly monotonicMs: number;
  readonly utcMs: number;
  /** RTP timestamp of that moment. */
  readonly firstTimestamp: number;
}

/** Where the bytes of a playback go. */
export interface PlaybackSink {
  /** True when the bytes have left for good, so that they may be written over; otherwise they are the sink's. */
  send(bytes: Buffer): boolean;
  /** Bytes that wait to leave. */
  readonly queuedBytes: number;
}

/** Cameras report about every 5 s (RFC 3550 §6.2). */
const reportEveryMs = 5_000;
/** Two seconds of a 4 Mbit/s stream. A client further behind loses whole pictures. */
const maxQueuedBytes = 1024 * 1024;
const ticksPerMs = clockRate / 1000;

/** One client's way through a clip, in real time, over and over where it loops. */
export class Playback {
  readonly #condition: CameraCondition;
  readonly #loop: boolean;
  readonly #sink: PlaybackSink;
  readonly #channel: number;
  readonly #timeline: Timeline;
  readonly #random: () => number;
  readonly #ssrc: number;
  #source: PackedClip;
  #sequence: number;
  #index = 0;
  /** Ticks of the plays before this one. */
  #base = 0;
  /** Monotonic time of the next picture. */
  #dueMs = 0;
  #reportAtMs = 0;
  #packets = 0;
  #bytes = 0;
  #sent = 0;
  #dropped = 0;
  #waitingForKeyframe = false;
  #hung = false;
  #ended = false;

  constructor(options: {
    condition: CameraCondition;
    loop: boolean;
    sink: PlaybackSink;
    /** RTP goes here, RTCP to the one after it. */
    channel: number;
    timeline: Timeline;
    /** Where to join: at the next keyframe from here on. The timeline's start: at the beginning. */
    joinMs: number;
    random: () => number;
  }) {
    this.#condition = options.condition;
    this.#source = options.condition.source;
    this.#loop = options.loop;
    this.#sink = options.sink;
    this.#channel = options.channel;
    this.#timeline = options.timeline;
    this.#random = options.random;
    this.#ssrc = Math.floor(options.random() * 2 ** 32);
    this.#sequence = Math.floor(options.random() * 2 ** 16);
    const joinTicks = (options.joinMs - options.timeline.monotonicMs) * ticksPerMs;
    this.#join(joinTicks);
    this.#reportAtMs = options.joinMs - options.timeline.monotonicMs;
  }

  /** Access units sent, and dropped because the client was slow. */
  get counts(): { readonly sent: number; readonly dropped: number } {
    return { sent: this.#sent, dropped: this.#dropped };
  }

  /** Sequence number and timestamp of the next packet, for RTP-Info (RFC 2326 §12.33). */
  get next(): { readonly sequence: number; readonly timestamp: number } {
    const pts = this.#source.units[this.#index]?.pts ?? 0;
    return { sequence: this.#sequence, timestamp: this.#timestampOf(this.#base + pts) };
  }

  /** Sends all that is due. */
  advance(monotonicMs: number): void {
    while (monotonicMs >= this.#dueMs && !this.#ended) {
      const unit = this.#source.units[this.#index];
      if (unit === undefined) this.#wrap();
      else if (unit.keyframe && this.#condition.source !== this.#source) this.#switch(unit);
      else {
        this.#index += 1;
        this.#report(monotonicMs - this.#timeline.monotonicMs);
        this.#deliver(unit);
        this.#plan();
      }
    }
  }

  /** Goes to the first keyframe that is due at or after a time of the timeline. */
  #join(ticks: number): void {
    const { clip, units } = this.#source;
    this.#base = this.#loop ? Math.floor(ticks / clip.duration) * clip.duration : 0;
    const found = units.findIndex((unit) => unit.keyframe && this.#base + unit.dts >= ticks);
    this.#index = found === -1 ? units.length : found;
    if (found === -1) this.#wrap();
    this.#plan();
  }

  #plan(): void {
    const dts = this.#source.units[this.#index]?.dts ?? this.#source.clip.duration;
    this.#dueMs = this.#timeline.monotonicMs + (this.#base + dts) / ticksPerMs;
  }

  #wrap(): void {
    this.#index = 0;
    this.#base += this.#source.clip.duration;
    this.#plan();
    if (this.#loop) return;
    this.#ended = true;
    this.#sink.send(goodbye(this.#channel + 1, this.#ssrc));
  }

  /** Goes on with the other clip's beginning in place of this keyframe; time goes on. */
  #switch(unit: UnitPackets): void {
    this.#base += unit.dts;
    this.#index = 0;
    this.#source = this.#condition.source;
  }

  /** A slow client loses pictures up to the next keyframe; the gap shows in the sequence numbers. */
  #deliver(unit: UnitPackets): void {
    // An encoder that hung begins anew with a keyframe, and nobody counted what it did not code.
    this.#hung = this.#condition.stalled || (this.#hung && !unit.keyframe);
    if (this.#hung) return;
    const slow = this.#sink.queuedBytes > maxQueuedBytes;
    const sequence = this.#sequence;
    this.#sequence = (this.#sequence + unit.starts.length) & 0xffff;
    if (slow || (this.#waitingForKeyframe && !unit.keyframe)) {
      this.#waitingForKeyframe = true;
      this.#dropped += 1;
      return;
    }
    this.#waitingForKeyframe = false;
    this.#send(unit, sequence);
    this.#sent += 1;
    this.#packets += unit.starts.length;
    this.#bytes += unit.bytes.length - 16 * unit.starts.length;
  }

  /** The packets are shared by all clients: this one's numbers are written into them, and they are sent at once. */
  #send(unit: UnitPackets, sequence: number): void {
    const timestamp = this.#timestampOf(this.#base + unit.pts);
    stampPackets(unit, { channel: this.#channel, sequence, timestamp, ssrc: this.#ssrc });
    const { loss, reorder } = this.#condition;
    if (loss > 0 || reorder > 0) this.#sink.send(mangle(unit, this.#condition, this.#random));
    else if (!this.#sink.send(unit.bytes)) unit.bytes = Buffer.from(unit.bytes);
  }

  #report(elapsedMs: number): void {
    if (elapsedMs < this.#reportAtMs || this.#condition.stalled) return;
    this.#reportAtMs = elapsedMs + reportEveryMs;
    this.#sink.send(
      senderReport({
        channel: this.#channel + 1,
        ssrc: this.#ssrc,
        utcMs: this.#timeline.utcMs + elapsedMs + this.#condition.clockShiftMs,
        rtpTimestamp: this.#timestampOf(Math.round(elapsedMs * ticksPerMs)),
        packets: this.#packets,
        bytes: this.#bytes,
      }),
    );
  }

  #timestampOf(ticks: number): number {
    const shifted = this.#timeline.firstTimestamp + ticks + this.#condition.clockShiftMs * ticksPerMs;
    return ((shifted % 2 ** 32) + 2 ** 32) % 2 ** 32;
  }
}
