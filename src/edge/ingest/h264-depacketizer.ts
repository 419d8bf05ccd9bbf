import type { UtcMs } from '../../domain/ids.ts';
import type { Depacketizer, OnPicture } from './depacketizer.ts';
import { H264ParameterSets, h264Nal } from './h264-parameter-sets.ts';
import type { IngestCounters } from './ingest-counters.ts';
import type { RtpPacket } from './rtp-packet.ts';
import { type ScratchPool, sharedScratch } from './scratch-pool.ts';

/** RTP payload structures of RFC 6184 §5.2 beside single NAL units (1–23). */
const stapA = 24;
const fuA = 28;

/** A 4K keyframe at the highest rates stays below; anything larger is a stream that never ends its pictures. */
const maxUnitBytes = 8 * 1024 * 1024;

/**
 * H.264 over RTP, non-interleaved mode (RFC 6184 §6.3): single NAL units, STAP-A and FU-A. A picture of which a part
 * is missing is dropped, and so is all that follows up to the next IDR picture. Parameter sets are taken out of the
 * stream, kept up to date and put before every IDR picture; access unit delimiters and filler are left out.
 */
export class H264Depacketizer implements Depacketizer {
  readonly #onPicture: OnPicture;
  readonly #counters: IngestCounters;
  readonly #pool: ScratchPool;
  readonly #sets = new H264ParameterSets();
  /** The access unit being put together, in Annex B, without its parameter sets. */
  #unit: Buffer | undefined;
  #length = 0;
  #timestamp = 0;
  #arrivedAt: UtcMs = 0;
  #damaged = false;
  #idr = false;
  #hasSlice = false;
  #hasSets = false;
  /** Where the NAL unit of an open FU-A run starts; -1 when none is open. */
  #fragmentAt = -1;
  #waitingForKeyframe = true;

  constructor(options: {
    parameterSets?: readonly Buffer[];
    counters: IngestCounters;
    onPicture: OnPicture;
    pool?: ScratchPool;
  }) {
    this.#onPicture = options.onPicture;
    this.#counters = options.counters;
    this.#pool = options.pool ?? sharedScratch;
    for (const nal of options.parameterSets ?? []) this.#sets.update(nal, 0, nal.length);
  }

