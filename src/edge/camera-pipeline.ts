import type { AccessUnit } from '../domain/access-unit.ts';
import type { AlertDraft, Provenance } from '../domain/alert.ts';
import type { CameraPlace } from '../domain/camera.ts';
import type { Detection, ModelRun } from '../domain/detection.ts';
import type { Frame, Hop } from '../domain/frame.ts';
import type { IncidentId, UtcMs } from '../domain/ids.ts';
import type { Picture, PictureSpec } from '../domain/picture.ts';
import type { OpenIncident, SceneEvent } from '../domain/scene-event.ts';
import type { Track } from '../domain/track.ts';
import { BoundedQueue } from '../lib/bounded-queue.ts';
import type { Clock } from '../lib/clock.ts';
import { messageOf } from '../lib/errors.ts';
import type { Logger } from '../lib/log.ts';
import { newTraceparent } from '../lib/trace-context.ts';
import { FrameClock } from './frame-clock.ts';
import type { PipelineMetrics } from './pipeline-metrics.ts';

/** What the pipeline needs of the stages; each is the stage's own class in production. */
export interface PipelineStages {
  decode(
    unit: AccessUnit,
    spec: PictureSpec,
  ): Promise<{ ok: true; picture: Picture } | { ok: false; reason: string; detail: string }>;
  readonly detector: {
    readonly model: { readonly id: string; readonly sha256: Provenance['model']['sha256'] };
    readonly input: PictureSpec;
    detect(pictures: readonly Picture[]): Promise<readonly { detections: readonly Detection[]; run: ModelRun }[]>;
  };
  readonly tracker: { update(detections: readonly Detection[], at: UtcMs): readonly Track[] };
  readonly scenes: { update(look: { at: UtcMs; tracks: readonly Track[] }): readonly SceneEvent[] };
  readonly alerts: {
    write(
      event: SceneEvent,
      context: { frame: Frame; camera: CameraPlace; provenance: Omit<Provenance, 'ruleVersion'> },
    ): Promise<AlertDraft>;
  };
  /** Stores an alert for delivery; it must not throw. */
  store(draft: AlertDraft): void;
}

/**
 * One camera's way from keyframe to stored alert. Looks are taken one at a time and in order, so each camera's
 * state has one owner; a look that comes while the one before is still at work waits, and the older of two
 * waiting ones is dropped and counted.
 */
export class CameraPipeline {
  readonly #camera: CameraPlace;
  readonly #stages: PipelineStages;
  readonly #versions: { readonly configVersion: string; readonly softwareVersion: string };
  readonly #clock: Clock;
  readonly #log: Logger;
  readonly #metrics: PipelineMetrics;
  readonly #frameClock = new FrameClock();
  readonly #waiting = new BoundedQueue<AccessUnit>(1, 'drop-oldest');
  /** The trace of an incident is that of the frame that raised it. */
  readonly #traces = new Map<IncidentId, string>();
  #work: Promise<void> | undefined;
  #closed = false;

  constructor(options: {
    camera: CameraPlace;
    stages: PipelineStages;
    versions: { readonly configVersion: string; readonly softwareVersion: string };
    clock: Clock;
    log: Logger;
    metrics: PipelineMetrics;
  }) {
    this.#camera = options.camera;
    this.#stages = options.stages;
    this.#versions = options.versions;
    this.#clock = options.clock;
    this.#log = options.log.child({ camera: options.camera.id });
    this.#metrics = options.metrics;
  }

  /** Incidents from before a restart keep their trace; before the first access unit. */
  resume(open: readonly OpenIncident[]): void {
    for (const { incidentId, traceparent } of open) this.#traces.set(incidentId, traceparent);
  }

  /** Takes an access unit; everything but keyframes is only counted. Never throws, never blocks. */
  push(unit: AccessUnit): void {
    this.#metrics.accessUnits.inc();
    if (!unit.keyframe || this.#closed) return;
    const dropped = this.#waiting.dropped;
    this.#waiting.push(unit);
    this.#metrics.looksDropped.inc(this.#waiting.dropped - dropped);
    this.#work ??= this.#drain();
  }

  /** Finishes the look in progress and takes no more. */
  async close(): Promise<void> {
    this.#closed = true;
    this.#waiting.drain();
    await this.#work;
  }

  async #drain(): Promise<void> {
    for (let unit = this.#waiting.shift(); unit !== undefined; unit = this.#waiting.shift()) {
      try {
        await this.#look(unit);
      } catch (error) {
        // A model that fails takes this look, not the node; the next keyframe is tried again.
        this.#metrics.looks.inc({ result: 'failed' });
        this.#log.warn({ error: messageOf(error) }, 'look failed');
      }
    }
    this.#work = undefined;
  }

  async #look(unit: AccessUnit): Promise<void> {
    const hops: Hop[] = [{ stage: 'received', at: unit.receivedAt }];
    const pass = (stage: string) => hops.push({ stage, at: this.#clock.now() });
    const { detector, tracker, scenes } = this.#stages;

    const decoded = await this.#stages.decode(unit, detector.input);
    if (!decoded.ok) {
      this.#metrics.looks.inc({ result: decoded.reason });
      this.#log.debug({ reason: decoded.reason, detail: decoded.detail }, 'keyframe not decoded');
      return;
    }
    pass('decoded');

    const [found] = await detector.detect([decoded.picture]);
    pass('detected');

    const at = this.#frameClock.timeOf(unit);
    const tracks = tracker.update(found?.detections ?? [], at);
    const events = scenes.update({ at, tracks });
    pass('decided');

    this.#metrics.looks.inc({ result: 'ok' });
    this.#metrics.lookSeconds.observe((this.#clock.now() - unit.receivedAt) / 1000);
    const frame = { cameraId: this.#camera.id, accessUnit: unit, picture: decoded.picture, observedAt: at, hops };
    for (const event of events) await this.#report(event, { ...frame, traceparent: this.#traceOf(event) });
  }

  #traceOf(event: SceneEvent): string {
    const trace = this.#traces.get(event.incidentId) ?? newTraceparent();
    if (event.phase === 'cleared') this.#traces.delete(event.incidentId);
    else this.#traces.set(event.incidentId, trace);
    return trace;
  }

  async #report(event: SceneEvent, frame: Frame): Promise<void> {
    const { detector, alerts } = this.#stages;
    const provenance = { model: { id: detector.model.id, sha256: detector.model.sha256 }, ...this.#versions };
    const draft = await alerts.write(event, { frame, camera: this.#camera, provenance });
    this.#stages.store(draft);
    this.#metrics.alerts.inc({ scene: event.scene, phase: event.phase });
    this.#log.info({ scene: event.scene, phase: event.phase, incident: event.incidentId }, 'alert');
  }
}
