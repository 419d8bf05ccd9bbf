import type { ObjectClass } from '../../domain/object-class.ts';
import { knownClasses, type ModelManifest } from './model-manifest.ts';

/** A model and what is asked of it. */
export interface AutomaticModel {
  readonly id: string;
  readonly classes: readonly ObjectClass[];
}

/**
 * The models of a node whose configuration names none: what was pulled to this machine (the last first), then what
 * ships. Each class is asked of the first that knows it, so that no object is seen twice, and a model that is left without
 * a class does not run. Where nothing ships the manifest's first stands in for it, and says so if it is missing.
 * `except`: a canary's model, which is tried beside the others and is none of them.
 */
export function automaticModels(
  manifest: ModelManifest,
  pulled: readonly string[],
  except?: string,
): readonly AutomaticModel[] {
  const models = manifest.models.filter(({ id }) => id !== except);
  const known = models.filter(({ id }) => pulled.includes(id));
  const shipped = models.filter((entry) => entry.shipped);
  const order = [
    ...known.toSorted((a, b) => pulled.indexOf(a.id) - pulled.indexOf(b.id)),
    ...(shipped.length > 0 ? shipped : models.slice(0, 1)).filter(({ id }) => !pulled.includes(id)),
  ];
  const taken = new Set<ObjectClass>();
  const chosen: AutomaticModel[] = [];
  for (const entry of order) {
    const own = knownClasses(manifest, entry);
    const classes = [...own].filter((name) => !taken.has(name));
    for (const name of classes) taken.add(name);
    if (classes.length > 0) chosen.push({ id: entry.id, classes });
  }
  return chosen;
}
