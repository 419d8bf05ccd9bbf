import { dirname, join } from 'node:path';
import type { Health } from '../contracts/node-messages.ts';
import type { AccessUnit } from '../domain/access-unit.ts';
import type { CameraState } from '../domain/camera.ts';
import type { Frame } from '../domain/frame.ts';
import type { CameraId, UtcMs } from '../domain/ids.ts';
import type { Picture } from '../domain/picture.ts';
import { brokerAccess } from '../lib/broker-config.ts';
import type { Clock } from '../lib/clock.ts';
import { ContentStore } from '../lib/content-store.ts';
import { messageOf } from '../lib/errors.ts';
import type { SigningKey } from '../lib/keys.ts';
import type { Service } from '../lib/lifecycle.ts';
import type { Logger } from '../lib/log.ts';
import type { Metrics } from '../lib/metrics.ts';
import type { MqttVersion } from '../lib/mqtt-link.ts';
import { softwareVersion } from '../lib/version.ts';
import { AlertWriter } from './alert/alert-writer.ts';
import type { ClipSurroundings } from './camera-clips.ts';
import { CameraRoster, type RosterProblem } from './camera-roster.ts';
import type { EdgeConfig } from './config.ts';
import { type ConfigChange, configChange } from './config-change.ts';
import { CoverageAccount } from './coverage-account.ts';
import { DecoderPool } from './decode/decoder-pool.ts';
import { AppearanceService } from './detect/appearance/appearance-service.ts';
import type { CanaryReport } from './detect/canary/canary-report.ts';
import { DetectionService } from './detect/detection-service.ts';
import { modelProblem } from './detect/model-status.ts';
import type { ModelStoreOptions } from './detect/model-store.ts';
import { ClipCutter } from './evidence/clip-cutter.ts';
import { activityGate } from './gate/activity-gate.ts';
import { ReferenceStore } from './health/reference-store.ts';
import { IncidentMerger } from './incident-merger.ts';
import type { IngestPool } from './ingest/ingest-pool.ts';
import type { StreamViewer } from './ingest/on-demand-stream.ts';
import { createIngestPool } from './ingest/shard-pool.ts';
import { CameraMemory } from './memory/camera-memory.ts';
import { observationsPath } from './observations-path.ts';
import { ObservationLog } from './observe/observation-log.ts';
import { CoverageStore } from './publish/coverage-store.ts';
import { MqttPublisher } from './publish/mqtt-publisher.ts';
import { Outbox } from './publish/outbox.ts';
import { RingPlan } from './ring-plan.ts';
import { SiteCalendar } from './scene/rule/site-calendar.ts';
import { WatchedCameras } from './watched-cameras.ts';

/** How often health goes out when nothing changes, and how soon after something did. */
const healthEveryMs = 10_000;
const healthSoonMs = 500;

/** What an edge node needs beside its configuration. */
export interface EdgeNodeOptions {
  readonly config: EdgeConfig;
  readonly key: SigningKey;
  readonly models: ModelStoreOptions;
  readonly clock: Clock;
  readonly log: Logger;
  readonly metrics: Metrics;
}

/** What became of a new configuration. */
export type ConfigReport = ConfigChange & { readonly problems: readonly RosterProblem[] };

/** One edge box: cameras in, signed alerts out. */
export class EdgeNode implements Service {
  readonly #options: EdgeNodeOptions;
  readonly #evidence: ContentStore;
  readonly #decoder: DecoderPool;
  readonly #outbox: Outbox;
  readonly #publisher: MqttPublisher;
  readonly #ingest: IngestPool;
  readonly #coverageStore: CoverageStore;
  readonly #coverage: CoverageAccount;
  readonly #detection: DetectionService;
  readonly #appearance: AppearanceService | undefined;
  readonly #watched: WatchedCameras;
  readonly #clips: ClipCutter;
  readonly #memory: CameraMemory;
  readonly #references: ReferenceStore;
  readonly #observations: ObservationLog;
  readonly #roster: CameraRoster;
  /** The cameras' part is as of the last `reconfigure`. */
  #config: EdgeConfig;
  /** Why the newest configuration is not, or not wholly, in use. */
  #configProblems: readonly string[] = [];
  #reconfiguring: Promise<unknown> = Promise.resolve();
  #cancelHealth: (() => void) | undefined;
  #cancelHealthSoon: (() => void) | undefined;
  #stopping: Promise<void> | undefined;

