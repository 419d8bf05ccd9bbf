import type { AccessUnit } from '../../domain/access-unit.ts';
import type { CameraState } from '../../domain/camera.ts';
import type { CameraId } from '../../domain/ids.ts';
import type { Service } from '../../lib/lifecycle.ts';
import type { AccessUnitRing } from './access-unit-ring.ts';
import type { IngestCounters } from './ingest-counters.ts';

/** A source of pictures, whatever it is read from. Stopped once it is not started again. */
export interface LiveCamera extends Service {
  readonly id: CameraId;
  readonly state: CameraState;
  /** What was counted, where it comes over a network; live, not to be written. */
  readonly counters?: Readonly<IngestCounters>;
  /** Its recent past, where that is kept. */
  readonly recent: AccessUnitRing | undefined;
  /** The newest picture that decodes alone. */
  latestKeyframe(): AccessUnit | undefined;
}
