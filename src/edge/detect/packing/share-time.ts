import type { Layout } from './pack-pictures.ts';
import { pixels } from './rect.ts';

/** Divides the time that inputs took among the pictures in them, by their pixels; added to `spentMs`. */
export function shareTime(elapsedMs: number, layouts: readonly Layout[], spentMs: number[]): void {
  const placements = layouts.flatMap((layout) => layout.placements);
  const all = placements.reduce((sum, { source }) => sum + pixels(source), 0);
  for (const { picture, source } of placements) {
    spentMs[picture] = (spentMs[picture] ?? 0) + (elapsedMs * pixels(source)) / all;
  }
}