  constructor(options: EdgeNodeOptions) {
    const { config, key, clock, log, metrics } = options;
    const { publish, site, node } = config;
    this.#options = options;
    this.#config = config;
    this.#evidence = new ContentStore(publish.outbox.evidenceDir);
    const { decode, gate } = config;
    this.#decoder = new DecoderPool({ ...decode, gate, workerFile: lookWorker, clock, log, metrics });
    this.#detection = new DetectionService({
      ...config.detect,
      store: options.models,
      onStatus: () => this.#watched.modelsChanged(),
      dataDir: dirname(publish.outbox.path),
      clock,
      log,
      metrics,
    });
    const shared = { site, node, evidence: this.#evidence, clock, log, metrics };
    this.#outbox = new Outbox({ ...publish.outbox, ...shared, key });
    this.#ingest = createIngestPool({
      config: config.ingest,
      life: config.ingest,
      handler: {
        onAccessUnit: (unit) => this.#watched.push(unit),
        onState: (id, state) => this.#cameraChanged(id, state),
      },
      clock,
      log,
      metrics,
    });
    const { path, coveragePath, maxCoverageRecords: maxRecords } = publish.outbox;
    this.#coverageStore = new CoverageStore({ path: coveragePath ?? join(dirname(path), 'coverage.db'), maxRecords });
    this.#coverage = new CoverageAccount({ store: this.#coverageStore, clock, log, metrics });
    const memory = config.memory.path ?? join(dirname(path), 'memory.db');
    this.#observations = new ObservationLog({
      config: { ...config.observations, path: observationsPath(config) },
      clock,
      log,
      metrics,
    });
    const views = join(dirname(memory), 'views.db');
    this.#references = new ReferenceStore({ path: views, size: gate, clock, log });
    this.#memory = new CameraMemory({
      config: { ...config.memory, path: memory },
      onSaved: (camera, at) => this.#observations.noteSnapshot(camera, at),
      clock,
      log,
      metrics,
    });
    this.#appearance = appearanceOf(options);
    const { clip } = config.evidence;
    this.#clips = new ClipCutter({ config: clip, evidence: this.#evidence, clock, log, metrics });
    const recent: ClipSurroundings['recent'] = (...which) => this.#ingest.clip(...which);
    this.#watched = new WatchedCameras({
      merger: new IncidentMerger(config.merge),
      clips: { config: clip, cutter: this.#clips, recent, mainStreams: new Set() },
      appearance: this.#appearance,
      config,
      memory: this.#memory,
      observations: this.#observations,
      decoder: this.#decoder,
      detection: this.#detection,
      inspector: activityGate(gate),
      calendar: new SiteCalendar(config.calendar),
      ingest: this.#ingest,
      alerts: new AlertWriter({ evidence: this.#evidence, decode: (frame) => this.#fullSize(frame), clock, log }),
      store: (draft) => void this.#outbox.append(draft),
      coverage: this.#coverage,
      references: this.#references,
      latestKeyframe: (id) => this.#ingest.latestKeyframe(id),
      onChange: () => this.#healthSoon(),
      clock,
      log,
      metrics,
    });
    this.#roster = new CameraRoster({
      rings: new RingPlan({ clip, ingest: config.ingest }),
      ingest: this.#ingest,
      watched: this.#watched,
      coverage: this.#coverage,
      memory: this.#memory,
      openIncidents: () => this.#outbox.openIncidents(),
      log,
    });
    this.#publisher = new MqttPublisher({
      ...shared,
      ...publish,
      coverage: this.#coverageStore,
      broker: brokerAccess(publish.broker, 'publish.broker'),
      outbox: this.#outbox,
    });
  }

  /** State of every camera, for health and tests. */
  get cameras(): ReadonlyMap<CameraId, CameraState> {
    return this.#ingest.cameras;
  }

  /** Negotiated MQTT version while connected. */
  get mqttVersion(): MqttVersion | undefined {
    return this.#publisher.mqttVersion;
  }

  /** Resolves once the model is loaded and every camera is being connected to. */
  async start(signal: AbortSignal): Promise<void> {
    const { config } = this.#options;
    this.#outbox.open();
    this.#coverageStore.open();
    await this.#decoder.start(signal);
    await this.#detection.start(signal);
    await this.#appearance?.start();
    await this.#publisher.start(signal);
    this.#memory.open();
    this.#references.open();
    this.#observations.start();
    await this.#watched.start(signal);
    await this.#ingest.start(signal);
    await this.#roster.begin(config.cameras);
    this.#reportHealth();
  }

  /** Cameras first, then what is on its way, then the connection; what is not delivered stays in the outbox. */
  stop(): Promise<void> {
    this.#stopping ??= this.#drain();
    return this.#stopping;
  }

  /**
   * Goes over to another configuration without stopping: cameras come, go and change one by one, their incidents and
   * conditions under way go on, and those that did not change are not touched. What else differs waits for a restart,
   * and health says so.
   */
  reconfigure(next: EdgeConfig): Promise<ConfigReport> {
    const done = this.#reconfiguring.then(() => this.#reconfigure(next));
    this.#reconfiguring = done.catch(() => {});
    return done;
  }

  /** The newest configuration cannot be used at all; undefined: it can. Health tells it. */
  noteConfigProblem(problem: string | undefined): void {
    this.#configProblems = problem === undefined ? [] : [problem];
    this.#healthSoon();
  }

  /** Opens a camera's stream of full size for a viewer; undefined where it has none. The function lets go of it. */
  viewMainStream(id: CameraId, viewer: StreamViewer): (() => void) | undefined {
    return this.#watched.get(id)?.main?.view(viewer);
  }

  /** A camera's newest picture that decodes alone. */
  latestKeyframe(id: CameraId): Promise<AccessUnit | undefined> {
    return this.#ingest.latestKeyframe(id);
  }

  /** What is kept of a camera from `from` to `to`, beginning at a keyframe. */
  clip(id: CameraId, from: UtcMs, to: UtcMs): Promise<AccessUnit[]> {
    return this.#ingest.clip(id, from, to);
  }

  /** What a camera shows now is its view from now on, in place of the one it moved from; false where it is not watched. */
  acceptView(id: CameraId): boolean {
    const faults = this.#watched.get(id)?.faults;
    faults?.acceptView();
    return faults !== undefined;
  }

  /** Where a new model stands that is compared with one in charge; undefined where none is configured. */
  canary(): CanaryReport | undefined {
    return this.#detection.canary();
  }

  /** The node's own account of how it is. */
  health(): Health {
    const { problems, ...outbox } = this.#outbox.status();
    const cameras = Object.fromEntries([...this.#ingest.cameras].map(([id, state]) => [id, this.#describe(id, state)]));
    const shed = this.#watched.schedule.problems;
    const models = [...this.#detection.status()].flatMap(([id, status]) => modelProblem(id, status) ?? []);
    const unknown = this.#appearance?.problem;
    const told = [
      ...problems,
      ...(unknown === undefined ? [] : [`objects are followed without appearance: ${unknown}`]),
      ...this.#configProblems,
      ...shed,
      ...models,
      ...hardwareProblems(this.#decoder.hardware),
      ...(this.#observations.problem === undefined ? [] : [this.#observations.problem]),
    ];
    const blind = Object.values(cameras).some(({ state, fault }) => state !== 'streaming' || fault !== undefined);
    return {
      state: blind || told.length > 0 ? 'degraded' : 'online',
      at: this.#options.clock.now(),
      softwareVersion,
      cameras,
      scenes: this.#watched.availability,
      problems: told,
      outbox,
    };
  }

  async #drain(): Promise<void> {
    this.#cancelHealth?.();
    await this.#clips.stop();
    await this.#ingest.stop();
    await this.#watched.stop();
    this.#memory.close();
    this.#references.close();
    this.#observations.stop();
    this.#cancelHealthSoon?.();
    this.#coverage.end();
    await this.#publisher.stop();
    await this.#decoder.stop();
    await this.#detection.close();
    await this.#appearance?.close();
    await this.#outbox.close();
    this.#coverageStore.close();
  }

  async #reconfigure(next: EdgeConfig): Promise<ConfigReport> {
    const change = configChange(this.#config, next);
    const problems = await this.#roster.apply(change);
    const failed = new Set(problems.map(({ camera }) => camera));
    // Cameras that failed are new again to the next configuration; sections that wait for a restart stay different.
    this.#config = { ...this.#config, cameras: next.cameras.filter(({ id }) => !failed.has(id)) };
    this.#configProblems = [
      ...problems.map(({ camera, reason }) => `camera ${camera} is not watched as configured: ${reason}`),
      ...change.restart.map((section) => `a change of "${section}" in the configuration waits for a restart`),
    ];
    this.#healthSoon();
    return { ...change, problems };
  }

  async #fullSize({ picture, accessUnit }: Frame): Promise<Picture | undefined> {
    if (picture !== undefined) return picture;
    const result = await this.#decoder.decode(accessUnit, { width: 0, height: 0, fit: 'original', format: 'rgb24' });
    return result.ok ? result.picture : undefined;
  }

  #describe(id: CameraId, state: CameraState): Health['cameras'][string] {
    const fault = this.#watched.get(id)?.faults.fault;
    return { ...describe(state), ...(fault && { fault: { fault: fault.fault, since: fault.since } }) };
  }

  #cameraChanged(id: CameraId, state: CameraState): void {
    this.#coverage.update(id, state);
    this.#watched.connection(id, state);
    this.#healthSoon();
  }

  #healthSoon(): void {
    // A thousand cameras that come back at once are one message.
    this.#cancelHealthSoon ??= this.#options.clock.after(healthSoonMs, () => {
      this.#cancelHealthSoon = undefined;
      this.#publishHealth();
    });
  }

  #publishHealth(): void {
    try {
      this.#publisher.publishHealth(this.health());
    } catch (error) {
      // Asking the outbox reads the disk; a disk that fails must not end the node that could still say so.
      this.#options.log.error({ reason: messageOf(error) }, 'health could not be told');
    }
  }

  #reportHealth(): void {
    this.#publishHealth();
    this.#cancelHealth = this.#options.clock.after(healthEveryMs, () => this.#reportHealth());
  }
}

/** The pool's threads, with the activity gate in them. */
const lookWorker = new URL('./look-worker.ts', import.meta.url);

function appearanceOf({ config, models: store, clock, log, metrics }: EdgeNodeOptions): AppearanceService | undefined {
  const { appearance } = config.detect;
  return appearance && new AppearanceService({ config: appearance, store, clock, log, metrics });
}

function hardwareProblems(hardware: DecoderPool['hardware']): string[] {
  if (hardware === undefined || hardware.asked === 'none' || hardware.used !== 'software') return [];
  return [`decoding in software although ${hardware.asked} was asked for: ${hardware.why}`];
}

function describe(state: CameraState): Health['cameras'][string] {
  if (state.kind === 'waiting') return { state: state.kind, reason: `${state.reason}: ${state.detail}` };
  return state.kind === 'streaming' ? { state: state.kind, since: state.since } : { state: state.kind };
}
