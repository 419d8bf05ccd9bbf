import type { CameraId } from '../../domain/ids.ts';
import type { LookResult } from './decode-result.ts';
import type { SharedLane } from './shared-lane.ts';
import type { StageMs, WorkerJob } from './worker-messages.ts';

/** Work for a decoder thread, and whoever waits for it. */
export interface PoolJob {
  readonly id: number;
  readonly camera: CameraId;
  /** Puts its units into the lane and says what is to be done with them. */
  pack(lane: SharedLane): WorkerJob;
  /** Once, with what became of it. */
  settle(result: LookResult | undefined, stages?: StageMs): void;
}
