import type { CameraId } from '../domain/ids.ts';
import type { OpenIncident } from '../domain/scene-event.ts';
import { messageOf } from '../lib/errors.ts';
import { canonicalJson } from '../lib/hash.ts';
import type { Logger } from '../lib/log.ts';
import type { CameraConfig } from './camera-config.ts';
import type { ConfigChange } from './config-change.ts';
import type { CoverageAccount } from './coverage-account.ts';
import type { IngestPool, IngestSource } from './ingest/ingest-pool.ts';
import type { CameraMemory } from './memory/camera-memory.ts';
import type { RingPlan } from './ring-plan.ts';
import type { WatchedCameras } from './watched-cameras.ts';

/** The parts of a node that know its cameras. */
export interface RosterParts {
  readonly ingest: Pick<IngestPool, 'add' | 'remove'>;
  readonly watched: Pick<WatchedCameras, 'add' | 'replace' | 'remove' | 'forget' | 'repace'>;
  readonly coverage: Pick<CoverageAccount, 'begin' | 'add' | 'remove' | 'update'>;
  readonly memory: Pick<CameraMemory, 'recall' | 'forget'>;
  readonly rings: RingPlan;
  /** Incidents that are not cleared, as the outbox has them. */
  readonly openIncidents: () => readonly OpenIncident[];
  readonly log: Logger;
}

/** A camera that could not be brought to work, or to its new configuration. */
export interface RosterProblem {
  readonly camera: CameraId;
  readonly reason: string;
}

/** Which cameras a node watches: brings them to work, to another configuration, and out of it, over all its parts. */
export class CameraRoster {
  readonly #parts: RosterParts;

  /** As ingest has them. */
  readonly #sources = new Map<CameraId, IngestSource>();

  constructor(parts: RosterParts) {
    this.#parts = parts;
  }

  /** Takes the node's cameras up where they stopped. Rejects as `IngestPool.add` does. */
  async begin(cameras: readonly CameraConfig[]): Promise<void> {
    const { ingest, coverage, rings, log } = this.#parts;
    coverage.begin(cameras.map(({ id }) => id));
    const without = rings.begin(cameras);
    if (without > 0) log.warn({ cameras: without }, 'no memory for clips of these cameras: evidence.clip.nodeBytes');
    await Promise.all(cameras.map((camera) => ingest.add(this.#sourceOf(camera))));
    const open = this.#openByCamera();
    for (const camera of cameras) this.#watch(camera, open.get(camera.id) ?? []);
  }

  /**
   * Applies a change camera by camera; the others are not touched. One that fails says why, keeps no other from its
   * change, and is not watched until its configuration is corrected.
   */
  async apply({ added, removed, changed }: ConfigChange): Promise<readonly RosterProblem[]> {
    const problems: RosterProblem[] = [];
    const attempt = async ({ id }: CameraConfig, work: () => Promise<void>) => {
      try {
        await work();
      } catch (error) {
        problems.push({ camera: id, reason: messageOf(error) });
        this.#parts.log.error({ camera: id, reason: messageOf(error) }, 'camera not watched as configured');
        await this.#giveUp(id).catch((failure: unknown) => {
          this.#parts.log.error({ camera: id, reason: messageOf(failure) }, 'camera not given up in good order');
        });
      }
    };
    for (const camera of removed) await attempt(camera, () => this.#remove(camera));
    for (const camera of added) await attempt(camera, () => this.#add(camera));
    for (const { camera } of changed) await attempt(camera, () => this.#change(camera));
    return problems;
  }

  async #add(camera: CameraConfig): Promise<void> {
    const { ingest, coverage } = this.#parts;
    coverage.add(camera.id);
    await ingest.add(this.#sourceOf(camera));
    this.#watch(camera, this.#openByCamera().get(camera.id) ?? []);
  }

  async #change(camera: CameraConfig): Promise<void> {
    const { ingest, watched } = this.#parts;
    const { id } = camera;
    const open = () => this.#openByCamera().get(id) ?? [];
    const before = this.#sources.get(id);
    const source = this.#sourceOf(camera);
    // Also where only the memory for its clips is another: a first scene brings that along.
    if (canonicalJson(before ?? null) === canonicalJson(source)) return watched.replace(camera, open);
    // The account goes on: a camera that is reached anew is blind for as long as that takes.
    await ingest.remove(id);
    await watched.replace(camera, open);
    await ingest.add(source);
    watched.repace(id);
  }

  async #remove({ id }: CameraConfig): Promise<void> {
    const { ingest, watched, coverage, memory, rings } = this.#parts;
    await ingest.remove(id);
    await watched.remove(id);
    watched.forget(id);
    this.#sources.delete(id);
    coverage.remove(id);
    memory.forget(id);
    rings.forget(id);
  }

  /** What it remembers is kept for the configuration that works. */
  async #giveUp(id: CameraId): Promise<void> {
    const { ingest, watched, coverage } = this.#parts;
    await ingest.remove(id);
    await watched.remove(id);
    coverage.update(id, { kind: 'stopped' });
  }

  #watch(camera: CameraConfig, open: readonly OpenIncident[]): void {
    const { watched, memory } = this.#parts;
    watched.add(camera, { open, remembered: memory.recall(camera.id) });
  }

  #sourceOf(camera: CameraConfig): IngestSource {
    const { id, stream } = camera;
    const keep = this.#parts.rings.keepOf(camera);
    const source = { id, stream, ...(keep !== undefined && { keep }) };
    this.#sources.set(id, source);
    return source;
  }

  #openByCamera(): ReadonlyMap<CameraId, readonly OpenIncident[]> {
    return Map.groupBy(this.#parts.openIncidents(), ({ cameraId }) => cameraId);
  }
}
