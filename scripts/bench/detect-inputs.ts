import { join } from 'node:path';
import type { AccessUnit } from '../../src/domain/access-unit.ts';
import type { LookPriority } from '../../src/domain/look.ts';
import type { Picture, PictureSpec } from '../../src/domain/picture.ts';
import { DecoderPool } from '../../src/edge/decode/decoder-pool.ts';
import { detectSchema } from '../../src/edge/detect/config.ts';
import type { Detector } from '../../src/edge/detect/detector.ts';
import { loadDetector } from '../../src/edge/detect/load-detector.ts';
import { loadManifest } from '../../src/edge/detect/model-manifest.ts';
import type { ModelStoreOptions } from '../../src/edge/detect/model-store.ts';
import { createLogger } from '../../src/lib/log.ts';
import { Metrics } from '../../src/lib/metrics.ts';
import { sharedDir } from '../../tests/support/shared.ts';

/** How long a model may take to load and run once: a WebGPU adapter in software takes a minute. */
export const loadTimeoutMs = 120_000;

/** Urgency of every look of a bench. */
export const priority: LookPriority = { severity: 2, deadlineMs: 0 };

/** Where the models are. */
export function benchStore(): ModelStoreOptions {
  const mirror = process.env['MAPLEBRIDGE_MODEL_MIRROR'] ?? (sharedDir && join(sharedDir, 'models'));
  return { manifest: loadManifest(), mirror };
}

/** A detector as a node would have it, with settings of its own. */
export function benchDetector(id: string, settings: Record<string, unknown> = {}): Promise<Detector> {
  const config = detectSchema.parse({ models: [{ id }], loadTimeoutMs, jobTimeoutMs: 600_000, ...settings });
  return loadDetector({ ...config, store: benchStore(), log: createLogger('bench'), metrics: new Metrics() });
}

/** Keyframes, over and over, as pictures of a model. */
export async function decodeAll(
  keyframes: readonly AccessUnit[],
  input: PictureSpec,
  count: number,
): Promise<Picture[]> {
  const log = createLogger('bench');
  const pool = new DecoderPool({ workers: 1, queueCapacity: count, log, metrics: new Metrics() });
  await pool.start(new AbortController().signal);
  const decoded = await Promise.all(
    Array.from({ length: count }, (_, index) => {
      const unit = keyframes[index % keyframes.length];
      if (unit === undefined) throw new Error('no keyframes');
      return pool.decode(unit, input);
    }),
  );
  await pool.stop();
  return decoded.flatMap((result): Picture[] => (result.ok ? [result.picture] : []));
}
