import type { ModelInput } from '../model-manifest.ts';
import type { PackOptions } from './pack-pictures.ts';

/** What measured best for a model's input (docs/decisions/0010-packing.md). */
export function packOptions(input: Pick<ModelInput, 'fit' | 'width' | 'height'>): PackOptions {
  return {
    // A stretched picture has its own scale across and down: only whole pictures look as the model knows them.
    shared: input.fit === 'letterbox',
    margin: 0.25,
    minMargin: 16,
    minSize: 64,
    align: 8,
    wholeShare: 0.7,
    gap: 8,
    // A run of 416×416 takes 17.0 ms and one of 416×128 5.8 ms: 0.9 ms beside what the pixels cost.
    runCost: 9000,
  };
}