  push(buffer: Buffer, packet: RtpPacket, gap: boolean, arrivedAt: UtcMs): void {
    const sameUnit = this.#unit !== undefined && packet.timestamp === this.#timestamp;
    if (gap) {
      this.#damaged = true;
      this.#waitingForKeyframe = true;
      this.#fragmentAt = -1;
    }
    if (!sameUnit) {
      // No marker on the unit before, or it was lost: a new timestamp ends it all the same (RFC 6184 §5.1).
      if (this.#unit !== undefined) this.#finish();
      this.#unit = this.#pool.take();
      this.#timestamp = packet.timestamp;
      this.#damaged = gap && !beginsUnit(buffer, packet);
    }
    this.#arrivedAt = arrivedAt;
    this.#takePayload(buffer, packet.payloadStart, packet.payloadEnd);
    if (packet.marker) this.#finish();
  }

  close(): void {
    this.#release();
    this.#waitingForKeyframe = true;
  }

  #takePayload(buffer: Buffer, start: number, end: number): void {
    const type = (buffer[start] ?? 0) & 0x1f;
    if (start >= end || (this.#fragmentAt !== -1 && type !== fuA)) this.#malformed();
    if (start >= end) return;
    if (type >= 1 && type <= 23) this.#takeNal(buffer, start, end);
    else if (type === stapA) this.#takeAggregate(buffer, start + 1, end);
    else if (type === fuA) this.#takeFragment(buffer, start, end);
    else this.#counters.foreignPackets += 1;
  }

  /** STAP-A (RFC 6184 §5.7.1): NAL units, each after its 16-bit size. */
  #takeAggregate(buffer: Buffer, start: number, end: number): void {
    let at = start;
    while (at < end) {
      const size = at + 2 > end ? 0 : buffer.readUInt16BE(at);
      if (size === 0 || at + 2 + size > end) {
        this.#malformed();
        return;
      }
      this.#takeNal(buffer, at + 2, at + 2 + size);
      at += 2 + size;
    }
  }

  /** FU-A (RFC 6184 §5.8): indicator with NRI, header with start, end and type, then a piece of the NAL unit. */
  #takeFragment(buffer: Buffer, start: number, end: number): void {
    if (end - start < 3) {
      this.#malformed();
      return;
    }
    const header = buffer[start + 1] ?? 0;
    const isStart = (header & 0x80) !== 0;
    if (isStart === (this.#fragmentAt !== -1)) {
      // A start inside a run, or a piece without a start. After a loss this is expected and was counted there.
      if (!this.#damaged) this.#malformed();
      if (!isStart) return;
    }
    if (isStart) {
      this.#fragmentAt = this.#length;
      this.#startNal(((buffer[start] ?? 0) & 0xe0) | (header & 0x1f));
    }
    this.#append(buffer, start + 2, end);
    if ((header & 0x40) === 0 || this.#unit === undefined) return;
    const nalAt = this.#fragmentAt + 4;
    this.#fragmentAt = -1;
    if (this.#damaged || this.#classify(this.#unit, nalAt, this.#length)) return;
    this.#length = nalAt - 4;
  }

  #takeNal(buffer: Buffer, start: number, end: number): void {
    if (this.#damaged || !this.#classify(buffer, start, end)) return;
    this.#startNal(buffer[start] ?? 0);
    this.#append(buffer, start + 1, end);
  }

  /** Notes what a NAL unit means for the access unit; false when it does not belong into its bytes. */
  #classify(buffer: Buffer, start: number, end: number): boolean {
    const type = (buffer[start] ?? 0) & 0x1f;
    if (type === h264Nal.sps || type === h264Nal.pps) {
      if (!this.#sets.update(buffer, start, end)) this.#malformed();
      this.#hasSets = true;
      return false;
    }
    if (type === h264Nal.aud || type === h264Nal.filler) return false;
    if (type >= 1 && type <= h264Nal.idr) this.#hasSlice = true;
    if (type === h264Nal.idr) this.#idr = true;
    return true;
  }

  #startNal(header: number): void {
    const unit = this.#reserve(5);
    if (unit === undefined) return;
    unit.writeUInt32BE(1, this.#length);
    unit[this.#length + 4] = header;
    this.#length += 5;
  }

  #append(buffer: Buffer, start: number, end: number): void {
    const unit = this.#reserve(end - start);
    if (unit === undefined) return;
    buffer.copy(unit, this.#length, start, end);
    this.#length += end - start;
  }

  /** The unit with room for more; undefined once it is damaged, so that nothing is copied in vain. */
  #reserve(bytes: number): Buffer | undefined {
    if (this.#unit === undefined || this.#damaged) return undefined;
    const needed = this.#length + bytes;
    if (needed > maxUnitBytes) {
      this.#malformed();
      return undefined;
    }
    if (needed > this.#unit.length) this.#unit = this.#pool.grow(this.#unit, this.#length, needed);
    return this.#unit;
  }

  #malformed(): void {
    this.#counters.malformedPackets += 1;
    this.#damaged = true;
    this.#fragmentAt = -1;
  }

  /** The access unit is over: hand it on or count why not. */
  #finish(): void {
    if (this.#fragmentAt !== -1) this.#malformed();
    if (this.#damaged) {
      this.#counters.damagedUnits += 1;
      this.#waitingForKeyframe = true;
    } else if (this.#hasSlice && this.#unit !== undefined) {
      this.#emit(this.#unit);
    }
    // Without a slice it held parameter sets or SEI only: some cameras send these as a unit of their own.
    this.#release();
  }

  #emit(unit: Buffer): void {
    const sets = this.#sets.annexB;
    if (this.#waitingForKeyframe && (!this.#idr || sets.length === 0)) {
      this.#counters.skippedUnits += 1;
      return;
    }
    this.#waitingForKeyframe = false;
    const prefix = this.#idr || this.#hasSets ? sets.length : 0;
    const data = Buffer.allocUnsafe(prefix + this.#length);
    if (prefix > 0) sets.copy(data, 0);
    unit.copy(data, prefix, 0, this.#length);
    this.#onPicture(this.#idr, data, this.#timestamp, this.#arrivedAt);
  }

  #release(): void {
    if (this.#unit !== undefined) this.#pool.give(this.#unit);
    this.#unit = undefined;
    this.#length = 0;
    this.#damaged = false;
    this.#idr = false;
    this.#hasSlice = false;
    this.#hasSets = false;
    this.#fragmentAt = -1;
  }
}

/** Whether a packet can only be the first of its access unit (ITU-T H.264 §7.4.1.2.3): nothing of it was lost. */
function beginsUnit(buffer: Buffer, packet: RtpPacket): boolean {
  const first = (buffer[packet.payloadStart] ?? 0) & 0x1f;
  const type = first === stapA ? (buffer[packet.payloadStart + 3] ?? 0) & 0x1f : first;
  return type === h264Nal.sps || type === h264Nal.aud;
}
