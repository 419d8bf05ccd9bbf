import type { AccessUnit } from '../domain/access-unit.ts';
import type { CameraState } from '../domain/camera.ts';
import type { CameraId, UtcMs } from '../domain/ids.ts';
import type { LookNeeds, LookOutcome } from '../domain/look.ts';
import type { PictureFault } from '../domain/picture-condition.ts';
import type { Metrics } from '../lib/metrics.ts';
import type { CameraConfig } from './camera-config.ts';
import type { EdgeConfig } from './config.ts';
import type { CoverageAccount } from './coverage-account.ts';
import type { IngestPool } from './ingest/ingest-pool.ts';
import { passedOverProblem } from './passed-over.ts';
import { pipelineMetrics } from './pipeline-metrics.ts';
import type { PerformLook } from './schedule/look-dispatch.ts';
import { LookScheduler } from './schedule/look-scheduler.ts';
import type { ScheduleStatus } from './schedule/schedule-status.ts';
import type { CameraPast, NamedCamera, WatchSurroundings } from './watch-surroundings.ts';
import { WatchedCamera } from './watched-camera.ts';

/** What all watched cameras of a node need. */
export interface WatchedCamerasOptions
  extends Omit<
    WatchSurroundings,
    'config' | 'onNeeds' | 'onHintsChanged' | 'onFault' | 'onContinuousLook' | 'metrics'
  > {
  readonly config: EdgeConfig;
  readonly ingest: Pick<IngestPool, 'want'>;
  /** Where it is written down that a camera is not looked at. */
  readonly coverage: Pick<CoverageAccount, 'lookState'>;
  /** Something that health tells has changed. */
  readonly onChange: () => void;
  readonly metrics: Metrics;
}

/** All cameras at work, and the scheduler that shares decoders and detectors among them. */
export class WatchedCameras {
  readonly #options: WatchedCamerasOptions;
  readonly #around: WatchSurroundings;
  readonly #cameras = new Map<CameraId, WatchedCamera>();
  readonly #scheduler: LookScheduler;
  readonly #connected = new Set<CameraId>();
  readonly #states = new Map<CameraId, CameraState>();
  /** What the scheduler last asked of ingest: interval, and whether continuously. */
  readonly #paces = new Map<CameraId, readonly [everyMs: number, continuous: boolean]>();
  /** Cameras without a model for any of their scenes. */
  readonly #unwatched = new Set<CameraId>();

