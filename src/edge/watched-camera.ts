import { v7 as uuidv7 } from 'uuid';
import type { AccessUnit } from '../domain/access-unit.ts';
import type { ActivityInspector } from '../domain/activity.ts';
import type { AlertDraft } from '../domain/alert.ts';
import type { CameraPlace } from '../domain/camera.ts';
import type { AlertId, CameraId, TrackId, UtcMs } from '../domain/ids.ts';
import type { LookNeeds, LookOutcome, LookPriority } from '../domain/look.ts';
import type { ObjectClass } from '../domain/object-class.ts';
import { cameraFaultScene, type PictureFault } from '../domain/picture-condition.ts';
import type { OpenIncident, SceneEvent } from '../domain/scene-event.ts';
import type { Clock } from '../lib/clock.ts';
import { messageOf } from '../lib/errors.ts';
import { canonicalJson, sha256 } from '../lib/hash.ts';
import type { Logger } from '../lib/log.ts';
import { softwareVersion } from '../lib/version.ts';
import { StartFrames } from './alert/start-frames.ts';
import { AppearanceWatch } from './appearance-watch.ts';
import { CameraAttention } from './camera-attention.ts';
import { CameraClips, type ClipSurroundings } from './camera-clips.ts';
import type { CameraConfig } from './camera-config.ts';
import { ModelsOfCamera } from './camera-detection.ts';
import { CameraFaults } from './camera-faults.ts';
import { CameraObserver } from './camera-observer.ts';
import { CameraPipeline, type LookDecode } from './camera-pipeline.ts';
import type { EdgeConfig } from './config.ts';
import { ContinuousWatch } from './continuous-watch.ts';
import type { DecoderPool } from './decode/decoder-pool.ts';
import type { AppearanceService } from './detect/appearance/appearance-service.ts';
import type { DetectionService } from './detect/detection-service.ts';
import { EventReporter, type EventReporterOptions } from './event-reporter.ts';
import { HintWorth } from './gate/hint-worth.ts';
import { referenceMemoryBytes } from './health/reference-memory.ts';
import type { ReferenceStore } from './health/reference-store.ts';
import type { IncidentMerger } from './incident-merger.ts';
import { OnDemandStream } from './ingest/on-demand-stream.ts';
import { openCamera } from './ingest/open-camera.ts';
import type { CameraMemory, RememberedCamera, RememberingCamera } from './memory/camera-memory.ts';
import type { GivenMemory } from './observation-notes.ts';
import type { ObservationLog } from './observe/observation-log.ts';
import type { PipelineMetrics } from './pipeline-metrics.ts';
import type { CameraScenes } from './scene/camera-scenes.ts';
import type { Calendar } from './scene/rule/hours.ts';
import { observedCamera, scenesOf } from './scenes-of-camera.ts';
import { createTracker } from './track/create-tracker.ts';
import type { Tracker } from './track/tracker.ts';
import { watchArea } from './watch-area.ts';

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
  readonly onNeeds: (camera: WatchedCamera, needs: LookNeeds | undefined) => void;
  /** `heedsHints` of a camera changed. */
  readonly onHintsChanged: (camera: WatchedCamera) => void;
  /** A camera's pictures cannot be trusted any more since then, or again (undefined). */
  readonly onFault: (camera: WatchedCamera, fault: PictureFault | undefined, since: UtcMs | undefined) => void;
  /** What cameras usually show, over a restart; absent: it is learnt anew. */
  readonly references?: Pick<ReferenceStore, 'memoryOf' | 'forget'>;
  /** The newest picture there was of a camera; absent: none is known. */
  readonly latestKeyframe?: (camera: CameraId) => Promise<AccessUnit | undefined>;
  /** A look that the scheduler did not ask for (continuous decoding). */
  readonly onContinuousLook: (camera: WatchedCamera, outcome: LookOutcome) => void;
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

/** One camera at work; its stream of full size is opened only for viewers. */
export class WatchedCamera implements RememberingCamera {
  readonly config: CameraConfig;
  readonly main: OnDemandStream | undefined;
  readonly scenes: CameraScenes;
  readonly continuous: ContinuousWatch;
  readonly faults: CameraFaults;
  readonly #pipeline: CameraPipeline;
  readonly #around: WatchSurroundings;
  readonly #starts: StartFrames;
  readonly #clips: CameraClips;
  readonly #tracker: Tracker;
  readonly #gate: SharedArrayBuffer;
  readonly #reference: SharedArrayBuffer;
  readonly #hints = new HintWorth();
  #lookedAt: UtcMs | undefined;
  /** Whether the last look left anything worth remembering. */
  #eventful = false;

