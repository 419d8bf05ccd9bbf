import type { NalRole, NalSyntax } from './nal-syntax.ts';
import type { RtpPacket } from './rtp-packet.ts';

/** Who takes the NAL units of RTP payloads; all bytes lie in `buffer`, valid during the call. */
export interface NalPayloadHandler {
  onNal(role: NalRole, buffer: Buffer, start: number, end: number): void;
  /** `nalHeader` stands for the header that the fragments lack; the first piece is `buffer[start, end)`. */
  onFragmentStart(role: NalRole, nalHeader: number, buffer: Buffer, start: number, end: number): void;
  onFragmentPiece(buffer: Buffer, start: number, end: number): void;
  onFragmentEnd(): void;
  /** The payload contradicts itself; no fragment is open any more. */
  onMalformed(): void;
  /** A payload structure that is not taken. */
  onUnsupported(): void;
}

/** Takes RTP payloads apart into NAL units: single, aggregated, fragmented (RFC 6184 §5.2, RFC 7798 §4.4). */
export class NalPayloadReader {
  readonly #syntax: NalSyntax;
  readonly #handler: NalPayloadHandler;
  #fragmentOpen = false;

  constructor(syntax: NalSyntax, handler: NalPayloadHandler) {
    this.#syntax = syntax;
    this.#handler = handler;
  }

  /** A fragmented NAL unit has begun and not ended. */
  get fragmentOpen(): boolean {
    return this.#fragmentOpen;
  }

  /** What is open will not be ended. */
  reset(): void {
    this.#fragmentOpen = false;
  }

  /** Reads `buffer[start, end)`; after a loss, pieces without their start are expected. */
  read(buffer: Buffer, start: number, end: number, afterLoss: boolean): void {
    if (start + this.#syntax.headerBytes > end) {
      this.#malformed();
      return;
    }
    const structure = this.#syntax.structureOf(this.#syntax.typeOf(buffer, start));
    if (this.#fragmentOpen && structure !== 'fragment') this.#malformed();
    if (structure === 'single') this.#nal(buffer, start, end);
    else if (structure === 'aggregate') this.#aggregate(buffer, start + this.#syntax.aggregateHeaderBytes, end);
    else if (structure === 'fragment') this.#fragment(buffer, start, end, afterLoss);
    else this.#handler.onUnsupported();
  }

  #nal(buffer: Buffer, start: number, end: number): void {
    this.#handler.onNal(roleAt(this.#syntax, buffer, start), buffer, start, end);
  }

  /** STAP-A (RFC 6184 §5.7.1) and AP (RFC 7798 §4.4.2): NAL units, each after its 16-bit size. */
  #aggregate(buffer: Buffer, start: number, end: number): void {
    let at = start;
    while (at < end) {
      const size = at + 2 > end ? 0 : buffer.readUInt16BE(at);
      if (size < this.#syntax.headerBytes || at + 2 + size > end) {
        this.#malformed();
        return;
      }
      this.#nal(buffer, at + 2, at + 2 + size);
      at += 2 + size;
    }
  }

  /** FU-A (RFC 6184 §5.8) and FU (RFC 7798 §4.4.3): a header with start, end and type, then a piece of the NAL unit. */
  #fragment(buffer: Buffer, start: number, end: number, afterLoss: boolean): void {
    const dataAt = start + this.#syntax.fragmentHeaderBytes;
    if (dataAt >= end) {
      this.#malformed();
      return;
    }
    const header = buffer[dataAt - 1] ?? 0;
    const isStart = (header & 0x80) !== 0;
    if (isStart === this.#fragmentOpen) {
      // A start inside a run, or a piece without a start. After a loss this is expected and was counted there.
      if (!afterLoss) this.#malformed();
      if (!isStart) return;
    }
    if (isStart) {
      this.#fragmentOpen = true;
      const role = this.#syntax.roleOf(this.#syntax.fragmentType(header));
      const nalHeader = this.#syntax.fragmentNalHeader(buffer, start);
      this.#handler.onFragmentStart(role, nalHeader, buffer, dataAt, end);
    } else {
      this.#handler.onFragmentPiece(buffer, dataAt, end);
    }
    if ((header & 0x40) === 0 || !this.#fragmentOpen) return;
    this.#fragmentOpen = false;
    this.#handler.onFragmentEnd();
  }

  #malformed(): void {
    this.#fragmentOpen = false;
    this.#handler.onMalformed();
  }
}

/** Whether a packet can only be the first of its access unit (H.264 §7.4.1.2.3, H.265 §7.4.2.4.4): none of it was lost. */
export function beginsUnit(syntax: NalSyntax, buffer: Buffer, packet: RtpPacket): boolean {
  const role = roleAt(syntax, buffer, firstNalAt(syntax, buffer, packet));
  return role === 'parameter-set' || role === 'delimiter';
}

/** Whether a packet begins with a slice that is not the first of its picture. */
export function continuesPicture(syntax: NalSyntax, buffer: Buffer, packet: RtpPacket): boolean {
  const { headerBytes, fragmentHeaderBytes } = syntax;
  const at = packet.payloadStart;
  const isFragment = syntax.structureOf(syntax.typeOf(buffer, at)) === 'fragment';
  const fuHeader = buffer[at + fragmentHeaderBytes - 1] ?? 0;
  if (isFragment && (fuHeader & 0x80) === 0) return false;
  const nalAt = firstNalAt(syntax, buffer, packet);
  const dataAt = isFragment ? at + fragmentHeaderBytes : nalAt + headerBytes;
  const role = isFragment ? syntax.roleOf(syntax.fragmentType(fuHeader)) : roleAt(syntax, buffer, nalAt);
  // first_mb_in_slice is ue(v), where a first bit of one is zero; first_slice_segment_in_pic_flag is that bit itself.
  return isSlice(role) && dataAt < packet.payloadEnd && ((buffer[dataAt] ?? 0) & 0x80) === 0;
}

/** Whether a NAL unit is a piece of the picture itself. */
export function isSlice(role: NalRole): boolean {
  return role === 'keyframe' || role === 'open-keyframe' || role === 'inter' || role === 'leading';
}

/** Role of the NAL unit that begins at `at`. */
export function roleAt(syntax: NalSyntax, buffer: Buffer, at: number): NalRole {
  return syntax.roleOf(syntax.typeOf(buffer, at));
}

function firstNalAt(syntax: NalSyntax, buffer: Buffer, packet: RtpPacket): number {
  const at = packet.payloadStart;
  const aggregate = syntax.structureOf(syntax.typeOf(buffer, at)) === 'aggregate';
  return aggregate ? at + syntax.aggregateHeaderBytes + 2 : at;
}
