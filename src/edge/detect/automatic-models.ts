import type { ObjectClass } from '../../domain/object-class.ts';
import { canonicalClasses, type ModelManifest } from './model-manifest.ts';

/** A model and what is asked of it. */
export interface AutomaticModel {
  readonly id: string;
  readonly classes: readonly ObjectClass[];
}

/**
 * The models of a node whose configuration names none: what was pulled to this machine (the last first), then what
 * ships. Each class is asked of the first that knows it, so that no object is seen twice, and a model that is left without
 * a class does not run. Where there is neither, the manifest's first, which then says what is missing.
 */
export function automaticModels(manifest: ModelManifest, pulled: readonly string[]): readonly AutomaticModel[] {
  const known = manifest.models.filter(({ id }) => pulled.includes(id));
  const order = [
    ...known.toSorted((a, b) => pulled.indexOf(a.id) - pulled.indexOf(b.id)),
    ...manifest.models.filter(({ id, shipped }) => shipped && !pulled.includes(id)),
  ];
  const taken = new Set<ObjectClass>();
  const chosen: AutomaticModel[] = [];
  for (const entry of order.length > 0 ? order : manifest.models.slice(0, 1)) {
    const own = new Set(canonicalClasses(manifest, entry).filter((name) => name !== undefined));
    const classes = [...own].filter((name) => !taken.has(name));
    for (const name of classes) taken.add(name);
    if (classes.length > 0) chosen.push({ id: entry.id, classes });
  }
  return chosen;
}
