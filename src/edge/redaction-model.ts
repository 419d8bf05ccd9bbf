import type { Redaction } from '../domain/redaction.ts';
import { sha256 } from '../lib/hash.ts';
import type { DetectConfig } from './detect/config.ts';
import { findModel, knownClasses } from './detect/model-manifest.ts';
import type { RunnerOptions } from './detect/model-runner.ts';
import { type ModelStoreOptions, resolveModel } from './detect/model-store.ts';
import { modelSettings, prepareModel } from './detect/prepare-model.ts';
import type { RedactConfig } from './redact/config.ts';
import type { RedactionModel } from './redact/redactor.ts';

/**
 * Models that were measured to find the heads in photographs (docs/decisions/0022-redaction.md), the best first. What
 * others find is not enough, or not known.
 */
export const measuredModels = ['picodet-s-416'] as const;

/** What the thread of the redactor is started with; without a model it covers everything. */
export interface RedactSetup {
  readonly runner: RunnerOptions | undefined;
}

const none: Redaction['model'] = { id: 'none', sha256: sha256('') };

/**
 * Finds the model and decides on the method.
 * @throws AppError MB_MODEL_UNKNOWN, MB_MODEL_MISSING, MB_MODEL_HASH, MB_MODEL_FAILED.
 */
export async function redactionModel(
  config: RedactConfig,
  detect: DetectConfig,
  store: ModelStoreOptions,
  signal: AbortSignal,
): Promise<RedactionModel<RedactSetup>> {
  if (config.mode === 'whole') return { method: 'whole', setup: { runner: undefined }, model: none };
  const id = config.model ?? (await chosen(detect, store));
  if (id === undefined) {
    // Where people cannot be found, nothing is shown but shapes, whatever was asked for.
    return { method: 'whole', setup: { runner: undefined }, model: none };
  }
  const { sha256: hash } = findModel(store.manifest, id);
  const settings = { id, provider: 'cpu', threads: config.threads, sessions: 1 } as const;
  const lower = { ...detect, scoreThreshold: config.scoreThreshold };
  const { runner } = await prepareModel(settings, lower, store, signal);
  const isMeasured = measuredModels.some((each) => each === id);
  const method = config.mode === 'auto' ? (isMeasured ? 'heads' : 'outside') : config.mode;
  return { method, setup: { runner }, model: { id, sha256: hash } };
}

/** The best measured one that is on this machine, else the node's own that knows people. */
async function chosen(detect: DetectConfig, store: ModelStoreOptions): Promise<string | undefined> {
  for (const id of measuredModels) {
    if (!store.manifest.models.some((entry) => entry.id === id)) continue;
    const isHere = await resolveModel(id, { ...store, allowUpstream: false }).then(
      () => true,
      () => false,
    );
    if (isHere) return id;
  }
  const own = modelSettings(detect, store).map((settings) => findModel(store.manifest, settings.id));
  return own.find((entry) => knownClasses(store.manifest, entry).has('person'))?.id;
}
