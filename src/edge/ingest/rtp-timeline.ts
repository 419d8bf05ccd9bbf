import type { UtcMs } from '../../domain/ids.ts';

/** Turns 32-bit RTP timestamps of one session into milliseconds (RFC 3550 §5.1) and, given sender reports, into UTC. */
export class RtpTimeline {
  readonly #clockRate: number;
  /** Last timestamp without wrap-around, and the one that is time 0. */
  #unwrapped: number | undefined;
  #origin = 0;
  #offsetMs = 0;
  #report: { utcMs: UtcMs; rtpTimestamp: number } | undefined;

  constructor(clockRate: number) {
    this.#clockRate = clockRate;
  }

  /** Milliseconds since the first timestamp given; may step back a little where pictures come in coding order. */
  ptsMs(rtpTimestamp: number): number {
    if (this.#unwrapped === undefined) {
      this.#unwrapped = rtpTimestamp;
      this.#origin = rtpTimestamp;
    } else {
      this.#unwrapped += signed32(rtpTimestamp - this.#unwrapped);
    }
    return this.#offsetMs + ((this.#unwrapped - this.#origin) * 1000) / this.#clockRate;
  }

  /** The source restarted with other timestamps: the next one counts as `ptsMs`. */
  restart(ptsMs: number): void {
    this.#unwrapped = undefined;
    this.#offsetMs = ptsMs;
    this.#report = undefined;
  }

  /** A sender report tied an RTP timestamp to the camera's wall clock (RFC 3550 §6.4.1). */
  report(utcMs: UtcMs | undefined, rtpTimestamp: number): void {
    this.#report = utcMs === undefined ? undefined : { utcMs, rtpTimestamp };
  }

  /** The camera's wall clock at a timestamp; undefined before the first sender report. */
  utcMs(rtpTimestamp: number): UtcMs | undefined {
    if (this.#report === undefined) return undefined;
    return this.#report.utcMs + (signed32(rtpTimestamp - this.#report.rtpTimestamp) * 1000) / this.#clockRate;
  }
}

/** Difference of two timestamps modulo 2^32, nearest to zero; exact up to 2^53. */
function signed32(difference: number): number {
  return difference | 0;
}
