import type { CameraId } from '../domain/ids.ts';
import type { CameraConfig } from './camera-config.ts';
import type { ClipConfig } from './evidence/config.ts';
import type { RingLimits } from './ingest/access-unit-ring.ts';
import type { LifeConfig } from './ingest/life-config.ts';
import { sceneModules } from './scene/registry.ts';

/** The ring reaches this far beyond a clip: an alert is out within two seconds of its picture. */
const spareMs = 2_000;

/**
 * Which cameras keep their recent pictures for clips: all of them, or, where the node has not the memory for so many, those
 * with the most severe scenes, and of these the first configured. What a camera or the node configures itself is left as
 * it is.
 */
export class RingPlan {
  readonly #clip: ClipConfig;
  readonly #ownDefault: boolean;
  readonly #granted = new Set<CameraId>();

  constructor(config: { readonly clip: ClipConfig; readonly ingest: Pick<LifeConfig, 'keep'> }) {
    this.#clip = config.clip;
    this.#ownDefault = config.ingest.keep.maxBytes > 0;
  }

  /** Shares the memory out among the cameras a node begins with; says how many go without. */
  begin(cameras: readonly CameraConfig[]): number {
    const wanting = cameras.filter((camera) => this.#wants(camera));
    for (const camera of wanting.toSorted((a, b) => severityOf(a) - severityOf(b))) this.keepOf(camera);
    return wanting.length - this.#granted.size;
  }

  /** What is kept of a camera; undefined: what `ingest.keep` says. */
  keepOf(camera: CameraConfig): RingLimits | undefined {
    if (camera.keep !== undefined) return camera.keep;
    if (!this.#wants(camera)) return undefined;
    const { ringBytes, nodeBytes, beforeMs, afterMs } = this.#clip;
    if (!this.#granted.has(camera.id) && (this.#granted.size + 1) * ringBytes > nodeBytes) return undefined;
    this.#granted.add(camera.id);
    return { maxBytes: ringBytes, maxMs: beforeMs + afterMs + spareMs };
  }

  /** The camera is gone, and its memory with it. */
  forget(camera: CameraId): void {
    this.#granted.delete(camera);
  }

  #wants({ keep, scenes }: CameraConfig): boolean {
    const { ringBytes, nodeBytes } = this.#clip;
    const offered = !this.#ownDefault && ringBytes > 0 && nodeBytes > 0;
    return offered && keep === undefined && Object.keys(scenes).length > 0;
  }
}

function severityOf({ scenes }: CameraConfig): number {
  const configured = sceneModules.filter(({ id }) => scenes[id as keyof typeof scenes] !== undefined);
  return Math.min(...configured.map(({ severity }) => severity));
}
