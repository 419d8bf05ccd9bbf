import { messageOf } from '../../../lib/errors.ts';
import { bindTargetSize } from './bind-input.ts';
import { changeInput } from './change-input.ts';
import { foldHardSwish } from './fold-hard-swish.ts';
import { GraphError } from './graph-error.ts';
import { OnnxModel } from './onnx-model.ts';
import { weightsAsConstants } from './weights-as-constants.ts';

/** Changes to a graph, none of which changes what it computes for a picture of its size. */
export interface RewriteAsk {
  /** Decomposed hard-swish into HardSwish nodes. */
  readonly foldHardSwish?: boolean;
  /** Weights that are listed as inputs become constants, which the runtime may then fuse and prepack. */
  readonly freezeWeights?: boolean;
  /** The input `orig_target_sizes` of DETR exports becomes this constant. */
  readonly targetSize?: { readonly width: number; readonly height: number };
  /** Size of the picture input, pixels; for fully convolutional models. */
  readonly input?: { readonly width: number; readonly height: number };
  /** Pictures a run. */
  readonly batch?: number;
}

/**
 * Rewrites an ONNX file; what is not named in `ask` is kept byte for byte. `done`: one line for what was changed.
 * Where nothing is to be done, `bytes` are those given.
 * @throws GraphError for a file that is no ONNX model, and for an input size that a constant of the model binds.
 */
export function rewriteModel(bytes: Uint8Array, ask: RewriteAsk): { bytes: Uint8Array; done: readonly string[] } {
  try {
    const model = new OnnxModel(bytes);
    const done = [...rewrite(model, ask)];
    return { bytes: done.length === 0 ? bytes : model.toBytes(), done };
  } catch (error) {
    if (error instanceof GraphError) throw error;
    throw new GraphError(`not an ONNX file that can be changed: ${messageOf(error)}`);
  }
}

function* rewrite(model: OnnxModel, ask: RewriteAsk): Iterable<string> {
  if (ask.freezeWeights === true) {
    const count = weightsAsConstants(model);
    if (count > 0) yield `${count} weights listed as inputs are constants`;
  }
  if (ask.foldHardSwish === true) {
    const { hardSwish, hardSigmoid } = foldHardSwish(model);
    if (hardSwish > 0) yield `${hardSwish} hard-swish folded`;
    if (hardSigmoid > 0) yield `${hardSigmoid} hard-sigmoid folded`;
  }
  if (ask.targetSize !== undefined) {
    const { width, height } = ask.targetSize;
    if (bindTargetSize(model, width, height, ask.batch ?? 1)) yield `boxes in pixels of ${width}×${height}`;
  }
  if (ask.input !== undefined || ask.batch !== undefined) {
    const changed = changeInput(model, { ...ask.input, batch: ask.batch });
    if (changed !== undefined) yield `input ${changed.from} → ${changed.to}, ${changed.constants} constants follow`;
  }
}
