/** Fields of a packet that a test cares about. */
export interface RtpFields {
  readonly sequence: number;
  readonly timestamp: number;
  readonly payload: Buffer;
  readonly marker?: boolean;
  readonly payloadType?: number;
  readonly ssrc?: number;
}

/** An RTP packet with the plain 12-byte header (RFC 3550 §5.1). */
export function rtp(fields: RtpFields): Buffer {
  const header = Buffer.alloc(12);
  header[0] = 0x80;
  header[1] = (fields.marker === true ? 0x80 : 0) | (fields.payloadType ?? 96);
  header.writeUInt16BE(fields.sequence & 0xffff, 2);
  header.writeUInt32BE(fields.timestamp >>> 0, 4);
  header.writeUInt32BE(fields.ssrc ?? 0xcafe, 8);
  return Buffer.concat([header, fields.payload]);
}

/** The packet on an RTSP connection (RFC 2326 §10.12). */
export function interleaved(channel: number, packet: Buffer): Buffer {
  const head = Buffer.from([0x24, channel, 0, 0]);
  head.writeUInt16BE(packet.length, 2);
  return Buffer.concat([head, packet]);
}

/** NAL units that are right in what a depacketiser looks at; `fill` tells their payloads apart. */
export const nal = {
  sps: (id = 0, fill = 0x1f) => Buffer.from([0x67, 0x42, 0x00, fill, id === 0 ? 0x80 : 0x40 | (id << 4), 0x11]),
  pps: (fill = 0xce) => Buffer.from([0x68, fill, 0x3c, 0x80]),
  idr: (bytes = 20, fill = 0xaa) => Buffer.concat([Buffer.from([0x65]), Buffer.alloc(bytes, fill)]),
  slice: (bytes = 10, fill = 0xbb) => Buffer.concat([Buffer.from([0x41]), Buffer.alloc(bytes, fill)]),
  sei: () => Buffer.from([0x06, 0x05, 0x01, 0x00, 0x80]),
  aud: () => Buffer.from([0x09, 0xf0]),
};

/** One STAP-A payload (RFC 6184 §5.7.1). */
export function stapA(...nals: readonly Buffer[]): Buffer {
  const parts = nals.flatMap((each) => {
    const size = Buffer.alloc(2);
    size.writeUInt16BE(each.length);
    return [size, each];
  });
  return Buffer.concat([Buffer.from([0x78]), ...parts]);
}

/** FU-A payloads of one NAL unit, in pieces of so many bytes (RFC 6184 §5.8). */
export function fuA(unit: Buffer, pieceBytes: number): Buffer[] {
  const header = unit[0] ?? 0;
  const payloads: Buffer[] = [];
  for (let at = 1; at < unit.length; at += pieceBytes) {
    const piece = unit.subarray(at, at + pieceBytes);
    const flags = (at === 1 ? 0x80 : 0) | (at + pieceBytes >= unit.length ? 0x40 : 0);
    payloads.push(Buffer.concat([Buffer.from([(header & 0xe0) | 28, flags | (header & 0x1f)]), piece]));
  }
  return payloads;
}

/** NAL units as an Annex B stream with 4-byte start codes. */
export function annexB(...nals: readonly Buffer[]): Buffer {
  return Buffer.concat(nals.flatMap((each) => [Buffer.from([0, 0, 0, 1]), each]));
}

/** A sender report that ties an RTP timestamp to a wall clock (RFC 3550 §6.4.1). */
export function senderReport(utcMs: number, rtpTimestamp: number, ssrc = 0xcafe): Buffer {
  const packet = Buffer.alloc(28);
  packet.writeUInt32BE(0x80c80006, 0);
  packet.writeUInt32BE(ssrc, 4);
  packet.writeUInt32BE(Math.floor(utcMs / 1000) + 2_208_988_800, 8);
  packet.writeUInt32BE(Math.round(((utcMs % 1000) / 1000) * 2 ** 32), 12);
  packet.writeUInt32BE(rtpTimestamp >>> 0, 16);
  return packet;
}
