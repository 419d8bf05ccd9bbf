import type { AccessUnit } from '../domain/access-unit.ts';
import type { CameraId, UtcMs } from '../domain/ids.ts';
import type { LookNeeds, LookOutcome, LookPriority } from '../domain/look.ts';
import type { ObjectClass } from '../domain/object-class.ts';
import { cameraFaultScene } from '../domain/picture-condition.ts';
import type { SceneEvent } from '../domain/scene-event.ts';
import { messageOf } from '../lib/errors.ts';
import type { Logger } from '../lib/log.ts';
import { StartFrames } from './alert/start-frames.ts';
import { AppearanceWatch } from './appearance-watch.ts';
import { CameraAttention } from './camera-attention.ts';
import { CameraClips } from './camera-clips.ts';
import type { CameraConfig } from './camera-config.ts';
import { ModelsOfCamera } from './camera-detection.ts';
import { CameraFaults } from './camera-faults.ts';
import { CameraObserver } from './camera-observer.ts';
import { givenMemory, mainOf, noPicture, offsetOf, reporterOf, trackIds } from './camera-parts.ts';
import { CameraPipeline, type LookDecode } from './camera-pipeline.ts';
import { ContinuousWatch } from './continuous-watch.ts';
import { EventReporter } from './event-reporter.ts';
import { HintWorth } from './gate/hint-worth.ts';
import { referenceMemoryBytes } from './health/reference-memory.ts';
import type { OnDemandStream } from './ingest/on-demand-stream.ts';
import type { RememberedCamera, RememberingCamera } from './memory/camera-memory.ts';
import type { CameraScenes } from './scene/camera-scenes.ts';
import { observedCamera, scenesOf } from './scenes-of-camera.ts';
import { createTracker } from './track/create-tracker.ts';
import type { Tracker } from './track/tracker.ts';
import { watchArea } from './watch-area.ts';
import type { CameraPast, WatchSurroundings } from './watch-surroundings.ts';

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
    const clip = (...ordered: Parameters<CameraClips['order']>) => this.#clips.order(...ordered);
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
    const ofScenes = past.open.filter(({ scene }) => scene !== cameraFaultScene);
    const orphans = new Set(this.scenes.resume(ofScenes));
    // Their tickets stay open for people to close: that nobody looks any more is no sign that the place has cleared.
    for (const { incidentId, scene, zoneId } of orphans) {
      log.warn({ incident: incidentId, scene, zone: zoneId }, 'open incident is no longer watched for');
    }
    const known = past.open.filter((each) => !orphans.has(each));
    reporter.resume(known);
    this.faults.resume(known);
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
