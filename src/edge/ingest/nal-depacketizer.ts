import type { UtcMs } from '../../domain/ids.ts';
import type { Depacketizer, Lack, PictureSink, UnitKind } from './depacketizer.ts';
import type { IngestCounters } from './ingest-counters.ts';
import type { NalRole, NalSyntax, RecoveryPoint } from './nal-syntax.ts';
import { ParameterSets } from './parameter-sets.ts';
import type { RtpPacket } from './rtp-packet.ts';
import { type ScratchPool, sharedScratch } from './scratch-pool.ts';
import { UnitBuffer } from './unit-buffer.ts';

/** How far the marker bit is believed to end a picture (RFC 6184 §5.1: only where the sender is known to set it right). */
type MarkerTrust = 'unproven' | 'honest' | 'on-every-slice';

/** A picture that waits for proof of its marker is handed on after this long without a packet. */
const settleMs = 40;

/** No fragment is open; one is, and belongs to a slice that was looked at; or to another NAL unit, looked at in the end. */
type Fragment = 'none' | 'slice' | 'whole';

/**
 * H.264 and H.265 over RTP to access units in Annex B. A picture of which a part is missing is dropped, and so is all
 * that follows up to the next keyframe. Parameter sets are taken out of the stream, kept up to date and put before every
 * keyframe; delimiters and filler are left out. What nobody wants, or cannot be decoded, is followed but not copied.
 */
export class NalDepacketizer implements Depacketizer {
  readonly #syntax: NalSyntax;
  readonly #sink: PictureSink;
  readonly #counters: IngestCounters;
  readonly #unit: UnitBuffer;
  readonly #sets: ParameterSets;
  #markers: MarkerTrust = 'unproven';
  /** An access unit has begun. */
  #open = false;
  #timestamp = 0;
  #arrivedAt: UtcMs = 0;
  #marked = 0;
  #lastMarked = false;
  #damaged = false;
  #hasSlice = false;
  #hasSets = false;
  #kind: UnitKind = 'inter';
  #openGop = false;
  #leading = false;
  #recovery: RecoveryPoint = 'none';
  /** Set by the first slice: the bytes of the unit are not to be copied. */
  #passing = false;
  #fragment: Fragment = 'none';
  #fragmentAt = 0;
  #fragmentRole: NalRole = 'other';
  /** Timestamp of the last finished picture; -1 before the first. */
  #finishedTimestamp = -1;
  #waitingForKeyframe = true;
  /** Leading pictures of an open keyframe that came first refer to what was never seen (H.265 §8.1.3, RASL). */
  #dropLeading = false;
  #sawGradualRefresh = false;
  #spsChangesTold: number | undefined;

