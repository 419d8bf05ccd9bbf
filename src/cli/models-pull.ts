import { join } from 'node:path';
import { findModelFile } from '../edge/detect/model-manifest.ts';
import { cacheDirOf, type ModelStoreOptions, pullModel } from '../edge/detect/model-store.ts';
import { notePulled } from '../edge/detect/pulled-models.ts';

/**
 * `maplebridge models pull`: fetches a model and has the node use it from the next start on. One that ships is here and in use
 * anyway: nothing changes, which is said. Returns what to tell.
 * @throws AppError as `pullModel`, and MB_MODEL_MANIFEST where the list of pulled models cannot be read.
 */
export async function modelsPull(id: string, store: ModelStoreOptions): Promise<string[]> {
  const path = await pullModel(id, store);
  const { file } = findModelFile(store.manifest, id);
  if (path !== join(cacheDirOf(store), file)) {
    return [`${id}: ${path}`, `${id} ships with this software: there is nothing to pull, and nothing has changed`];
  }
  if (store.manifest.models.some((model) => model.id === id)) await notePulled(id, store);
  return [`${id}: ${path}`];
}
