import { GraphError } from './graph-error.ts';
import { intTensorFields } from './graph-tensor.ts';
import { graphField, tensorField, tensorType } from './onnx-fields.ts';
import type { OnnxModel } from './onnx-model.ts';
import { intField } from './wire.ts';

/** Input of DETR exports that says in which pixels boxes are wanted. */
export const targetSizeInput = 'orig_target_sizes';

/**
 * Makes the input `orig_target_sizes` `[batch, 2]` (width, height) a constant, so that one picture is all a caller
 * gives and boxes come in pixels of the model's input. Returns whether there was such an input.
 * @throws GraphError where it is not of int64.
 */
export function bindTargetSize(model: OnnxModel, width: number, height: number, batch: number): boolean {
  const input = model.inputs.find(({ name }) => name === targetSizeInput);
  if (input === undefined) return false;
  if (input.type !== tensorType.int64) throw new GraphError(`its input ${targetSizeInput} is not of int64`);
  model.changeValues(graphField.input, (value) => (value.name === targetSizeInput ? undefined : value.fields));
  const values = Array.from({ length: batch }, () => [width, height]).flat();
  const [, ...rest] = intTensorFields(targetSizeInput, values);
  model.addTensor([intField(tensorField.dims, batch), intField(tensorField.dims, 2), ...rest]);
  model.raise(undefined, 4);
  return true;
}
