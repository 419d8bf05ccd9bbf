import { basename, dirname } from 'node:path';
import { manifestEntry } from '../../src/cli/models-check-entry.ts';
import { checkModel } from '../../src/edge/detect/check-model.ts';
import { loadManifest } from '../../src/edge/detect/model-manifest.ts';
import type { ModelStoreOptions } from '../../src/edge/detect/model-store.ts';
import { AppError } from '../../src/lib/errors.ts';

/** Class set of our own detector. */
const ownClasses = 'maplebridge-25';

/** A model and where its file is. */
export interface TriedModel {
  readonly id: string;
  readonly store: ModelStoreOptions;
}

/**
 * A model by its id in the manifest, or an exported file of our own detector that no manifest names yet.
 * @throws AppError MB_USAGE for a file that is no such model.
 */
export async function triedModel(name: string): Promise<TriedModel> {
  const manifest = loadManifest();
  if (!name.endsWith('.onnx')) return { id: name, store: { manifest } };
  const report = await checkModel({ path: name, kind: 'ready', runs: 1, threads: 1 });
  if (report.entry === undefined || report.chosen?.kind !== 'ready') {
    throw new AppError(
      'MB_USAGE',
      `--model ${name}: not as export.py writes it; see \`maplebridge models check ${name}\``,
    );
  }
  const fields = { id: 'tried', classes: ownClasses, licence: 'Apache-2.0' };
  const entry = { ...manifestEntry(report.entry, report.chosen.classes ?? 0, fields), file: basename(name) };
  const text = JSON.stringify({ ...manifest, models: [...manifest.models, entry] });
  return { id: entry.id, store: { manifest: loadManifest(name, text), shippedDir: dirname(name), mirror: undefined } };
}
