import type { ModelInput } from '../model-manifest.ts';
import type { PackOptions } from './pack-pictures.ts';

/** What measured best for a model's input (docs/decisions/0010-packing.md). */
export function packOptions(input: Pick<ModelInput, 'fit' | 'width' | 'height'>): PackOptions {
  return {
    // A stretched picture has its own scale across and down: only whole pictures look as the model knows them.
    shared: input.fit === 'letterbox',
    // Whoever asks has put a margin around its regions already (edge/look-regions.ts, the gate's `margin`).
    margin: 0,
    minMargin: 16,
    minSize: 64,
    // Largest stride of the models that are packed. Cells then lie on the same pixels of the picture as when it is seen whole:
    // of 564 objects 8 more are found than with 8, at the same cost.
    align: 32,
    gap: 32,
    wholeShare: 0.7,
    // A run of 416×416 takes 17.0 ms and one of 416×128 5.8 ms: 0.9 ms beside what the pixels cost.
    runCost: 9000,
  };
}
