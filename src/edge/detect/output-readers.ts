import type { Candidate, OutputReader, OutputTensor, ReaderOptions } from './candidate.ts';
import { detrPostReader, detrReader } from './detr.ts';
import { gflReader } from './gfl.ts';
import type { ModelEntry } from './model-manifest.ts';
import { readyReader } from './ready.ts';
import { yoloxReader } from './yolox.ts';

/** How each kind of model is read. */
export const outputReaders: Readonly<Record<ModelEntry['kind'], (options: ReaderOptions) => OutputReader>> = {
  yolox: sound(yoloxReader),
  picodet: sound(gflReader),
  nanodet: sound(gflReader),
  detr: sound(detrReader),
  'detr-post': sound(detrPostReader),
  ready: sound(readyReader),
};

/** Kinds trained to report each object once: suppression would only merge people who stand close together. */
export const oneBoxAnObject: ReadonlySet<ModelEntry['kind']> = new Set(['detr', 'detr-post']);

/** Kinds whose outputs do not say which picture of a batch a box is of: they take one input a run. */
export const onePictureARun: ReadonlySet<ModelEntry['kind']> = new Set(['ready']);

/** A graph that overflows gives NaN and infinities: neither is a box, nor a score. */
function sound(reader: (options: ReaderOptions) => OutputReader) {
  return (options: ReaderOptions): OutputReader => {
    const read = reader(options);
    const { scoreThreshold } = options;
    const isSound = ({ x1, y1, x2, y2, score }: Candidate) =>
      score >= scoreThreshold && Number.isFinite(x1 + y1 + x2 + y2 + score);
    return (outputs) => read(outputs).filter(isSound);
  };
}

/** The part of a batch's outputs that belongs to one of its inputs; outputs are batch-major. */
export function outputsOf(outputs: readonly OutputTensor[], index: number, batch: number): readonly OutputTensor[] {
  if (batch === 1) return outputs;
  return outputs.map(({ name, dims, data }) => {
    const length = data.length / batch;
    return { name, dims: [1, ...dims.slice(1)], data: data.subarray(index * length, (index + 1) * length) };
  });
}
