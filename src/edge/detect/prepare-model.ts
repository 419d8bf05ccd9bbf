import type { DetectConfig } from './config.ts';
import { loadableModel } from './loadable-model.ts';
import type { PreparedModel } from './model-lane.ts';
import { canonicalClasses } from './model-manifest.ts';
import type { RunnerOptions } from './model-runner.ts';
import type { ModelStoreOptions } from './model-store.ts';
import { chooseProvider, type ProviderName, type ProviderWish } from './provider.ts';
import { probeProvider } from './provider-probe.ts';

/** Settings of one model, those of all models filled in. */
export interface ModelSettings {
  readonly id: string;
  readonly provider: ProviderWish;
  readonly threads: number;
  readonly sessions: number;
}

/** Each model of a configuration with its settings. */
export function modelSettings(config: DetectConfig): ModelSettings[] {
  const { provider, threads, sessions } = config;
  return config.models.map((model) => ({
    id: model.id,
    provider: model.provider ?? provider,
    threads: model.threads ?? threads,
    sessions: model.sessions ?? sessions,
  }));
}

/**
 * Finds a model's file, checks its hash and chooses the provider by trying it out.
 * @throws AppError MB_MODEL_UNKNOWN, MB_MODEL_MISSING, MB_MODEL_HASH.
 */
export async function prepareModel(
  { id, provider: wish, threads }: ModelSettings,
  config: DetectConfig,
  store: ModelStoreOptions,
  signal: AbortSignal,
): Promise<PreparedModel> {
  const { path, entry } = await loadableModel(id, store);
  const { name: inputName, width, height, layout } = entry.input;
  const dims = layout === 'nchw' ? [1, 3, height, width] : [1, height, width, 3];
  const probe = (provider: ProviderName) =>
    probeProvider({ path, provider, inputName, dims, threads }, { timeoutMs: config.loadTimeoutMs, signal });
  const provider = await chooseProvider(wish, probe);
  const runner: RunnerOptions = {
    path,
    entry,
    classes: canonicalClasses(store.manifest, entry),
    provider: provider.used,
    threads,
    scoreThreshold: config.scoreThreshold,
    iouThreshold: config.iouThreshold,
  };
  return { runner, provider };
}
