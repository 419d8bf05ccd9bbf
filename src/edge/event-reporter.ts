import type { AccessUnit } from '../domain/access-unit.ts';
import type { AlertDraft, Provenance } from '../domain/alert.ts';
import type { CameraPlace } from '../domain/camera.ts';
import type { Detection } from '../domain/detection.ts';
import type { Frame, Hop } from '../domain/frame.ts';
import type { IncidentId, UtcMs } from '../domain/ids.ts';
import type { Picture } from '../domain/picture.ts';
import type { OpenIncident, SceneEvent } from '../domain/scene-event.ts';
import type { Logger } from '../lib/log.ts';
import { newTraceparent } from '../lib/trace-context.ts';
import type { PipelineMetrics } from './pipeline-metrics.ts';

/** The model an alert names. */
type NamedModel = Provenance['model'];

/** The look an event comes from. */
export interface ReportedLook {
  readonly unit: AccessUnit;
  readonly at: UtcMs;
  readonly hops: readonly Hop[];
  readonly detections: readonly Detection[];
  /** The picture at full size, where the unit does not decode alone. */
  readonly evidence: Picture | undefined;
}

/** What the reporter needs. */
export interface EventReporterOptions {
  readonly camera: CameraPlace;
  readonly versions: { readonly configVersion: string; readonly softwareVersion: string };
  /** Named where an event has no detection of its own: cleared, or taken up again. */
  readonly fallbackModel: NamedModel;
  readonly alerts: {
    write(
      event: SceneEvent,
      context: { frame: Frame; camera: CameraPlace; provenance: Omit<Provenance, 'ruleVersion'> },
    ): Promise<AlertDraft>;
  };
  /** Stores an alert for delivery; it must not throw. */
  readonly store: (draft: AlertDraft) => void;
  readonly log: Logger;
  readonly metrics: PipelineMetrics;
}

/** Makes one camera's scene events alerts: with the trace of the frame that raised the incident, and the model that saw it. */
export class EventReporter {
  readonly #options: EventReporterOptions;
  readonly #incidents = new Map<IncidentId, { readonly traceparent: string; readonly model: NamedModel }>();

  constructor(options: EventReporterOptions) {
    this.#options = options;
  }

  /** Incidents from before a restart keep their trace; before the first report. */
  resume(open: readonly OpenIncident[]): void {
    const { fallbackModel: model } = this.#options;
    for (const { incidentId, traceparent } of open) this.#incidents.set(incidentId, { traceparent, model });
  }

  async report(event: SceneEvent, look: ReportedLook): Promise<void> {
    const { camera, versions, alerts, store, log, metrics } = this.#options;
    const { traceparent, model } = this.#remember(event, look.detections);
    const { unit, at: observedAt, hops, evidence } = look;
    const frame = { cameraId: camera.id, accessUnit: unit, picture: evidence, observedAt, hops, traceparent };
    const draft = await alerts.write(event, { frame, camera, provenance: { model, ...versions } });
    store(draft);
    metrics.alerts.inc({ scene: event.scene, phase: event.phase });
    log.info({ scene: event.scene, phase: event.phase, incident: event.incidentId }, 'alert');
  }

  #remember(event: SceneEvent, detections: readonly Detection[]) {
    const known = this.#incidents.get(event.incidentId);
    // The tracker hands a detection's box on as it is.
    const seen = detections.find(({ box }) => event.subjects.some((subject) => subject.box === box))?.run;
    const model = seen === undefined ? known?.model : { id: seen.modelId, sha256: seen.modelSha256 };
    const incident = {
      traceparent: known?.traceparent ?? newTraceparent(),
      model: model ?? this.#options.fallbackModel,
    };
    if (event.phase === 'cleared') this.#incidents.delete(event.incidentId);
    else this.#incidents.set(event.incidentId, incident);
    return incident;
  }
}
