import { readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { writeDurable } from '../../lib/durable-file.ts';
import { AppError, messageOf } from '../../lib/errors.ts';
import { canonicalJson, sha256 } from '../../lib/hash.ts';
import { GraphError } from './graph/graph-error.ts';
import { type RewriteAsk, rewriteModel } from './graph/rewrite-model.ts';
import type { ModelEntry } from './model-manifest.ts';
import { cacheDirOf, type ModelStoreOptions, type ResolvedModel, resolveModel } from './model-store.ts';

/** A model's file as the runtime is to load it. */
export interface LoadableModel extends ResolvedModel {
  /** What was changed in the graph, one line each; the entry's hash stays that of the file as it was published. */
  readonly rewritten: readonly string[];
}

/** Wishes of whoever loads the model, beside what the manifest says. */
export interface LoadAsk {
  /** Pictures a run; the file's own unless given. */
  readonly batch?: number;
}

/**
 * As `resolveModel`, with the graph rewritten as the manifest says. The result lies in the cache folder under a name
 * made of what it was made from; it is made anew each time (50 ms) and compared, so that what runs is always what
 * follows from the file whose hash was checked.
 * @throws AppError as `resolveModel`, and MB_MODEL_FAILED where the graph does not allow the change or cannot be stored.
 */
export async function loadableModel(id: string, options: ModelStoreOptions, ask: LoadAsk = {}): Promise<LoadableModel> {
  const found = await resolveModel(id, options);
  const wanted = rewriteAsk(found.entry, ask);
  if (Object.keys(wanted).length === 0) return { ...found, rewritten: [] };
  const { bytes, done } = rewrite(found.entry, await readFile(found.path), wanted);
  if (done.length === 0) return { ...found, rewritten: [] };
  const path = join(cacheDirOf(options), rewrittenName(found.entry, wanted));
  const there = await readFile(path).catch(() => undefined);
  if (there === undefined || Buffer.compare(there, bytes) !== 0) await store(path, bytes, found.entry);
  return { ...found, path, rewritten: done };
}

function rewriteAsk(entry: ModelEntry, { batch }: LoadAsk): RewriteAsk {
  const { width, height } = entry.input;
  return {
    ...(entry.rewrite.includes('weights') && { freezeWeights: true }),
    ...(entry.rewrite.includes('hard-swish') && { foldHardSwish: true }),
    ...(entry.rewrite.includes('target-size') && { targetSize: { width, height } }),
    ...(entry.rewrite.includes('input') && { input: { width, height } }),
    ...(batch !== undefined && { batch }),
  };
}

function rewrite(entry: ModelEntry, bytes: Uint8Array, ask: RewriteAsk) {
  try {
    return rewriteModel(bytes, ask);
  } catch (error) {
    if (!(error instanceof GraphError)) throw error;
    throw new AppError('MB_MODEL_FAILED', `model ${entry.id}: ${entry.file}: ${error.message}`, { cause: error });
  }
}

function rewrittenName(entry: ModelEntry, ask: RewriteAsk): string {
  return `${basename(entry.file, '.onnx')}.${sha256(entry.sha256, canonicalJson(ask)).slice(0, 16)}.onnx`;
}

async function store(path: string, bytes: Uint8Array, entry: ModelEntry): Promise<void> {
  try {
    await writeDurable(path, bytes);
  } catch (error) {
    const why = `model ${entry.id}: its rewritten graph cannot be stored as ${path}: ${messageOf(error)}`;
    throw new AppError('MB_MODEL_FAILED', why, { cause: error });
  }
}
