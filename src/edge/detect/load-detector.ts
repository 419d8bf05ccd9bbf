import type { Logger } from '../../lib/log.ts';
import type { Metrics } from '../../lib/metrics.ts';
import type { DetectConfig } from './config.ts';
import type { Detector } from './detector.ts';
import { canonicalClasses } from './model-manifest.ts';
import { type ModelStoreOptions, resolveModel } from './model-store.ts';
import { ThreadDetector } from './thread-detector.ts';

/** What `loadDetector` needs beside the configuration. */
export interface LoadDetectorOptions extends DetectConfig {
  readonly store: ModelStoreOptions;
  readonly log: Logger;
  readonly metrics: Metrics;
}

/**
 * Finds a model, checks its hash, loads it on its own thread and runs it once.
 * @throws AppError MB_MODEL_UNKNOWN, MB_MODEL_MISSING, MB_MODEL_HASH, or MB_MODEL_FAILED when it does not load or run.
 */
export async function loadDetector(options: LoadDetectorOptions): Promise<Detector> {
  const { path, entry } = await resolveModel(options.modelId, options.store);
  const { provider, threads, scoreThreshold, iouThreshold, queueCapacity, jobTimeoutMs, log, metrics } = options;
  const classes = canonicalClasses(options.store.manifest, entry);
  const runner = { path, entry, classes, provider, threads, scoreThreshold, iouThreshold };
  const detector = new ThreadDetector({ runner, queueCapacity, jobTimeoutMs, log, metrics });
  await detector.open();
  return detector;
}