  constructor(options: {
    syntax: NalSyntax;
    parameterSets?: readonly Buffer[];
    counters: IngestCounters;
    sink: PictureSink;
    pool?: ScratchPool;
  }) {
    this.#syntax = options.syntax;
    this.#sink = options.sink;
    this.#counters = options.counters;
    this.#unit = new UnitBuffer(options.pool ?? sharedScratch);
    this.#sets = new ParameterSets(options.syntax.setKinds, options.syntax.identifySet);
    for (const nal of options.parameterSets ?? []) {
      // What a description calls parameter sets may be anything.
      if (this.#roleAt(nal, 0) === 'parameter-set') this.#sets.update(nal, 0, nal.length, true);
    }
  }

  get lacks(): Lack | undefined {
    if (!this.#waitingForKeyframe) return undefined;
    if (this.#sawGradualRefresh) return 'gradual-refresh';
    return this.#sets.annexB.length === 0 ? 'parameter-sets' : 'keyframe';
  }

  push(buffer: Buffer, packet: RtpPacket, gap: boolean, arrivedAt: UtcMs): void {
    const another = this.#open && packet.timestamp !== this.#timestamp;
    if (gap) {
      // What the marker ended was complete before the gap.
      if (another && this.#lastMarked && this.#markers === 'unproven') this.#end();
      this.#damaged = true;
      this.#waitingForKeyframe = true;
      this.#fragment = 'none';
    }
    // No marker on the unit before, or it was lost: a new timestamp ends it all the same (RFC 6184 §5.1).
    if (another) this.#end();
    if (!this.#open) this.#begin(buffer, packet, gap);
    this.#arrivedAt = arrivedAt;
    this.#takePayload(buffer, packet.payloadStart, packet.payloadEnd);
    this.#lastMarked = packet.marker;
    if (!packet.marker) return;
    this.#marked += 1;
    if (this.#markers === 'honest' || !this.#hasSlice) this.#finish();
  }

  settle(now: UtcMs): void {
    const held = this.#open && this.#lastMarked && this.#markers === 'unproven';
    if (held && Math.abs(now - this.#arrivedAt) >= settleMs) this.#finish();
  }

  close(): void {
    this.#release();
    this.#waitingForKeyframe = true;
  }

  #begin(buffer: Buffer, packet: RtpPacket, gap: boolean): void {
    this.#open = true;
    this.#timestamp = packet.timestamp;
    this.#damaged = gap && !this.#beginsUnit(buffer, packet);
    if (packet.timestamp === this.#finishedTimestamp && this.#continuesPicture(buffer, packet)) {
      // The rest of a picture that was handed on by its marker: from now on the timestamp decides.
      this.#markers = 'on-every-slice';
      this.#damaged = true;
    }
  }

  /** The unit is over by its timestamp: what did its markers say? */
  #end(): void {
    if (!this.#open) return;
    if (this.#hasSlice && !this.#damaged) {
      if (this.#marked > 1) this.#markers = 'on-every-slice';
      else if (this.#markers === 'unproven' && this.#lastMarked) this.#markers = 'honest';
    }
    this.#finish();
  }

  #takePayload(buffer: Buffer, start: number, end: number): void {
    if (start + this.#syntax.headerBytes > end) {
      this.#malformed();
      return;
    }
    const type = this.#syntax.typeOf(buffer, start);
    const structure = this.#syntax.structureOf(type);
    if (this.#fragment !== 'none' && structure !== 'fragment') this.#malformed();
    if (structure === 'single') this.#takeNal(buffer, start, end);
    else if (structure === 'aggregate') this.#takeAggregate(buffer, start + this.#syntax.aggregateHeaderBytes, end);
    else if (structure === 'fragment') this.#takeFragment(buffer, start, end);
    else this.#counters.foreignPackets += 1;
  }

  /** STAP-A (RFC 6184 §5.7.1) and AP (RFC 7798 §4.4.2): NAL units, each after its 16-bit size. */
  #takeAggregate(buffer: Buffer, start: number, end: number): void {
    let at = start;
    while (at < end) {
      const size = at + 2 > end ? 0 : buffer.readUInt16BE(at);
      if (size < this.#syntax.headerBytes || at + 2 + size > end) {
        this.#malformed();
        return;
      }
      this.#takeNal(buffer, at + 2, at + 2 + size);
      at += 2 + size;
    }
  }

  /** FU-A (RFC 6184 §5.8) and FU (RFC 7798 §4.4.3): a header with start, end and type, then a piece of the NAL unit. */
  #takeFragment(buffer: Buffer, start: number, end: number): void {
    const dataAt = start + this.#syntax.fragmentHeaderBytes;
    if (dataAt >= end) {
      this.#malformed();
      return;
    }
    const header = buffer[dataAt - 1] ?? 0;
    const isStart = (header & 0x80) !== 0;
    if (isStart === (this.#fragment !== 'none')) {
      // A start inside a run, or a piece without a start. After a loss this is expected and was counted there.
      if (!this.#damaged) this.#malformed();
      if (!isStart) return;
    }
    if (isStart) this.#startFragment(buffer, start, dataAt, end, header);
    else if (this.#copies(this.#fragmentRole)) this.#append(buffer, dataAt, end);
    else this.#unit.pass(end - dataAt);
    if ((header & 0x40) === 0) return;
    const whole = this.#fragment === 'whole';
    this.#fragment = 'none';
    if (!whole || this.#damaged) return;
    const nalAt = this.#fragmentAt + 4;
    if (!this.#take(this.#fragmentRole, this.#unit.bytes, nalAt, this.#unit.length)) this.#unit.cut(this.#fragmentAt);
  }

  #startFragment(buffer: Buffer, start: number, dataAt: number, end: number, header: number): void {
    const role = this.#syntax.roleOf(this.#syntax.fragmentType(header));
    this.#fragmentRole = role;
    this.#fragment = isSlice(role) ? 'slice' : 'whole';
    if (isSlice(role)) this.#takeSlice(role, buffer, dataAt - this.#syntax.headerBytes, end);
    this.#fragmentAt = this.#unit.length;
    const nalHeader = this.#syntax.fragmentNalHeader(buffer, start);
    if (!this.#copies(role)) this.#unit.pass(4 + this.#syntax.headerBytes + end - dataAt);
    else if (!this.#unit.startNal(nalHeader, this.#syntax.headerBytes)) this.#malformed();
    else this.#append(buffer, dataAt, end);
  }

  #takeNal(buffer: Buffer, start: number, end: number): void {
    const role = this.#roleAt(buffer, start);
    if (this.#damaged || !this.#take(role, buffer, start, end)) return;
    if (!this.#copies(role)) this.#unit.pass(4 + end - start);
    else if (!this.#unit.addNal(buffer, start, end)) this.#malformed();
  }

  /** Notes what a whole NAL unit means for the access unit; false when it does not belong into its bytes. */
  #take(role: NalRole, buffer: Buffer, start: number, end: number): boolean {
    if (isSlice(role)) {
      this.#takeSlice(role, buffer, start, end);
      return true;
    }
    if (role === 'parameter-set') {
      if (!this.#sets.update(buffer, start, end)) this.#malformed();
      this.#hasSets = true;
      return false;
    }
    if (role === 'sei' && this.#recovery === 'none') {
      this.#recovery = this.#syntax.recoveryPointOf(buffer, start, end);
    }
    return role === 'sei' || role === 'other';
  }

  /** The first slice tells the picture's kind, and with it whether its bytes are worth a copy. */
  #takeSlice(role: NalRole, buffer: Buffer, start: number, end: number): void {
    const intra = this.#recovery === 'here' && this.#syntax.isIntraSlice(buffer, start, end);
    const kind = role === 'keyframe' || role === 'open-keyframe' || intra ? 'keyframe' : 'inter';
    if (this.#hasSlice) {
      if (kind === 'inter') this.#kind = 'inter';
      return;
    }
    this.#hasSlice = true;
    this.#kind = kind;
    this.#openGop = role === 'open-keyframe' || intra;
    this.#leading = role === 'leading';
    this.#passing = this.#undecodable() || !this.#sink.wanted(kind);
  }

  #undecodable(): boolean {
    if (this.#leading && this.#dropLeading) return true;
    return this.#waitingForKeyframe && (this.#kind !== 'keyframe' || this.#sets.annexB.length === 0);
  }

  #copies(role: NalRole): boolean {
    return !this.#damaged && !(this.#passing && isSlice(role));
  }

  #append(buffer: Buffer, start: number, end: number): void {
    if (!this.#unit.append(buffer, start, end)) this.#malformed();
  }

  #malformed(): void {
    this.#counters.malformedPackets += 1;
    this.#damaged = true;
    this.#fragment = 'none';
  }

  /** The access unit is over: hand it on or count why not. */
  #finish(): void {
    if (this.#fragment !== 'none') this.#malformed();
    if (this.#damaged) {
      this.#counters.damagedUnits += 1;
      this.#waitingForKeyframe = true;
    } else if (this.#hasSlice) {
      this.#complete();
    }
    // Without a slice it held parameter sets or SEI only: some cameras send these as a unit of their own.
    if (this.#hasSlice || this.#damaged) this.#finishedTimestamp = this.#timestamp;
    this.#release();
  }

  #complete(): void {
    if (this.#undecodable()) {
      if (this.#recovery === 'gradual') this.#sawGradualRefresh = true;
      this.#counters.skippedUnits += 1;
      this.#sink.onSkipped(this.#arrivedAt);
      return;
    }
    if (this.#kind === 'keyframe') this.#keyframeCame();
    const sets = this.#kind === 'keyframe' || this.#hasSets ? this.#sets.annexB : undefined;
    if (this.#passing) {
      this.#sink.onPassed(this.#kind, this.#unit.size + (sets?.length ?? 0), this.#timestamp, this.#arrivedAt);
    } else {
      this.#sink.onPicture(this.#kind, this.#unit.copy(sets), this.#timestamp, this.#arrivedAt);
    }
  }

  #keyframeCame(): void {
    this.#dropLeading = this.#openGop && this.#waitingForKeyframe;
    this.#waitingForKeyframe = false;
    this.#sawGradualRefresh = false;
    const changes = this.#sets.spsChanges;
    if (this.#spsChangesTold !== undefined && changes !== this.#spsChangesTold) this.#counters.parameterSetChanges += 1;
    this.#spsChangesTold = changes;
  }

  #release(): void {
    this.#unit.release();
    this.#open = false;
    this.#marked = 0;
    this.#lastMarked = false;
    this.#damaged = false;
    this.#hasSlice = false;
    this.#hasSets = false;
    this.#leading = false;
    this.#recovery = 'none';
    this.#passing = false;
    this.#fragment = 'none';
  }

  #roleAt(buffer: Buffer, at: number): NalRole {
    return this.#syntax.roleOf(this.#syntax.typeOf(buffer, at));
  }

  /** Whether a packet can only be the first of its access unit (H.264 §7.4.1.2.3, H.265 §7.4.2.4.4): none of it was lost. */
  #beginsUnit(buffer: Buffer, packet: RtpPacket): boolean {
    const role = this.#roleAt(buffer, this.#firstNalAt(buffer, packet));
    return role === 'parameter-set' || role === 'delimiter';
  }

  /** Whether a packet begins with a slice that is not the first of its picture. */
  #continuesPicture(buffer: Buffer, packet: RtpPacket): boolean {
    const { headerBytes, fragmentHeaderBytes } = this.#syntax;
    const at = packet.payloadStart;
    const structure = this.#syntax.structureOf(this.#syntax.typeOf(buffer, at));
    const isFragment = structure === 'fragment';
    const fragmentType = this.#syntax.fragmentType(buffer[at + fragmentHeaderBytes - 1] ?? 0);
    const nalAt = this.#firstNalAt(buffer, packet);
    const dataAt = isFragment ? at + fragmentHeaderBytes : nalAt + headerBytes;
    if (dataAt >= packet.payloadEnd) return false;
    // first_mb_in_slice is ue(v), where a first bit of one is zero; first_slice_segment_in_pic_flag is that bit itself.
    return (
      isSlice(isFragment ? this.#syntax.roleOf(fragmentType) : this.#roleAt(buffer, nalAt)) &&
      isContinued(buffer, dataAt)
    );
  }

  #firstNalAt(buffer: Buffer, packet: RtpPacket): number {
    const at = packet.payloadStart;
    const aggregate = this.#syntax.structureOf(this.#syntax.typeOf(buffer, at)) === 'aggregate';
    return aggregate ? at + this.#syntax.aggregateHeaderBytes + 2 : at;
  }
}

function isSlice(role: NalRole): boolean {
  return role === 'keyframe' || role === 'open-keyframe' || role === 'inter' || role === 'leading';
}

function isContinued(buffer: Buffer, sliceDataAt: number): boolean {
  return ((buffer[sliceDataAt] ?? 0) & 0x80) === 0;
}
