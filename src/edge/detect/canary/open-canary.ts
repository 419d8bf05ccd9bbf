import { systemClock } from '../../../lib/clock.ts';
import { AppError } from '../../../lib/errors.ts';
import { zeroHash } from '../../../lib/hash.ts';
import type { Detector } from '../detector.ts';
import { type LoadDetectorOptions, loadDetector } from '../load-detector.ts';
import { modelSettings } from '../prepare-model.ts';
import { CanaryModel } from './canary-model.ts';
import { CanaryStore } from './canary-store.ts';
import type { CanaryConfig } from './config.ts';

/**
 * The canary beside a model of the node, not yet started; it runs where and as the model it is to replace.
 * @throws AppError MB_CONFIG_INVALID when there is no folder to keep its state in.
 */
export function canaryBeside(
  old: Detector,
  config: CanaryConfig,
  options: LoadDetectorOptions & { readonly dataDir?: string },
  busy: () => boolean,
): CanaryModel {
  const { clock = systemClock, log, metrics, store, dataDir } = options;
  if (dataDir === undefined) throw new AppError('MB_CONFIG_INVALID', 'detect.canary: there is no folder for its state');
  const { modelId: id, replaces } = config;
  const settings = modelSettings(options, store).find((model) => model.id === replaces);
  // A model nobody knows is refused when it is opened, as one that is missing is.
  const sha256 = store.manifest.models.find((entry) => entry.id === id)?.sha256 ?? zeroHash;
  return new CanaryModel({
    config,
    old,
    new: { id, sha256, open: () => loadDetector({ ...options, models: [{ ...settings, id }] }) },
    store: new CanaryStore(dataDir),
    busy,
    clock,
    log,
    metrics,
  });
}
