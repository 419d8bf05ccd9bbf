import type { CameraId, UtcMs } from './ids.ts';

/** Video codecs a camera may send. */
export type VideoCodec = 'h264' | 'h265' | 'mjpeg';

/** One coded picture as it came from a camera. */
export interface AccessUnit {
  readonly cameraId: CameraId;
  readonly codec: VideoCodec;
  /** True for a picture that decodes alone (H.264: IDR or an exact recovery point; H.265: IRAP; MJPEG: every one). */
  readonly keyframe: boolean;
  /** Annex B byte stream (start codes included), a keyframe starting with its parameter sets; MJPEG: a JFIF file. */
  readonly data: Buffer;
  /** 32-bit RTP timestamp as on the wire (RFC 3550 §5.1). */
  readonly rtpTimestamp: number;
  /** Presentation time since the session's first access unit, wrap-around removed. */
  readonly ptsMs: number;
  /** Wall clock of the camera from RTCP sender reports (RFC 3550 §6.4.1), where it sends them. */
  readonly ntpMs: UtcMs | undefined;
  /** Node clock when the last packet of the unit arrived. */
  readonly receivedAt: UtcMs;
  /** On a keyframe: the sizes of the pictures since the last one say that something began. */
  readonly sizeHint?: true;
}
