/** RTP video clock (RFC 6184 §8.2.1): all times of a clip are in its ticks. */
export const clockRate = 90_000;

/** One coded picture of a clip. */
export interface ClipUnit {
  readonly keyframe: boolean;
  /** When it is sent: decoding time, 0 for the first. */
  readonly dts: number;
  /** When it is shown. */
  readonly pts: number;
  /** Without start codes or lengths. */
  readonly nals: readonly Buffer[];
}

/** An H.264 file, read once and served any number of times. */
export interface Clip {
  readonly sps: readonly Buffer[];
  readonly pps: readonly Buffer[];
  /** In decoding order; the first is a keyframe. */
  readonly units: readonly ClipUnit[];
  /** Length of one play. */
  readonly duration: number;
}
