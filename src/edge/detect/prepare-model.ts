import type { ObjectClass } from '../../domain/object-class.ts';
import { messageOf } from '../../lib/errors.ts';
import { automaticModels } from './automatic-models.ts';
import type { DetectConfig } from './config.ts';
import { type LoadableModel, loadableModel } from './loadable-model.ts';
import { canonicalClasses } from './model-manifest.ts';
import type { RunnerOptions } from './model-runner.ts';
import type { ModelStoreOptions } from './model-store.ts';
import { onePictureARun } from './output-readers.ts';
import { chooseProvider, type ProviderName, type ProviderReport, type ProviderWish } from './provider.ts';
import { probeProvider } from './provider-probe.ts';
import { pulledModels } from './pulled-models.ts';

/** Settings of one model, those of all models filled in. */
export interface ModelSettings {
  readonly id: string;
  readonly provider: ProviderWish;
  readonly threads: number;
  readonly sessions: number;
  /** What is asked of it; all it knows unless given. */
  readonly classes?: readonly ObjectClass[];
}

/**
 * Each model of a configuration with its settings; where it names none, those that are on this machine.
 * @throws AppError MB_MODEL_MANIFEST where the list of pulled models cannot be read.
 */
export function modelSettings(config: DetectConfig, store: ModelStoreOptions): ModelSettings[] {
  const { provider, threads, sessions } = config;
  const models: readonly NonNullable<DetectConfig['models']>[number][] =
    config.models ?? automaticModels(store.manifest, pulledModels(store), config.canary?.modelId);
  return models.map((model) => ({
    id: model.id,
    provider: model.provider ?? provider,
    threads: model.threads ?? threads,
    sessions: model.sessions ?? sessions,
    ...(model.classes !== undefined && { classes: model.classes }),
  }));
}

/** A model that is found, checked, and given a provider. */
export interface PreparedModel {
  readonly runner: RunnerOptions;
  readonly provider: ProviderReport;
  /** Model inputs that are worth handing over at once. */
  readonly groupSize: number;
  /** What was changed in the graph, one line each. */
  readonly rewritten: readonly string[];
}

/** Inputs in one run of the graph on an accelerator. On cpu two or four take exactly as long as one after the other. */
const acceleratorBatch = 4;

/**
 * Finds a model's file, checks its hash, rewrites its graph and chooses the provider by trying it out.
 * @throws AppError MB_MODEL_UNKNOWN, MB_MODEL_MISSING, MB_MODEL_HASH, MB_MODEL_FAILED.
 */
export async function prepareModel(
  { id, provider: wish, threads, classes }: ModelSettings,
  config: DetectConfig,
  store: ModelStoreOptions,
  signal: AbortSignal,
): Promise<PreparedModel> {
  const single = await loadableModel(id, store);
  const { entry } = single;
  const { name: inputName, width, height, layout } = entry.input;
  const dims = layout === 'nchw' ? [1, 3, height, width] : [1, height, width, 3];
  const probe = (provider: ProviderName) =>
    probeProvider(
      { path: single.path, provider, inputName, dims, threads },
      { timeoutMs: config.loadTimeoutMs, signal },
    );
  const provider = await chooseProvider(wish, probe);
  const groupSize = config.batch.size ?? (provider.used === 'cpu' ? 1 : acceleratorBatch);
  // Shapes stay fixed, so a batch that is not full runs as a full one: cpu would pay for what is not there.
  const wanted = provider.used === 'cpu' || onePictureARun.has(entry.kind) ? 1 : groupSize;
  const { path, rewritten, batch } = wanted === 1 ? { ...single, batch: 1 } : await batched(single, wanted, store);
  const runner: RunnerOptions = {
    path,
    entry,
    classes: canonicalClasses(store.manifest, entry).map((name) => asked(name, classes)),
    provider: provider.used,
    threads,
    scoreThreshold: config.scoreThreshold,
    iouThreshold: config.iouThreshold,
    batch,
    ...(config.fixedInput && { fixedInput: true }),
  };
  return { runner, provider, groupSize, rewritten };
}

/** Only what is asked of a model is read of its outputs. */
function asked(name: ObjectClass | undefined, classes: ModelSettings['classes']): ObjectClass | undefined {
  return name !== undefined && classes?.includes(name) !== false ? name : undefined;
}

/** The graph for several pictures a run; where it does not allow that, the one it is, saying so. */
async function batched(single: LoadableModel, batch: number, store: ModelStoreOptions) {
  try {
    return { ...(await loadableModel(single.entry.id, store, { batch })), batch };
  } catch (error) {
    return { ...single, rewritten: [...single.rewritten, `no batch of ${batch}: ${messageOf(error)}`], batch: 1 };
  }
}
