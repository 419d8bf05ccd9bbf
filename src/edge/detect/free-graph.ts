import { readFile } from 'node:fs/promises';
import { freeInput } from './graph/free-input.ts';
import type { ModelEntry } from './model-manifest.ts';

/** What decides whether a graph's input may be left free. */
interface FreeGraphAsk {
  readonly path: string;
  readonly entry: ModelEntry;
  readonly provider: string;
  readonly batch?: number;
  readonly fixedInput?: boolean;
}

/** A model's file for inputs of every size, in multiples of `step`. */
export interface FreeGraph {
  readonly bytes: Uint8Array;
  readonly step: number;
}

/**
 * The graph with its input's size left free, where that is worth it: cpu takes as long as an input has pixels, and as
 * quickly as with a size that is written into the graph. Other providers prepare themselves anew for every size.
 */
export async function freeGraph(options: FreeGraphAsk): Promise<FreeGraph | undefined> {
  const { entry, provider, batch = 1, fixedInput = provider !== 'cpu' } = options;
  if (fixedInput || batch > 1 || entry.input.fit !== 'letterbox' || entry.strides.length === 0) return undefined;
  const step = Math.max(...entry.strides);
  const bytes = freeInput(await readFile(options.path), step);
  return bytes && { bytes, step };
}
