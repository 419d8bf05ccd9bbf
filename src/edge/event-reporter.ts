import type { AccessUnit } from '../domain/access-unit.ts';
import type { AlertDraft, EvidenceRef, Provenance } from '../domain/alert.ts';
import type { CameraPlace } from '../domain/camera.ts';
import type { Detection } from '../domain/detection.ts';
import type { Frame, Hop } from '../domain/frame.ts';
import type { AlertId, IncidentId, UtcMs } from '../domain/ids.ts';
import type { Picture } from '../domain/picture.ts';
import { recordableBox } from '../domain/recordable-track.ts';
import type { RedactionFacts } from '../domain/redaction.ts';
import type { OpenIncident, SceneEvent } from '../domain/scene-event.ts';
import type { SceneId } from '../domain/scene-id.ts';
import type { Clock } from '../lib/clock.ts';
import { messageOf } from '../lib/errors.ts';
import type { Logger } from '../lib/log.ts';
import type { AlertWriter } from './alert/alert-writer.ts';
import type { StartFrame } from './alert/start-frames.ts';
import type { IncidentMerger, MergedReport } from './incident-merger.ts';
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
  /** Of an event that is raised: the picture of the moment its condition began, where it was kept. */
  readonly start?: StartFrame | undefined;
}

/** What the reporter needs. */
export interface EventReporterOptions {
  readonly camera: CameraPlace;
  readonly versions: { readonly configVersion: string; readonly softwareVersion: string };
  /** Named where an event has no detection of its own: cleared, or taken up again. */
  readonly fallbackModel: NamedModel;
  readonly alerts: Pick<AlertWriter, 'write'>;
  /** Shared by the node’s cameras. */
  readonly merger: IncidentMerger;
  /** How often a scene of the camera tells of what it still sees. */
  readonly updateEveryMs: (scene: SceneId) => number;
  /** Makes the clip around a moment; undefined where none comes about. It must not reject. Absent: no clips. */
  readonly clip?: (at: UtcMs, about: RedactionFacts) => Promise<EvidenceRef | undefined>;
  readonly newAlertId: () => AlertId;
  /** Stores an alert for delivery; it must not throw. */
  readonly store: (draft: AlertDraft) => void;
  readonly clock: Clock;
  readonly log: Logger;
  readonly metrics: PipelineMetrics;
}

/** What is kept of a camera’s incident while it is open, and until its clip is there. */
interface Reported {
  model: NamedModel;
  /** The last alert. */
  draft: AlertDraft | undefined;
  /** What was last told of it, as all cameras together see it. */
  merged: MergedReport | undefined;
}

/**
 * Makes one camera's scene events alerts: with the trace of the frame that raised the incident, and the model that saw it.
 * The clip of an incident follows in an alert of its own as soon as it is complete.
 */
export class EventReporter {
  readonly #options: EventReporterOptions;
  readonly #incidents = new Map<IncidentId, Reported>();
  /** The report under way. */
  #reporting: Promise<unknown> = Promise.resolve();

  constructor(options: EventReporterOptions) {
    this.#options = options;
  }

  /** Incidents from before a restart keep their trace; before the first report. */
  resume(open: readonly OpenIncident[]): void {
    const { camera, merger, updateEveryMs, fallbackModel: model } = this.#options;
    merger.resume(camera.id, open, updateEveryMs);
    for (const { incidentId } of open) this.#incidents.set(incidentId, { model, draft: undefined, merged: undefined });
  }