  constructor(options: WatchedCamerasOptions) {
    const { config, decoder, clock, log, metrics } = options;
    this.#options = options;
    this.#around = {
      ...options,
      metrics: pipelineMetrics(metrics),
      onNeeds: (camera, needs) => this.#schedule(camera, needs),
      onHintsChanged: ({ id }) => this.#pace(id, ...(this.#paces.get(id) ?? [0, false])),
      onFault: (camera, reason, since) => this.#faulty(camera, reason, since),
      onContinuousLook: ({ id }, outcome) => this.#scheduler.looked(id, outcome),
    };
    this.#scheduler = new LookScheduler({
      slots: decoder.slots,
      threads: { decoder: config.decode.workers, detector: options.detection.threads },
      config: config.schedule,
      perform: (...look) => this.#perform(...look),
      pace: (camera, everyMs, continuous) => this.#pace(camera, everyMs, continuous),
      onBlind: (camera, reason, since) => options.coverage.lookState(camera, reason, since),
      onChange: options.onChange,
      clock,
      log,
      metrics,
    });
  }

  /** By id. */
  get(id: CameraId): WatchedCamera | undefined {
    return this.#cameras.get(id);
  }

  /** What each configured scene can do; a scene that works on one camera and not on another says why not. */
  get availability(): Readonly<Record<string, string>> {
    const states = [...this.#cameras.values()].flatMap(({ scenes }) => [...scenes.availability]);
    return Object.fromEntries(states);
  }

  /** What scenes do not get, as sentences for people. */
  get problems(): readonly string[] {
    return passedOverProblem([...this.#cameras.values()].filter(({ id }) => this.#connected.has(id)));
  }

  get schedule(): ScheduleStatus {
    return this.#scheduler.status();
  }

  async start(signal: AbortSignal): Promise<void> {
    await this.#scheduler.start(signal);
  }

  /** Looks at a camera from its first picture on. */
  add(config: CameraConfig, past: CameraPast): void {
    const camera = new WatchedCamera(config, past, this.#around);
    this.#cameras.set(config.id, camera);
    const state = this.#states.get(config.id);
    if (state !== undefined) camera.faults.connection(state);
    this.#schedule(camera, camera.needs);
    this.#scheduler.connected(config.id, this.#connected.has(config.id));
  }

  /**
   * Watches a camera by another configuration from its next picture on: tracks, conditions under way and incidents go
   * on. `open` is asked once the looks under way have been reported.
   */
  async replace(config: CameraConfig, open: () => CameraPast['open']): Promise<void> {
    const { id } = config;
    const past = await this.#takeOut(id)?.handOver();
    this.add(config, { ...past, open: open() });
  }

  /** Looks at a camera no longer; resolves when its looks under way have been reported. */
  async remove(id: CameraId): Promise<void> {
    const camera = this.#takeOut(id);
    this.#connected.delete(id);
    this.#unwatched.delete(id);
    this.#states.delete(id);
    this.#options.coverage.lookState(id, undefined, undefined, 'health');
    await camera?.handOver();
    this.#around.merger.forget(id);
  }

  /** Nothing of the camera is kept, as it will not come back. */
  forget(id: CameraId): void {
    this.#around.references?.forget(id);
  }

  /** Tells ingest again what is wanted of a camera that it has anew. */
  repace(id: CameraId): void {
    const pace = this.#paces.get(id);
    if (pace !== undefined) this.#pace(id, ...pace);
  }

  /** Takes an access unit in. Never throws, never blocks. */
  push(unit: AccessUnit): void {
    this.#around.metrics.accessUnits.inc();
    const taken = this.#cameras.get(unit.cameraId)?.push(unit) ?? false;
    if (!taken && unit.keyframe) this.#scheduler.offer(unit);
  }

  /** The camera's connection changed. */
  connection(id: CameraId, state: CameraState): void {
    const connected = state.kind === 'streaming';
    if (connected) this.#connected.add(id);
    else this.#connected.delete(id);
    this.#states.set(id, state);
    this.#cameras.get(id)?.faults.connection(state);
    this.#scheduler.connected(id, connected);
  }

  /** The loaded models changed: scenes become available or not. */
  modelsChanged(): void {
    for (const camera of this.#cameras.values()) camera.provide(this.#options.detection.classes);
    this.#options.onChange();
  }

  /** Finishes the looks under way and takes no more. */
  async stop(): Promise<void> {
    await this.#scheduler.stop();
    await Promise.all([...this.#cameras.values()].map((camera) => camera.close()));
  }

  #faulty({ id }: NamedCamera, reason: PictureFault | undefined, since: UtcMs | undefined): void {
    this.#options.coverage.lookState(id, reason, since, 'health');
    this.#options.onChange();
  }

  /** Its pictures are let pass from here on. */
  #takeOut(id: CameraId): WatchedCamera | undefined {
    const camera = this.#cameras.get(id);
    this.#cameras.delete(id);
    this.#scheduler.remove(id);
    this.#paces.delete(id);
    return camera;
  }

  #schedule(camera: NamedCamera, needs: LookNeeds | undefined): void {
    const { id } = camera;
    // The last look of a camera that was taken out.
    if (this.#cameras.get(id) !== camera) return;
    const { coverage } = this.#options;
    if (needs === undefined) {
      if (this.#unwatched.has(id)) return;
      // Its scenes wait for a model: nothing is decoded for them, and the account says why.
      this.#unwatched.add(id);
      this.#scheduler.remove(id);
      this.#pace(id, Number.POSITIVE_INFINITY, false);
      coverage.lookState(id, 'model-unavailable', undefined, 'models');
      return;
    }
    this.#scheduler.add(id, needs);
    if (!this.#unwatched.delete(id)) return;
    this.#scheduler.connected(id, this.#connected.has(id));
    coverage.lookState(id, undefined, undefined, 'models');
  }

  async #perform(...[unit, priority, decoded, signal]: Parameters<PerformLook>): Promise<LookOutcome> {
    const camera = this.#cameras.get(unit.cameraId);
    if (camera !== undefined) return camera.look(unit, priority, decoded, signal);
    decoded();
    return { result: 'failed', at: unit.receivedAt, decodeMs: 0, detectMs: 0 };
  }

  #pace(id: CameraId, everyMs: number, continuous: boolean): void {
    const { ingest } = this.#options;
    const camera = this.#cameras.get(id);
    this.#paces.set(id, [everyMs, continuous]);
    const streaming = camera?.continuous.set(continuous ? camera.needs : undefined) ?? false;
    if (streaming) ingest.want(id, 'all');
    else if (Number.isFinite(everyMs))
      ingest.want(id, 'keyframes', { everyMs, hints: camera?.heedsHints === true ? 'early' : 'told' });
    else ingest.want(id, 'none');
  }
}
