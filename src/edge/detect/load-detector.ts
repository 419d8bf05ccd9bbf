import { type Clock, systemClock } from '../../lib/clock.ts';
import { AppError } from '../../lib/errors.ts';
import type { Logger } from '../../lib/log.ts';
import type { Metrics } from '../../lib/metrics.ts';
import type { DetectConfig } from './config.ts';
import type { Detector } from './detector.ts';
import { ModelLane } from './model-lane.ts';
import { findModel, knownClasses } from './model-manifest.ts';
import type { ModelStatus } from './model-status.ts';
import type { ModelStoreOptions } from './model-store.ts';
import { type ModelSettings, modelSettings, prepareModel } from './prepare-model.ts';

/** What models are loaded with, beside the configuration. */
export interface LoadDetectorOptions extends DetectConfig {
  readonly store: ModelStoreOptions;
  readonly clock?: Clock;
  readonly log: Logger;
  readonly metrics: Metrics;
}

/** One model's lane, not yet open. @throws AppError MB_MODEL_UNKNOWN */
export function modelLane(
  settings: ModelSettings,
  options: LoadDetectorOptions,
  onStatus?: (status: ModelStatus) => void,
): ModelLane {
  const { store, clock = systemClock, log, metrics } = options;
  const { queueCapacity, loadTimeoutMs, jobTimeoutMs } = options;
  const entry = findModel(store.manifest, settings.id);
  const known = knownClasses(store.manifest, entry);
  const classes = [...known].filter((name) => settings.classes?.includes(name) !== false);
  return new ModelLane({
    model: { id: entry.id, sha256: entry.sha256, classes },
    entry,
    prepare: (signal) => prepareModel(settings, options, store, signal),
    ...{ sessions: settings.sessions, maxWaitMs: options.batch.maxWaitMs, queueCapacity, loadTimeoutMs, jobTimeoutMs },
    onStatus,
    ...{ clock, log, metrics },
  });
}

/**
 * Loads the first model of a configuration alone, without waiting for it to recover: for tools and tests.
 * @throws AppError MB_MODEL_UNKNOWN, MB_MODEL_MISSING, MB_MODEL_HASH, or MB_MODEL_FAILED when it does not load or run.
 */
export async function loadDetector(options: LoadDetectorOptions): Promise<Detector> {
  const [settings] = modelSettings(options, options.store);
  if (settings === undefined) throw new AppError('MB_CONFIG_INVALID', 'detect.models names no model');
  const lane = modelLane(settings, options);
  await lane.open();
  const { status } = lane;
  if (status.state === 'ready') return lane;
  await lane.close();
  if (status.state === 'unavailable') throw new AppError(status.code, status.why);
  throw new AppError('MB_MODEL_FAILED', `model ${settings.id} is not ready`);
}
