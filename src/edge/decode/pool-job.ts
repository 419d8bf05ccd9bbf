import type { CameraId } from '../../domain/ids.ts';
import type { DecodeFailure } from './decode-result.ts';
import type { SharedLane } from './shared-lane.ts';
import type { JobAnswer, WorkerJob } from './worker-messages.ts';

/** Work for a decoder thread, and whoever waits for it. */
export interface PoolJob {
  readonly id: number;
  readonly camera: CameraId;
  /** Another thread can do it as well as the one it was given to. */
  readonly movable: boolean;
  /** Puts its units into the lane and says what is to be done with them. */
  pack(lane: SharedLane): WorkerJob;
  /** The thread's answer. */
  answered(answer: JobAnswer): void;
  /** It is not going to be done. Either this or `answered`, once. */
  failed(failure: DecodeFailure): void;
}
