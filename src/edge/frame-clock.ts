import type { AccessUnit } from '../domain/access-unit.ts';
import type { UtcMs } from '../domain/ids.ts';

/** How far the camera's pace may stray from the node's clock before it is set again: 50 ppm take hours to get there. */
const toleranceMs = 500;

/**
 * When a picture was taken, on the node's clock. Arrival times jitter by milliseconds, and at one look in two seconds
 * a dwell of 9,998 ms instead of 10,000 ms would be noticed two seconds late; so the steps between pictures are the
 * camera's own (RTP), and the node's clock says only where they start.
 */
export class FrameClock {
  #anchor: { readonly ptsMs: number; readonly at: UtcMs } | undefined;
  #lastPtsMs = Number.NEGATIVE_INFINITY;

  /** Node-clock time of a unit; units come in order. */
  timeOf(unit: AccessUnit): UtcMs {
    const restarted = unit.ptsMs < this.#lastPtsMs;
    this.#lastPtsMs = unit.ptsMs;
    const paced = this.#anchor && Math.round(this.#anchor.at + unit.ptsMs - this.#anchor.ptsMs);
    if (paced !== undefined && !restarted && Math.abs(paced - unit.receivedAt) <= toleranceMs) return paced;
    this.#anchor = { ptsMs: unit.ptsMs, at: unit.receivedAt };
    return unit.receivedAt;
  }
}