  async report(event: SceneEvent, look: ReportedLook): Promise<void> {
    const { camera, merger, updateEveryMs, log } = this.#options;
    const reported = this.#remember(event, look.detections);
    // The picture at full size is lent for the look.
    const kept = { ...look, evidence: undefined };
    const merged = merger.report(event, camera.id, {
      updateEveryMs: updateEveryMs(event.scene),
      later: (late, at) =>
        this.#tellLate({ ...event, observedAt: Math.max(at, event.observedAt) }, kept, late, reported),
    });
    if (merged === undefined) {
      log.info({ scene: event.scene, incident: event.incidentId }, 'gone here: the other cameras that saw it decide');
      return;
    }
    await this.#tell(event, look, merged, reported);
    if (event.phase !== 'raised') return;
    this.#addClip(look.at, aboutOf(event, look), reported).catch((error: unknown) =>
      log.error({ reason: messageOf(error) }, 'clip not told'),
    );
  }

  async #tell(event: SceneEvent, look: ReportedLook, merged: MergedReport, reported: Reported): Promise<void> {
    reported.merged = merged;
    const reporting = this.#report({ ...event, ...told(merged) }, look, merged, reported).finally(merged.stored);
    this.#reporting = reporting.catch(() => {});
    await reporting;
  }

  /** No other camera sees it any more, and this one’s clearing is what there is to tell. */
  #tellLate(event: SceneEvent, look: ReportedLook, merged: MergedReport, reported: Reported): void {
    const { log } = this.#options;
    this.#tell(event, look, merged, reported).catch((error: unknown) =>
      log.error({ reason: messageOf(error), incident: merged.incidentId }, 'clearing not told'),
    );
  }

  async #report(event: SceneEvent, look: ReportedLook, merged: MergedReport, reported: Reported): Promise<void> {
    const { camera, versions, alerts } = this.#options;
    const { unit, at: observedAt, hops, evidence, start } = look;
    const { traceparent } = merged;
    const frame: Frame = { cameraId: camera.id, accessUnit: unit, picture: evidence, observedAt, hops, traceparent };
    const provenance = { model: reported.model, ...versions };
    const { seen } = aboutOf(event, look);
    const draft = await alerts.write(event, { frame, camera, provenance, seen, ...(start !== undefined && { start }) });
    await merged.raised;
    reported.draft = draft;
    this.#store(draft);
  }

  /** In an alert that repeats the incident’s last one: it raises nothing, and opens nothing that is cleared. */
  async #addClip(at: UtcMs, about: RedactionFacts, reported: Reported): Promise<void> {
    const { clip, clock, newAlertId } = this.#options;
    const file = await clip?.(at, about);
    if (file === undefined) return;
    await this.#reporting;
    const fate = await reported.merged?.fate();
    const { draft } = reported;
    // Nobody watches it any more, and nobody has told that it is over: a repeat must not be the one to do so.
    if (draft === undefined || fate === undefined || fate === 'forgotten') return;
    this.#store({
      ...draft,
      alertId: newAlertId(),
      phase: fate === 'open' ? 'updated' : 'cleared',
      evidence: [file],
      trace: { ...draft.trace, hops: [...draft.trace.hops, { stage: 'clip', at: clock.now() }] },
    });
  }

  #store(draft: AlertDraft): void {
    const { store, log, metrics } = this.#options;
    const { scene, phase, incidentId: incident } = draft;
    store(draft);
    metrics.alerts.inc({ scene, phase });
    log.info({ scene, phase, incident }, 'alert');
  }

  #remember(event: SceneEvent, detections: readonly Detection[]): Reported {
    const known = this.#incidents.get(event.incidentId);
    // The tracker hands a detection's box on as it is, and scenes are shown it as it is recorded.
    const seen = detections.find(({ box }) => {
      const shown = recordableBox(box);
      return event.subjects.some((subject) => subject.box.every((side, index) => side === shown[index]));
    })?.run;
    const model = seen === undefined ? known?.model : { id: seen.modelId, sha256: seen.modelSha256 };
    const reported = known ?? { model: this.#options.fallbackModel, draft: undefined, merged: undefined };
    reported.model = model ?? reported.model;
    if (event.phase === 'cleared') this.#incidents.delete(event.incidentId);
    else this.#incidents.set(event.incidentId, reported);
    return reported;
  }
}

function aboutOf({ scene, subjects }: SceneEvent, { detections }: ReportedLook): RedactionFacts {
  return { scene, subjects, seen: detections };
}

function told({ incidentId, phase }: MergedReport): Pick<SceneEvent, 'incidentId' | 'phase'> {
  return { incidentId, phase };
}
