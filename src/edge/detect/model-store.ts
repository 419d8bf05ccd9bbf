import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Sha256 } from '../../domain/ids.ts';
import { writeDurable } from '../../lib/durable-file.ts';
import { AppError } from '../../lib/errors.ts';
import { sha256 } from '../../lib/hash.ts';
import { redactUrl } from '../../lib/log.ts';
import { download } from './model-download.ts';
import {
  findModel,
  findModelFile,
  type ModelEntry,
  type ModelFile,
  type ModelManifest,
  modelsDir,
} from './model-manifest.ts';

/** Where models are looked for, in this order: shipped, cache, mirror, upstream. */
export interface ModelStoreOptions {
  readonly manifest: ModelManifest;
  /** Folder of shipped weights; the repository's `models/` unless given. */
  readonly shippedDir?: string;
  /** Folder of downloaded weights; `.maplebridge/models` under the working directory unless given. */
  readonly cacheDir?: string;
  /** Folder or http(s) address that holds the files by name; `MAPLEBRIDGE_MODEL_MIRROR` unless given. */
  readonly mirror?: string | undefined;
  /** Whether the manifest's upstream addresses may be used; only an operator's explicit wish sets it. */
  readonly allowUpstream?: boolean;
}

/** A model on this machine whose bytes are those the manifest names. */
export interface ResolvedModel {
  readonly path: string;
  readonly entry: ModelEntry;
}

type Lookup = { readonly path: string } | { readonly missing: string };

/**
 * Finds a model's file and checks its hash.
 * @throws AppError MB_MODEL_UNKNOWN, MB_MODEL_MISSING (what was tried, in order), MB_MODEL_HASH (both hashes): a file
 * with the wrong hash is never passed over for the next place.
 */
export async function resolveModel(id: string, options: ModelStoreOptions): Promise<ResolvedModel> {
  const entry = findModel(options.manifest, id);
  return { path: await resolveFile(entry, options), entry };
}

/** Where a model's file is, its hash checked. @throws AppError as `resolveModel`. */
export async function resolveFile(entry: ModelFile, options: ModelStoreOptions): Promise<string> {
  const cacheDir = cacheDirOf(options);
  const mirror = 'mirror' in options ? options.mirror : process.env['MAPLEBRIDGE_MODEL_MIRROR'];
  const shippedDir = options.shippedDir ?? modelsDir;
  const places: (() => Promise<Lookup>)[] = [
    () => local(`shipped file ${join(shippedDir, entry.file)}`, shippedDir, entry),
    () => fromCache(cacheDir, entry),
    () => fromMirror(mirror, cacheDir, entry),
    () => fromUpstream(options.allowUpstream ?? false, cacheDir, entry),
  ];
  const tried: string[] = [];
  for (const look of places) {
    const found = await look();
    if ('path' in found) return found.path;
    tried.push(found.missing);
  }
  throw new AppError('MB_MODEL_MISSING', `model ${entry.id} is nowhere to be found; tried ${tried.join('; ')}`, {
    details: { model: entry.id, tried },
  });
}

/** Folder of downloaded weights and of graphs made from them. */
export function cacheDirOf(options?: ModelStoreOptions): string {
  return options?.cacheDir ?? join('.maplebridge', 'models');
}

/**
 * Where any model's file is, upstream allowed; a mirror folder's file is copied, so that the model is there without it.
 * @throws AppError as `resolveModel`.
 */
export async function pullModel(id: string, options: ModelStoreOptions): Promise<string> {
  const entry = findModelFile(options.manifest, id);
  const path = await resolveFile(entry, { ...options, allowUpstream: true });
  const shipped = join(options.shippedDir ?? modelsDir, entry.file);
  const cached = join(cacheDirOf(options), entry.file);
  if (path === shipped || path === cached) return path;
  await writeDurable(cached, await readFile(path));
  return cached;
}

async function local(what: string, dir: string, entry: ModelFile, advice = ''): Promise<Lookup> {
  const path = join(dir, entry.file);
  const bytes = await readFile(path).catch(() => undefined);
  if (bytes === undefined) return { missing: `${what} (not there)` };
  checkHash(entry, sha256(bytes), path, advice);
  return { path };
}

/** What was pulled may have been swapped since, and the manifest may name other weights after an update. */
async function fromCache(cacheDir: string, entry: ModelFile): Promise<Lookup> {
  const path = join(cacheDir, entry.file);
  const again = `; delete it and pull it again: maplebridge models pull ${entry.id}`;
  return local(`cache ${path}`, cacheDir, entry, again);
}

async function fromMirror(mirror: string | undefined, cacheDir: string, entry: ModelFile): Promise<Lookup> {
  if (mirror === undefined || mirror === '') return { missing: 'mirror (MAPLEBRIDGE_MODEL_MIRROR is not set)' };
  if (!/^https?:\/\//.test(mirror)) return local(`mirror ${join(mirror, entry.file)}`, mirror, entry);
  const url = `${mirror.replace(/\/+$/, '')}/${entry.file}`;
  return fromUrl('mirror', url, cacheDir, entry);
}

async function fromUpstream(allowed: boolean, cacheDir: string, entry: ModelFile): Promise<Lookup> {
  if (entry.sources.length === 0) return { missing: 'upstream (the manifest names none)' };
  if (!allowed) return { missing: `upstream (not asked for: maplebridge models pull ${entry.id})` };
  const tried: string[] = [];
  for (const url of entry.sources) {
    const found = await fromUrl('upstream', url, cacheDir, entry);
    if ('path' in found) return found;
    tried.push(found.missing);
  }
  return { missing: tried.join('; ') };
}

async function fromUrl(what: string, url: string, cacheDir: string, entry: ModelFile): Promise<Lookup> {
  const got = await download(url, entry.bytes);
  if (!got.ok) return { missing: `${what} ${redactUrl(url)} (${got.detail})` };
  checkHash(entry, sha256(got.bytes), redactUrl(url));
  const path = join(cacheDir, entry.file);
  await writeDurable(path, got.bytes);
  return { path };
}

function checkHash(entry: ModelFile, found: Sha256, where: string, advice = ''): void {
  if (found === entry.sha256) return;
  throw new AppError(
    'MB_MODEL_HASH',
    `model ${entry.id}: ${where} has SHA-256 ${found}, the manifest names ${entry.sha256}${advice}`,
    { details: { model: entry.id, where, found, expected: entry.sha256 } },
  );
}
