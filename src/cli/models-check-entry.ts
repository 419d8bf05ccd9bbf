import { basename } from 'node:path';
import type { KnownEntry } from '../edge/detect/check-model.ts';

/** What of an entry only its owner can say. */
export type EntryFlags = Readonly<Partial<Record<'id' | 'classes' | 'licence' | 'attribution', string>>>;

/** What a file cannot say stands in angle brackets, which the manifest's schema refuses. */
export function manifestEntry(known: KnownEntry, classes: number, flags: EntryFlags) {
  const { task, kind, file, sha256, bytes, shipped, strides, input, rewrite } = known;
  const count = classes === 0 ? 'its' : `${classes}`;
  return {
    id: flags.id ?? idOf(file),
    ...{ task, kind, file, sha256, bytes, shipped },
    classes: flags.classes ?? `<class set with ${count} names, of classSets>`,
    ...{ strides, input, rewrite },
    licence: flags.licence ?? '<licence of the weights, SPDX>',
    attribution: flags.attribution ?? '',
    sources: [],
  };
}

/** What `models check` prints for the manifest. */
export type ManifestEntry = ReturnType<typeof manifestEntry>;

function idOf(file: string): string {
  const id = basename(file, '.onnx')
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-');
  return id.replace(/^-+|-+$/g, '').slice(0, 63);
}