  /** Puts the stages together and takes up what the camera knew when it last stopped. */
  constructor(config: CameraConfig, past: CameraPast, around: WatchSurroundings) {
    const { detection, decoder, clock, metrics } = around;
    const log = around.log.child({ camera: config.id });
    this.config = config;
    this.#around = around;
    this.main = mainOf(config, around);
    const observed = observedCamera(config);
    this.scenes = scenesOf(observed, { calendar: around.calendar, provided: detection.classes });
    const observer = new CameraObserver({
      log: around.observations,
      scenes: this.scenes,
      context: { camera: observed, calendar: around.config.calendar },
    });
    this.#tracker = createTracker({ config: around.config.track, newId: trackIds(config, clock) });
    this.#gate = past.gate ?? new SharedArrayBuffer(around.inspector.memoryBytes);
    this.#starts = past.starts ?? new StartFrames(around.config.evidence.startFrames);
    this.#clips = new CameraClips({ camera: config.id, main: this.main, around: around.clips });
    const clip = (at: UtcMs) => this.#clips.order(at);
    const reporter = new EventReporter({ ...reporterOf(config, around), clip, log });
    const memory = around.references?.memoryOf(config.id);
    this.#reference = memory ?? past.reference ?? new SharedArrayBuffer(referenceMemoryBytes(around.config.gate));
    this.faults = new CameraFaults({
      config: around.config.health,
      own: config.health,
      memory: this.#reference,
      isNight: (at) => around.calendar.isNight(at, config),
      effects: {
        suspend: (fault) => this.scenes.suspend(fault),
        blind: (fault, since) => around.onFault(this, fault, since),
        report: (event) => this.#reportUnseen(event, reporter, log),
      },
      clock,
    });
    this.#pipeline = new CameraPipeline({
      stages: {
        detection: new ModelsOfCamera({
          camera: config.id,
          service: detection,
          classes: this.scenes.classes,
          tiles: config.tiles,
        }),
        appearance: around.appearance && new AppearanceWatch(around.appearance),
        attention: new CameraAttention(around.config.looks, offsetOf(config.id)),
        faults: this.faults,
        tracker: this.#tracker,
        scenes: this.scenes,
        observe: (look, events) => observer.look(look, events),
        reporter,
        starts: this.#starts,
        area: around.config.looks.where === 'zones' ? watchArea(this.scenes.zones, this.scenes.anchors) : undefined,
        masks: config.masks,
      },
      memory: this.#gate,
      clock,
      log,
      metrics,
    });
    this.continuous = new ContinuousWatch({
      camera: config.id,
      decoder,
      pipeline: this.#pipeline,
      clock,
      onLook: (outcome) => this.#settle(outcome, () => around.onContinuousLook(this, outcome)),
    });
    const taken = past.remembered !== undefined && this.#restore(past.remembered, log);
    observer.begin(clock.now(), taken ? givenMemory(past) : { from: 'nothing' }, past.open);
    reporter.resume(past.open);
    this.faults.resume(past.open);
    const ofScenes = past.open.filter(({ scene }) => scene !== cameraFaultScene);
    for (const { incidentId, scene, zoneId } of this.scenes.resume(ofScenes)) {
      log.warn({ incident: incidentId, scene, zone: zoneId }, 'open incident is no longer watched for');
    }
    this.#tellUnavailable(log);
  }

  get id(): CameraId {
    return this.config.id;
  }

  remember(): RememberedCamera | undefined {
    if (this.#lookedAt === undefined) return undefined;
    const [tracker, scenes, faults] = [this.#tracker.save(), this.scenes.save(), this.faults.save()];
    return { at: this.#lookedAt, tracker, scenes, faults };
  }

  /** Resolves when the looks taken so far are judged and reported. */
  get settled(): Promise<void> {
    return this.#pipeline.settled;
  }

  /** Finishes the looks under way; then what another instance of the same camera goes on with. */
  async handOver(): Promise<Omit<CameraPast, 'open'>> {
    await this.close();
    await this.settled;
    this.#around.observations.leave(this.id);
    return { remembered: this.remember(), gate: this.#gate, reference: this.#reference, starts: this.#starts };
  }

  /** What the camera asks of its looks now. */
  get needs(): LookNeeds | undefined {
    return this.#pipeline.needs(this.#around.clock.now());
  }

  /** One look at a keyframe, for the scheduler. Never rejects. */
  async look(unit: AccessUnit, priority: LookPriority, decoded: () => void, signal: AbortSignal): Promise<LookOutcome> {
    const decode: LookDecode = async (each, ask) => {
      const answer = await this.#around.decoder.look(each, ask);
      if (answer.ok && answer.activity !== undefined) this.#noteHint(each, answer.activity.active);
      return answer;
    };
    const outcome = await this.#pipeline.look(unit, priority, { decode, decoded, signal });
    const settled = outcome ?? { result: 'unsupported', at: unit.receivedAt, decodeMs: 0, detectMs: 0 };
    this.#settle(settled, () => {});
    return settled;
  }

  /** Whether sizes of this camera's pictures have shown to tell when something begins. */
  get heedsHints(): boolean {
    return this.#hints.enabled;
  }

  /** Takes the camera's next unit; false: it is not decoded continuously. */
  push(unit: AccessUnit): boolean {
    const taken = this.continuous.push(unit);
    if (taken && unit.keyframe) this.#starts.keyframe(unit);
    return taken;
  }

  /** The loaded models changed. */
  provide(classes: ReadonlySet<ObjectClass>): void {
    this.scenes.provide(classes);
    this.#tellUnavailable(this.#around.log.child({ camera: this.config.id }));
    this.#around.onNeeds(this, this.needs);
  }

  async close(): Promise<void> {
    this.continuous.set(undefined);
    this.faults.close();
    this.#clips.close();
    await this.main?.close();
  }

  #noteHint({ sizeHint }: AccessUnit, active: boolean): void {
    const before = this.#hints.enabled;
    this.#hints.observe(sizeHint === true, active);
    if (this.#hints.enabled !== before) this.#around.onHintsChanged(this);
  }

  #settle(outcome: LookOutcome, tell: () => void): void {
    tell();
    if (outcome.result === 'decided') this.#noteLook(outcome.at);
    if (this.main !== undefined) this.#clips.expect(this.scenes.demand?.decisionInMs);
    this.#around.onNeeds(this, this.#pipeline.needs(outcome.at));
  }

  /** Empty looks at an empty street change nothing that is worth a write. */
  #noteLook(at: UtcMs): void {
    this.#lookedAt = at;
    const before = this.#eventful;
    const underWay = this.scenes.openIncidents > 0 || this.scenes.pendingSince.length > 0;
    this.#eventful = this.#pipeline.follows || underWay || this.faults.fault !== undefined;
    if (this.#eventful || before) this.#around.memory.changed(this);
  }

  #restore({ at, tracker, scenes, faults }: RememberedCamera, log: Logger): boolean {
    try {
      if (!this.#tracker.restore(tracker)) log.warn('the tracks remembered are another tracker’s: nobody is known');
      this.scenes.restore(scenes);
      if (faults !== undefined) this.faults.restore(faults);
      this.#lookedAt = at;
      return true;
    } catch (error) {
      log.warn({ error: messageOf(error) }, 'what the camera remembered is of another shape: it begins anew');
      return false;
    }
  }

  /** Nothing is seen; the last picture there was is the best there is to show. */
  async #reportUnseen(event: SceneEvent, reporter: EventReporter, log: Logger): Promise<void> {
    const { observedAt: at } = event;
    try {
      const unit = (await this.#around.latestKeyframe?.(this.id)) ?? noPicture(this.id, at);
      const hops = [{ stage: 'decided', at }];
      await reporter.report(event, { unit, at, hops, detections: [], evidence: undefined });
    } catch (error) {
      log.error({ error: messageOf(error), incident: event.incidentId }, 'fault not reported');
    }
  }

  #tellUnavailable(log: Logger): void {
    for (const [scene, state] of this.scenes.availability) {
      if (state !== 'available') log.warn({ scene, state }, 'scene unavailable');
    }
  }
}

/** Stands for the picture of a camera that never showed one. */
function noPicture(cameraId: CameraId, at: UtcMs): AccessUnit {
  const empty = { keyframe: false, data: Buffer.alloc(0), rtpTimestamp: 0, ptsMs: 0, ntpMs: undefined };
  return { cameraId, codec: 'h264', ...empty, receivedAt: at };
}

/** 0–1, evenly spread over cameras. */
function offsetOf(id: string): number {
  return Number.parseInt(sha256(id).slice(0, 8), 16) / 2 ** 32;
}

/** Who hands its gate's past on did so just now; else it was saved before the node stopped. */
function givenMemory({ remembered, gate }: CameraPast): GivenMemory {
  if (remembered === undefined) return { from: 'nothing' };
  const { at, scenes: state } = remembered;
  return gate === undefined ? { from: 'snapshot', at, state } : { from: 'before', state };
}

/** Track ids stay unique over restarts: an incident taken up again must not meet its number on another car. */
function trackIds({ id }: CameraConfig, clock: Clock): () => TrackId {
  const life = clock.now().toString(36);
  let tracks = 0;
  return () => `${id}-${life}-${++tracks}` as TrackId;
}

function reporterOf(config: CameraConfig, around: WatchSurroundings) {
  const { detection, alerts, merger, store, clock, log, metrics } = around;
  const { id, name, division, lat, lon } = config;
  const camera: CameraPlace = { id, name, division, lat, lon };
  const [model] = detection.models;
  return {
    camera,
    versions: { configVersion: configVersion(config), softwareVersion },
    // Without a model no scene works, and nothing is reported.
    fallbackModel: { id: model?.id ?? 'none', sha256: model?.sha256 ?? sha256('') },
    alerts,
    merger,
    newAlertId: () => uuidv7() as AlertId,
    store,
    clock,
    log,
    metrics,
  } satisfies EventReporterOptions;
}

function mainOf({ id, mainStream: stream }: CameraConfig, around: WatchSurroundings): OnDemandStream | undefined {
  if (stream === undefined) return undefined;
  const { clock, log } = around;
  const breaker = around.config.ingest;
  return new OnDemandStream({ clock, make: (viewer) => openCamera({ id, stream, clock, log, breaker, ...viewer }) });
}

/** Names one camera's configuration by its content: the first 16 hex digits of the hash of its canonical form. */
function configVersion(config: CameraConfig): string {
  return sha256(canonicalJson(config)).slice(0, 16);
}
