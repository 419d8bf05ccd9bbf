import { AppError } from '../../lib/errors.ts';
import type { DetectConfig } from './config.ts';
import { findModel, knownClasses, type ModelManifest } from './model-manifest.ts';

/**
 * Whether each model that a configuration names knows all it is asked for: only the manifest tells.
 * @throws AppError MB_MODEL_UNKNOWN, MB_CONFIG_INVALID with what the model does know.
 */
export function checkAskedClasses({ models = [] }: Pick<DetectConfig, 'models'>, manifest: ModelManifest): void {
  for (const [index, { id, classes = [] }] of models.entries()) {
    if (classes.length === 0) continue;
    const known = knownClasses(manifest, findModel(manifest, id));
    const strange = classes.filter((name) => !known.has(name));
    if (strange.length === 0) continue;
    const what = `model "${id}" does not know ${strange.join(', ')}; it knows ${[...known].join(', ')}`;
    throw new AppError('MB_CONFIG_INVALID', `detect.models.${index}.classes: ${what}`);
  }
}
