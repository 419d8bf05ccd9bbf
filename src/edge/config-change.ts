import type { CameraId } from '../domain/ids.ts';
import { canonicalJson } from '../lib/hash.ts';
import type { CameraConfig } from './camera-config.ts';
import type { EdgeConfig } from './config.ts';

/** What a new configuration asks of a node that runs. */
export interface ConfigChange {
  readonly added: readonly CameraConfig[];
  readonly removed: readonly CameraConfig[];
  /** Cameras that are watched otherwise from now on; `stream`: and reached otherwise. */
  readonly changed: readonly { readonly camera: CameraConfig; readonly stream: boolean }[];
  readonly unchanged: number;
  /** Sections beside the cameras that differ: they take effect when the node starts again. */
  readonly restart: readonly string[];
}

/** Compares two configurations by content. `failed`: cameras of the first that are not at work, and begin anew. */
export function configChange(
  before: EdgeConfig,
  after: EdgeConfig,
  failed: ReadonlySet<CameraId> = new Set(),
): ConfigChange {
  const known = new Map(before.cameras.map((camera) => [camera.id, camera]));
  const next = new Set(after.cameras.map(({ id }) => id));
  const changed: { camera: CameraConfig; stream: boolean }[] = [];
  let unchanged = 0;
  for (const camera of after.cameras) {
    const old = known.get(camera.id);
    if (old === undefined || failed.has(camera.id)) continue;
    if (same(old, camera)) unchanged += 1;
    else changed.push({ camera, stream: !same(reached(old), reached(camera)) });
  }
  return {
    added: after.cameras.filter(({ id }) => !known.has(id) || failed.has(id)),
    removed: before.cameras.filter(({ id }) => !next.has(id)),
    changed,
    unchanged,
    restart: sections(before, after).filter((name) => !same(before[name], after[name])),
  };
}

function sections(before: EdgeConfig, after: EdgeConfig): (keyof EdgeConfig)[] {
  const names = new Set([...Object.keys(before), ...Object.keys(after)] as (keyof EdgeConfig)[]);
  // The key is read again with every configuration: another one is at work from the next alert on.
  const applied: readonly (keyof EdgeConfig)[] = ['cameras', 'cameraFiles', 'keyFile'];
  return [...names].filter((name) => !applied.includes(name)).sort();
}

function reached({ stream, keep }: CameraConfig) {
  return { stream, keep };
}

function same(a: unknown, b: unknown): boolean {
  return canonicalJson(a ?? null) === canonicalJson(b ?? null);
}
