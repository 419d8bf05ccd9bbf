import type { AccessUnit } from '../../domain/access-unit.ts';
import type { CameraState } from '../../domain/camera.ts';
import type { CameraId, UtcMs } from '../../domain/ids.ts';
import type { Clock } from '../../lib/clock.ts';
import type { Service } from '../../lib/lifecycle.ts';
import type { Logger } from '../../lib/log.ts';
import type { Metrics } from '../../lib/metrics.ts';
import type { RingLimits } from './access-unit-ring.ts';
import type { IngestCounters } from './ingest-counters.ts';
import type { LifeConfig } from './life-config.ts';
import type { CameraSource } from './source-config.ts';

/** Which of a camera's access units are handed on; the others are counted and dropped. */
export type UnitInterest = 'none' | 'keyframes' | 'all';

/** What becomes of what the sizes of pictures hint at. */
export type SizeHints = 'none' | 'told' | 'early';

/** How often keyframes are wanted. */
export interface UnitPace {
  /**
   * With interest `keyframes`: one is handed on only when the next would come later than this after the last one handed on;
   * `Infinity`: none is. Default: each is.
   */
  readonly everyMs?: number;
  /**
   * The sizes of its pictures are watched for onsets. `told`: the next keyframe that is handed on is marked with
   * `sizeHint`; `early`: and that is the very next. Default `none`.
   */
  readonly hints?: SizeHints;
}

/** One camera as ingest needs it. */
export interface IngestSource {
  readonly id: CameraId;
  readonly stream: CameraSource;
  /** What is kept of its recent past; default the pool's. */
  readonly keep?: RingLimits;
  /** Default `keyframes`. */
  readonly interest?: UnitInterest;
  /** Default: every keyframe. */
  readonly pace?: UnitPace;
}

/** Who takes what comes of the cameras. Both must not block; what they throw is counted and logged. */
export interface IngestHandler {
  /** The unit's bytes are the handler's own. */
  onAccessUnit(unit: AccessUnit): void;
  onState(camera: CameraId, state: CameraState): void;
}

/** What was dropped or lost between the sockets and the handler, since the start. */
export interface IngestDrops {
  /** Access units for which the handler was too slow; the oldest go first. */
  readonly units: number;
  /** Ingest threads that ended by themselves and were started again. */
  readonly shardRestarts: number;
}

/** All cameras of a node, wherever their sockets are. */
export interface IngestPool extends Service {
  /** State of each camera, as far as known here. */
  readonly cameras: ReadonlyMap<CameraId, CameraState>;
  readonly drops: IngestDrops;
  /**
   * Begins to connect to a camera; one that cannot be reached is a state, not an error.
   * Rejects with MB_CONFIG_INVALID when the address is none, its secret is missing, or the id is there already.
   */
  add(source: IngestSource): Promise<void>;
  /** Ends the camera's session and forgets it; resolves also when there is none of this id. */
  remove(camera: CameraId): Promise<void>;
  /** Changes what is handed on from now on; a pace that is no slower than before hands the very next keyframe on. */
  want(camera: CameraId, interest: UnitInterest, pace?: UnitPace): void;
  /**
   * The newest picture that decodes alone, for who does not want them all. Where newer ones were passed over uncopied it
   * waits for the next, up to five seconds, and else answers with the last one there is.
   */
  latestKeyframe(camera: CameraId): Promise<AccessUnit | undefined>;
  /** The kept pictures from `from` to `to` by the node's clock, beginning at a keyframe; none where none are kept. */
  clip(camera: CameraId, from: UtcMs, to: UtcMs): Promise<AccessUnit[]>;
  /** A camera's counters, in a pool of threads as of the last report. */
  counters(camera: CameraId): Readonly<IngestCounters> | undefined;
  /** Brings states and counters up to date. */
  refresh(): Promise<void>;
}

/** What every kind of pool needs. */
export interface IngestPoolOptions {
  readonly handler: IngestHandler;
  /** Pace of connecting, breaker, what is kept; over all cameras of the pool. */
  readonly life: LifeConfig;
  readonly clock: Clock;
  readonly log: Logger;
  readonly metrics?: Metrics;
}
