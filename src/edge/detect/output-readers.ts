import type { OutputReader, OutputTensor, ReaderOptions } from './candidate.ts';
import { gflReader } from './gfl.ts';
import type { ModelEntry } from './model-manifest.ts';
import { yoloxReader } from './yolox.ts';

/** How each kind of model is read. */
export const outputReaders: Readonly<Record<ModelEntry['kind'], (options: ReaderOptions) => OutputReader>> = {
  yolox: yoloxReader,
  picodet: gflReader,
  nanodet: gflReader,
};

/** The part of a batch's outputs that belongs to one of its inputs; outputs are batch-major. */
export function outputsOf(outputs: readonly OutputTensor[], index: number, batch: number): readonly OutputTensor[] {
  if (batch === 1) return outputs;
  return outputs.map(({ name, dims, data }) => {
    const length = data.length / batch;
    return { name, dims: [1, ...dims.slice(1)], data: data.subarray(index * length, (index + 1) * length) };
  });
}
