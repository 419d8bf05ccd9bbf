import type { Health } from '../contracts/node-messages.ts';
import type { AccessUnit } from '../domain/access-unit.ts';
import type { CameraState } from '../domain/camera.ts';
import type { CameraId, UtcMs } from '../domain/ids.ts';
import { messageOf } from '../lib/errors.ts';
import type { SigningKey } from '../lib/keys.ts';
import type { Service } from '../lib/lifecycle.ts';
import type { MqttVersion } from '../lib/mqtt-link.ts';
import type { RosterProblem } from './camera-roster.ts';
import type { EdgeConfig } from './config.ts';
import { type ConfigChange, configChange } from './config-change.ts';
import type { CanaryReport } from './detect/canary/canary-report.ts';
import { HealthRhythm } from './health-rhythm.ts';
import type { StreamViewer } from './ingest/on-demand-stream.ts';
import { nodeHealth } from './node-health.ts';
import { type EdgeNodeOptions, type NodeParts, nodeParts } from './node-parts.ts';

/** What became of a new configuration. */
export type ConfigReport = ConfigChange & { readonly problems: readonly RosterProblem[] };

/** How long clips that are complete may keep a node that stops. */
const lastClipsMs = 2_000;

/** One edge box: cameras in, signed alerts out. */
export class EdgeNode implements Service {
  readonly #options: EdgeNodeOptions;
  readonly #parts: NodeParts;
  readonly #healthRhythm: HealthRhythm;
  /** The cameras' part is as of the last `reconfigure`. */
  #config: EdgeConfig;
  /** Cameras of it that are not at work. */
  #failed: ReadonlySet<CameraId> = new Set();
  /** Why the newest configuration is not, or not wholly, in use. */
  #configProblems: readonly string[] = [];
  #reconfiguring: Promise<unknown> = Promise.resolve();
  #stopping: Promise<void> | undefined;

  constructor(options: EdgeNodeOptions) {
    this.#options = options;
    this.#config = options.config;
    this.#healthRhythm = new HealthRhythm({ tell: () => this.#publishHealth(), clock: options.clock });
    this.#parts = nodeParts(options, {
      onState: (id, state) => this.#cameraChanged(id, state),
      onChange: () => this.#healthRhythm.soon(),
    });
  }

  /** State of every camera, for health and tests. */
  get cameras(): ReadonlyMap<CameraId, CameraState> {
    return this.#parts.ingest.cameras;
  }

  /** Negotiated MQTT version while connected. */
  get mqttVersion(): MqttVersion | undefined {
    return this.#parts.publisher.mqttVersion;
  }

  /** Resolves once the model is loaded and every camera is being connected to. */
  async start(signal: AbortSignal): Promise<void> {
    const parts = this.#parts;
    parts.outbox.open();
    parts.coverageStore.open();
    await parts.decoder.start(signal);
    await parts.detection.start(signal);
    await parts.appearance?.start();
    await parts.redactor.start();
    await parts.publisher.start(signal);
    parts.memory.open();
    parts.references.open();
    parts.observations.start();
    await parts.watched.start(signal);
    await parts.ingest.start(signal);
    await parts.roster.begin(this.#config.cameras);
    this.#healthRhythm.start();
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

  /** Seals alerts with another key from the next one on. */
  signWith(key: SigningKey): void {
    this.#parts.outbox.signWith(key);
  }

  /** The newest configuration cannot be used at all; undefined: it can. Health tells it. */
  noteConfigProblem(problem: string | undefined): void {
    this.#configProblems = problem === undefined ? [] : [problem];
    this.#healthRhythm.soon();
  }

  /** Opens a camera's stream of full size for a viewer; undefined where it has none. The function lets go of it. */
  viewMainStream(id: CameraId, viewer: StreamViewer): (() => void) | undefined {
    return this.#parts.watched.get(id)?.main?.view(viewer);
  }

  /** A camera's newest picture that decodes alone. */
  latestKeyframe(id: CameraId): Promise<AccessUnit | undefined> {
    return this.#parts.ingest.latestKeyframe(id);
  }

  /** What is kept of a camera from `from` to `to`, beginning at a keyframe. */
  clip(id: CameraId, from: UtcMs, to: UtcMs): Promise<AccessUnit[]> {
    return this.#parts.ingest.clip(id, from, to);
  }

  /** What a camera shows now is its view from now on, in place of the one it moved from; false where it is not watched. */
  acceptView(id: CameraId): boolean {
    const faults = this.#parts.watched.get(id)?.faults;
    faults?.acceptView();
    return faults !== undefined;
  }

  /** Where a new model stands that is compared with one in charge; undefined where none is configured. */
  canary(): CanaryReport | undefined {
    return this.#parts.detection.canary();
  }

  /** The node's own account of how it is. */
  health(): Health {
    const { clock, clockSync } = this.#options;
    return nodeHealth(this.#parts, { configProblems: this.#configProblems, clockSync, at: clock.now() });
  }

  async #drain(): Promise<void> {
    const parts = this.#parts;
    this.#healthRhythm.stop();
    // A clip that is coded anew takes a while: a node that stops does not wait for all of them.
    const enough = this.#options.clock.after(lastClipsMs, () => parts.redactor.abandonClips());
    await parts.clips.stop();
    enough();
    await parts.ingest.stop();
    await parts.watched.stop();
    parts.memory.close();
    parts.references.close();
    parts.observations.stop();
    this.#healthRhythm.stop();
    parts.coverage.end();
    await parts.publisher.stop();
    await parts.decoder.stop();
    await parts.detection.close();
    await parts.appearance?.close();
    await parts.redactor.stop();
    await parts.outbox.close();
    parts.coverageStore.close();
  }

  async #reconfigure(next: EdgeConfig): Promise<ConfigReport> {
    const change = configChange(this.#config, next, this.#failed);
    const problems = await this.#parts.roster.apply(change);
    this.#failed = new Set(problems.map(({ camera }) => camera));
    // Sections that wait for a restart stay different.
    this.#config = { ...this.#config, cameras: next.cameras };
    this.#configProblems = [
      ...problems.map(({ camera, reason }) => `camera ${camera} is not watched as configured: ${reason}`),
      ...change.restart.map((section) => `a change of "${section}" in the configuration waits for a restart`),
    ];
    this.#healthRhythm.soon();
    return { ...change, problems };
  }

  #cameraChanged(id: CameraId, state: CameraState): void {
    this.#parts.coverage.update(id, state);
    this.#parts.watched.connection(id, state);
    this.#healthRhythm.soon();
  }

  #publishHealth(): void {
    try {
      this.#parts.publisher.publishHealth(this.health());
    } catch (error) {
      // Asking the outbox reads the disk; a disk that fails must not end the node that could still say so.
      this.#options.log.error({ reason: messageOf(error) }, 'health could not be told');
    }
  }
}
