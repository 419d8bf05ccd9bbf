import type { UtcMs } from '../../domain/ids.ts';
import type { RtpPacket } from './rtp-packet.ts';

/** Takes one complete coded picture; `data` is its own copy. */
export type OnPicture = (keyframe: boolean, data: Buffer, rtpTimestamp: number, arrivedAt: UtcMs) => void;

/** Puts the pictures of one codec together again from RTP payloads. */
export interface Depacketizer {
  /** Takes an accepted packet; `gap`: packets before it are missing. */
  push(buffer: Buffer, packet: RtpPacket, gap: boolean, arrivedAt: UtcMs): void;
  /** Drops what is half put together and gives its memory back. */
  close(): void;
}
