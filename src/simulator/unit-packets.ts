import type { Clip } from './clip.ts';

/** RTP payload type of the simulator's video (RFC 3551 §6, dynamic). */
export const payloadType = 96;
/** Largest RTP payload: what fits an Ethernet frame with room for a tunnel. */
const maxPayloadBytes = 1400;
/** `$`, channel, length (RFC 2326 §10.12), then the RTP header (RFC 3550 §5.1). */
const framingBytes = 4 + 12;

/** The packets of one access unit, ready but for what differs by client: channel, sequence, timestamp and SSRC. */
export interface UnitPackets {
  readonly keyframe: boolean;
  readonly dts: number;
  readonly pts: number;
  /** Replaced by a copy when a sink still holds it. */
  bytes: Buffer;
  /** Where each packet's `$` is. */
  readonly starts: readonly number[];
}

/** Who the packets are for. */
export interface PacketAddress {
  readonly channel: number;
  readonly sequence: number;
  readonly timestamp: number;
  readonly ssrc: number;
}

/** Packs every access unit of a clip once; keyframes carry the parameter sets as cameras send them. */
export function packClip(clip: Clip): UnitPackets[] {
  return clip.units.map(({ keyframe, dts, pts, nals }) => {
    const all = keyframe ? [...clip.sps, ...clip.pps, ...nals] : nals;
    const payloads = all.flatMap(payloadsOf);
    const starts: number[] = [];
    const parts: Buffer[] = [];
    let at = 0;
    for (const [index, payload] of payloads.entries()) {
      starts.push(at);
      parts.push(framingOf(payload.length, index === payloads.length - 1), payload);
      at += framingBytes + payload.length;
    }
    return { keyframe, dts, pts, bytes: Buffer.concat(parts), starts };
  });
}

/** Writes one client's numbers into the packets, in place. */
export function stampPackets(unit: UnitPackets, address: PacketAddress): void {
  const { bytes, starts } = unit;
  let sequence = address.sequence;
  for (const start of starts) {
    bytes[start + 1] = address.channel;
    bytes.writeUInt16BE(sequence & 0xffff, start + 6);
    bytes.writeUInt32BE(address.timestamp >>> 0, start + 8);
    bytes.writeUInt32BE(address.ssrc, start + 12);
    sequence += 1;
  }
}

/** A NAL unit as it is where it fits, else as FU-A (RFC 6184 §5.6, §5.8). */
function payloadsOf(nal: Buffer): Buffer[] {
  if (nal.length <= maxPayloadBytes) return [nal];
  const header = nal[0] ?? 0;
  const payloads: Buffer[] = [];
  for (let at = 1; at < nal.length; at += maxPayloadBytes - 2) {
    const piece = nal.subarray(at, at + maxPayloadBytes - 2);
    const start = at === 1 ? 0x80 : 0;
    const end = at + piece.length === nal.length ? 0x40 : 0;
    payloads.push(Buffer.concat([Buffer.from([(header & 0xe0) | 28, start | end | (header & 0x1f)]), piece]));
  }
  return payloads;
}

function framingOf(payloadBytes: number, last: boolean): Buffer {
  const framing = Buffer.alloc(framingBytes);
  framing[0] = 0x24;
  framing.writeUInt16BE(framingBytes - 4 + payloadBytes, 2);
  framing[4] = 0x80;
  framing[5] = (last ? 0x80 : 0) | payloadType;
  return framing;
}
