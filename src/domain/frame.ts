import type { AccessUnit } from './access-unit.ts';
import type { CameraId, UtcMs } from './ids.ts';
import type { Picture } from './picture.ts';

/** A stage an alert passed and when (node or desk clock); together they are the alert's trace. */
export interface Hop {
  readonly stage: string;
  readonly at: UtcMs;
}

/** One looked-at picture on its way through the pipeline; the trace is born here. */
export interface Frame {
  readonly cameraId: CameraId;
  /** The coded keyframe: kept so that evidence can be decoded at full size later. */
  readonly accessUnit: AccessUnit;
  /** At full size, where the unit alone does not decode. */
  readonly picture: Picture | undefined;
  /** On the node's clock: cameras' own clocks are often wrong by hours; theirs is kept in the access unit. */
  readonly observedAt: UtcMs;
  /** W3C trace context, level 1. */
  readonly traceparent: string;
  readonly hops: readonly Hop[];
}
