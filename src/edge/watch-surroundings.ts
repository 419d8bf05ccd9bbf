import type { AccessUnit } from '../domain/access-unit.ts';
import type { ActivityInspector } from '../domain/activity.ts';
import type { AlertDraft } from '../domain/alert.ts';
import type { CameraId, UtcMs } from '../domain/ids.ts';
import type { LookNeeds, LookOutcome } from '../domain/look.ts';
import type { PictureFault } from '../domain/picture-condition.ts';
import type { OpenIncident } from '../domain/scene-event.ts';
import type { Clock } from '../lib/clock.ts';
import type { Logger } from '../lib/log.ts';
import type { StartFrames } from './alert/start-frames.ts';
import type { ClipSurroundings } from './camera-clips.ts';
import type { EdgeConfig } from './config.ts';
import type { DecoderPool } from './decode/decoder-pool.ts';
import type { AppearanceService } from './detect/appearance/appearance-service.ts';
import type { DetectionService } from './detect/detection-service.ts';
import type { EventReporterOptions } from './event-reporter.ts';
import type { ReferenceStore } from './health/reference-store.ts';
import type { IncidentMerger } from './incident-merger.ts';
import type { CameraMemory, RememberedCamera } from './memory/camera-memory.ts';
import type { ObservationLog } from './observe/observation-log.ts';
import type { PipelineMetrics } from './pipeline-metrics.ts';
import type { Calendar } from './scene/rule/hours.ts';

/** A camera at work, as far as its surroundings go by it; the same camera is the same object. */
export interface NamedCamera {
  readonly id: CameraId;
}

/** What all cameras of a node share. */
export interface WatchSurroundings {
  readonly config: Pick<EdgeConfig, 'track' | 'ingest' | 'looks' | 'calendar' | 'evidence' | 'gate' | 'health'>;
  readonly detection: DetectionService;
  /** Absent where none is configured. */
  readonly appearance?: AppearanceService | undefined;
  readonly decoder: DecoderPool;
  readonly inspector: Pick<ActivityInspector, 'memoryBytes'>;
  readonly calendar: Calendar;
  readonly memory: Pick<CameraMemory, 'changed'>;
  readonly observations: Pick<ObservationLog, 'look' | 'note' | 'enter' | 'leave' | 'wantsEntry'>;
  readonly alerts: EventReporterOptions['alerts'];
  readonly merger: IncidentMerger;
  readonly clips: ClipSurroundings;
  readonly store: (draft: AlertDraft) => void;
  /** After each look: what the camera asks of the next; undefined while none of its scenes can work. */
  readonly onNeeds: (camera: NamedCamera, needs: LookNeeds | undefined) => void;
  /** `heedsHints` of a camera changed. */
  readonly onHintsChanged: (camera: NamedCamera) => void;
  /** A camera's pictures cannot be trusted any more since then, or again (undefined). */
  readonly onFault: (camera: NamedCamera, fault: PictureFault | undefined, since: UtcMs | undefined) => void;
  /** What cameras usually show, over a restart; absent: it is learnt anew. */
  readonly references?: Pick<ReferenceStore, 'memoryOf' | 'forget'>;
  /** The newest picture there was of a camera; absent: none is known. */
  readonly latestKeyframe?: (camera: CameraId) => Promise<AccessUnit | undefined>;
  /** A look that the scheduler did not ask for (continuous decoding). */
  readonly onContinuousLook: (camera: NamedCamera, outcome: LookOutcome) => void;
  readonly clock: Clock;
  readonly log: Logger;
  readonly metrics: PipelineMetrics;
}

/** What a camera takes up again after a restart, or after its configuration changed. */
export interface CameraPast {
  /** Incidents that are not cleared, as the outbox has them. */
  readonly open: readonly OpenIncident[];
  readonly remembered?: RememberedCamera | undefined;
  /** Its past for the activity gate. */
  readonly gate?: SharedArrayBuffer | undefined;
  /** Pictures of the moments in which conditions under way began. */
  readonly starts?: StartFrames | undefined;
  /** What it usually shows, for its health. */
  readonly reference?: SharedArrayBuffer | undefined;
}
