import { graphField } from './onnx-fields.ts';
import type { OnnxModel } from './onnx-model.ts';

/**
 * Older exporters list every weight as an input with a default, which a caller may override: the runtime then cannot
 * fold, fuse or prepack anything it touches. From IR version 4 on a weight need not be an input.
 * Source: ONNX IR specification, "Graphs" (initializers and inputs). Returns how many inputs were removed.
 */
export function weightsAsConstants(model: OnnxModel): number {
  const weights = model.weightNames();
  let removed = 0;
  model.changeValues(graphField.input, (value) => {
    if (!weights.has(value.name)) return value.fields;
    removed += 1;
    return undefined;
  });
  if (removed > 0) model.raise(undefined, 4);
  return removed;
}
