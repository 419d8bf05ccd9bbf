import type { UtcMs } from '../../domain/ids.ts';
import type { Depacketizer, Lack, PictureSink, UnitKind } from './depacketizer.ts';
import type { IngestCounters } from './ingest-counters.ts';
import {
  beginsUnit,
  continuesPicture,
  isSlice,
  type NalPayloadHandler,
  NalPayloadReader,
  roleAt,
} from './nal-payload.ts';
import type { NalRole, NalSyntax, RecoveryPoint } from './nal-syntax.ts';
import { ParameterSets } from './parameter-sets.ts';
import type { RtpPacket } from './rtp-packet.ts';
import { type ScratchPool, sharedScratch } from './scratch-pool.ts';
import { UnitBuffer } from './unit-buffer.ts';

/** How far the marker bit is believed to end a picture (RFC 6184 §5.1: only where the sender is known to set it right). */
type MarkerTrust = 'unproven' | 'honest' | 'on-every-slice';

/** A picture that waits for proof of its marker is handed on after this long without a packet. */
const settleMs = 40;

/**
 * H.264 and H.265 over RTP to access units in Annex B. A picture of which a part is missing is dropped, and so is all
 * that follows up to the next keyframe. Parameter sets are taken out of the stream, kept up to date and put before every
 * keyframe; delimiters and filler are left out. What nobody wants, or cannot be decoded, is followed but not copied.
 */
export class NalDepacketizer implements Depacketizer, NalPayloadHandler {
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
  readonly #payload: NalPayloadReader;
  /** Where the fragmented NAL unit begins in the unit's buffer, where it is copied. */
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
    this.#payload = new NalPayloadReader(options.syntax, this);
    this.#unit = new UnitBuffer(options.pool ?? sharedScratch);
    this.#sets = new ParameterSets(options.syntax.setKinds, options.syntax.identifySet);
    for (const nal of options.parameterSets ?? []) {
      // What a description calls parameter sets may be anything.
      if (roleAt(options.syntax, nal, 0) === 'parameter-set') this.#sets.update(nal, 0, nal.length, true);
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
      this.#payload.reset();
    }
    // No marker on the unit before, or it was lost: a new timestamp ends it all the same (RFC 6184 §5.1).
    if (another) this.#end();
    if (!this.#open) this.#begin(buffer, packet, gap);
    this.#arrivedAt = arrivedAt;
    this.#payload.read(buffer, packet.payloadStart, packet.payloadEnd, this.#damaged);
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

  onNal(role: NalRole, buffer: Buffer, start: number, end: number): void {
    if (this.#damaged || !this.#take(role, buffer, start, end)) return;
    if (!this.#copies(role)) this.#unit.pass(4 + end - start);
    else if (!this.#unit.addNal(buffer, start, end)) this.onMalformed();
  }

  onFragmentStart(role: NalRole, nalHeader: number, buffer: Buffer, start: number, end: number): void {
    const { headerBytes } = this.#syntax;
    this.#fragmentRole = role;
    // A slice is looked at by its beginning; other NAL units when they are whole.
    if (isSlice(role)) this.#takeSlice(role, buffer, start - headerBytes, end);
    this.#fragmentAt = this.#unit.length;
    if (!this.#copies(role)) this.#unit.pass(4 + headerBytes + end - start);
    else if (!this.#unit.startNal(nalHeader, headerBytes)) this.onMalformed();
    else this.#append(buffer, start, end);
  }

  onFragmentPiece(buffer: Buffer, start: number, end: number): void {
    if (this.#copies(this.#fragmentRole)) this.#append(buffer, start, end);
    else this.#unit.pass(end - start);
  }

  onFragmentEnd(): void {
    const role = this.#fragmentRole;
    if (isSlice(role) || this.#damaged) return;
    if (!this.#take(role, this.#unit.bytes, this.#fragmentAt + 4, this.#unit.length)) this.#unit.cut(this.#fragmentAt);
  }

  onMalformed(): void {
    this.#counters.malformedPackets += 1;
    this.#damaged = true;
    this.#payload.reset();
  }

  onUnsupported(): void {
    this.#counters.foreignPackets += 1;
  }

  #begin(buffer: Buffer, packet: RtpPacket, gap: boolean): void {
    this.#open = true;
    this.#timestamp = packet.timestamp;
    this.#damaged = gap && !beginsUnit(this.#syntax, buffer, packet);
    if (packet.timestamp === this.#finishedTimestamp && continuesPicture(this.#syntax, buffer, packet)) {
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

  /** Notes what a whole NAL unit means for the access unit; false when it does not belong into its bytes. */
  #take(role: NalRole, buffer: Buffer, start: number, end: number): boolean {
    if (isSlice(role)) {
      this.#takeSlice(role, buffer, start, end);
      return true;
    }
    if (role === 'parameter-set') {
      if (!this.#sets.update(buffer, start, end)) this.onMalformed();
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
    if (!this.#unit.append(buffer, start, end)) this.onMalformed();
  }

  /** The access unit is over: hand it on or count why not. */
  #finish(): void {
    if (this.#payload.fragmentOpen) this.onMalformed();
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
    this.#payload.reset();
  }
}
