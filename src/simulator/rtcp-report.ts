/** Seconds from 1900-01-01 (NTP) to 1970-01-01. */
const ntpToUnixSeconds = 2_208_988_800;
const cname = Buffer.from('maplebridge-camera');

/** What a sender report says. */
export interface SenderReport {
  readonly channel: number;
  readonly ssrc: number;
  readonly utcMs: number;
  readonly rtpTimestamp: number;
  readonly packets: number;
  readonly bytes: number;
}

/** A sender report with its SDES CNAME, framed for the RTSP connection (RFC 3550 §6.1, §6.4.1, §6.5). */
export function senderReport(report: SenderReport): Buffer {
  const packet = Buffer.alloc(28);
  packet.writeUInt32BE(0x80c80006, 0);
  packet.writeUInt32BE(report.ssrc, 4);
  const seconds = Math.floor(report.utcMs / 1000);
  packet.writeUInt32BE((seconds + ntpToUnixSeconds) % 2 ** 32, 8);
  packet.writeUInt32BE(Math.floor(((report.utcMs - seconds * 1000) / 1000) * 2 ** 32), 12);
  packet.writeUInt32BE(report.rtpTimestamp >>> 0, 16);
  packet.writeUInt32BE(report.packets >>> 0, 20);
  packet.writeUInt32BE(report.bytes >>> 0, 24);
  return frame(report.channel, Buffer.concat([packet, description(report.ssrc)]));
}

/** The source ends (RFC 3550 §6.6). */
export function goodbye(channel: number, ssrc: number): Buffer {
  const packet = Buffer.alloc(16);
  packet.writeUInt32BE(0x80c90001, 0);
  packet.writeUInt32BE(ssrc, 4);
  packet.writeUInt32BE(0x81cb0001, 8);
  packet.writeUInt32BE(ssrc, 12);
  return frame(channel, packet);
}

function description(ssrc: number): Buffer {
  const itemBytes = Math.ceil((2 + cname.length + 1) / 4) * 4;
  const packet = Buffer.alloc(8 + itemBytes);
  packet.writeUInt16BE(0x81ca, 0);
  packet.writeUInt16BE(1 + itemBytes / 4, 2);
  packet.writeUInt32BE(ssrc, 4);
  packet[8] = 1;
  packet[9] = cname.length;
  cname.copy(packet, 10);
  return packet;
}

function frame(channel: number, packet: Buffer): Buffer {
  const head = Buffer.from([0x24, channel, 0, 0]);
  head.writeUInt16BE(packet.length, 2);
  return Buffer.concat([head, packet]);
}
