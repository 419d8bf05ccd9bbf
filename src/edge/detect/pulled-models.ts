import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { writeDurable } from '../../lib/durable-file.ts';
import { AppError, messageOf } from '../../lib/errors.ts';
import { cacheDirOf, type ModelStoreOptions } from './model-store.ts';

/** Beside the weights it is about; ids, because several entries of the manifest may share a file. */
const listName = 'pulled.json';

const listSchema = z.strictObject({ version: z.literal(1), models: z.array(z.string().min(1)) });

/**
 * Detectors that an operator fetched to this machine, the last first; one whose file was deleted since is not.
 * @throws AppError MB_MODEL_MANIFEST for a list that cannot be read.
 */
export function pulledModels(options: ModelStoreOptions): string[] {
  const cacheDir = cacheDirOf(options);
  const isHere = (id: string) =>
    options.manifest.models.some((entry) => entry.id === id && existsSync(join(cacheDir, entry.file)));
  return readList(join(cacheDir, listName)).filter(isHere);
}

/** Notes that a detector was fetched: where nothing names models, it comes first from now on. */
export async function notePulled(id: string, options: ModelStoreOptions): Promise<void> {
  const path = join(cacheDirOf(options), listName);
  const models = [id, ...readList(path).filter((each) => each !== id)];
  await writeDurable(path, Buffer.from(`${JSON.stringify({ version: 1, models })}\n`));
}

function readList(path: string): readonly string[] {
  if (!existsSync(path)) return [];
  try {
    return listSchema.parse(JSON.parse(readFileSync(path, 'utf8'))).models;
  } catch (error) {
    const what = error instanceof z.ZodError ? z.prettifyError(error) : messageOf(error);
    throw new AppError('MB_MODEL_MANIFEST', `${path}: ${what}; delete it, and pull the models again`, { cause: error });
  }
}
