/** The fields of an RTP packet that we use, and where its payload lies; one object is filled again and again. */
export interface RtpPacket {
  marker: boolean;
  payloadType: number;
  sequence: number;
  timestamp: number;
  ssrc: number;
  /** The payload is `buffer[payloadStart, payloadEnd)` of the buffer that was read. */
  payloadStart: number;
  payloadEnd: number;
}

/** An empty packet to read into. */
export function createRtpPacket(): RtpPacket {
  return { marker: false, payloadType: 0, sequence: 0, timestamp: 0, ssrc: 0, payloadStart: 0, payloadEnd: 0 };
}

const fixedHeaderBytes = 12;

/** Reads `buffer[start, end)` as RTP (RFC 3550 §5.1) into `packet`; false when it is truncated or not version 2. */
export function readRtpPacket(buffer: Buffer, start: number, end: number, packet: RtpPacket): boolean {
  if (end - start < fixedHeaderBytes) return false;
  const first = buffer[start] ?? 0;
  if (first >> 6 !== 2) return false;
  const second = buffer[start + 1] ?? 0;
  let payloadStart = start + fixedHeaderBytes + 4 * (first & 0x0f);
  if ((first & 0x10) !== 0) {
    // Header extension: profile (2), length in words (2), words (RFC 3550 §5.3.1).
    if (payloadStart + 4 > end) return false;
    payloadStart += 4 + 4 * buffer.readUInt16BE(payloadStart + 2);
  }
  let payloadEnd = end;
  if ((first & 0x20) !== 0) {
    const padding = buffer[end - 1] ?? 0;
    if (padding === 0) return false;
    payloadEnd -= padding;
  }
  if (payloadStart > payloadEnd) return false;
  packet.marker = (second & 0x80) !== 0;
  packet.payloadType = second & 0x7f;
  packet.sequence = buffer.readUInt16BE(start + 2);
  packet.timestamp = buffer.readUInt32BE(start + 4);
  packet.ssrc = buffer.readUInt32BE(start + 8);
  packet.payloadStart = payloadStart;
  packet.payloadEnd = payloadEnd;
  return true;
}
