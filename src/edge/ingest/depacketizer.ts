import type { UtcMs } from '../../domain/ids.ts';
import type { RtpPacket } from './rtp-packet.ts';

/** What a picture is to a consumer: it decodes alone, or needs those before it. */
export type UnitKind = 'keyframe' | 'inter';

/** What a stream lacks that keeps its pictures from being handed on. */
export type Lack = 'keyframe' | 'gradual-refresh' | 'parameter-sets';

/** Who takes the pictures of one track. */
export interface PictureSink {
  /** Asked once a picture, as soon as its kind is known; when false not one byte more of it is copied. */
  wanted(kind: UnitKind): boolean;
  /** One complete coded picture; `data` is its own copy. */
  onPicture(kind: UnitKind, data: Buffer, rtpTimestamp: number, arrivedAt: UtcMs): void;
  /** One complete coded picture of so many bytes that was not wanted. */
  onPassed(kind: UnitKind, bytes: number, rtpTimestamp: number, arrivedAt: UtcMs): void;
  /** One complete picture that cannot be decoded, because of what `lacks` says. */
  onSkipped(arrivedAt: UtcMs): void;
}

/** Puts the pictures of one codec together again from RTP payloads. */
export interface Depacketizer {
  /** What keeps pictures from being handed on, while something does. */
  readonly lacks: Lack | undefined;
  /** Takes an accepted packet; `gap`: packets before it are missing. */
  push(buffer: Buffer, packet: RtpPacket, gap: boolean, arrivedAt: UtcMs): void;
  /** Time has passed without a packet: hands on a picture that only waited for the next one to prove it complete. */
  settle(now: UtcMs): void;
  /** Drops what is half put together and gives its memory back. */
  close(): void;
}
