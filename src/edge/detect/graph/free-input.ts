import { layoutOf, pictureInput } from './change-input.ts';
import { followShapes } from './follow-shapes.ts';
import { GraphError } from './graph-error.ts';
import { graphField } from './onnx-fields.ts';
import { OnnxModel } from './onnx-model.ts';
import type { Shape } from './shape.ts';
import { type ValueInfo, withDims } from './value-info.ts';

/**
 * The same model with height and width of its picture input left free: one graph for inputs of every size, in multiples of
 * `step`. Undefined where the model does not allow it, because a constant or an operator binds it to its size.
 */
export function freeInput(bytes: Uint8Array, step: number): Uint8Array | undefined {
  try {
    const model = new OnnxModel(bytes);
    const input = pictureInput(model);
    const from = fixedShape(input);
    const spatial = layoutOf(from) === 'nchw' ? [2, 3] : [1, 2];
    const { shapes } = followShapes(model, new Map([[input.name, from]]));
    const other = from.map((dim, axis) => (spatial.includes(axis) ? dim + (axis + 1) * step : dim));
    const followed = followShapes(model, new Map([[input.name, other]]), shapes);
    if (followed.targets.size > 0) return undefined;
    const freed = (value: ValueInfo) => {
      const [one, two] =
        value.name === input.name ? [from, other] : [shapes.get(value.name), followed.shapes.get(value.name)];
      if (one === undefined || two === undefined) return value.fields;
      // What follows the input's size gets a name of its own, which promises nothing.
      return withDims(
        value,
        one.map((dim, axis) => (dim === two[axis] ? dim : `${value.name}/${axis}`)),
      );
    };
    model.changeValues(graphField.input, freed);
    model.changeValues(graphField.output, freed);
    model.changeValues(graphField.valueInfo, () => undefined);
    return model.toBytes();
  } catch {
    // Also what is no ONNX file at all: the runtime's own word on it says more.
    return undefined;
  }
}

function fixedShape({ dims }: ValueInfo): Shape {
  const fixed = (dims ?? []).map(Number);
  if (fixed.some((dim) => !Number.isInteger(dim) || dim < 1)) throw new GraphError('its input has no fixed size');
  return fixed;
}
