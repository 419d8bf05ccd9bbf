import { targetSizeInput } from './graph/bind-input.ts';
import { layoutOf } from './graph/change-input.ts';
import { GraphError } from './graph/graph-error.ts';
import { typeName } from './graph/graph-tensor.ts';
import { OnnxModel } from './graph/onnx-model.ts';
import { rewriteModel } from './graph/rewrite-model.ts';
import type { ModelEntry } from './model-manifest.ts';

/** An input or output as a reader is told of it. */
export interface DescribedValue {
  readonly name: string;
  readonly type: string;
  /** A text stands for a free axis; none: the file does not say. */
  readonly dims: readonly (number | string)[] | undefined;
}

/** One change the loader could make to the graph. */
export interface DescribedRewrite {
  /** As in the manifest; `batch` is asked for by the runtime. */
  readonly name: ModelEntry['rewrite'][number] | 'batch';
  readonly applies: boolean;
  /** What it would do, or what stands in the way. */
  readonly detail: string;
}

/** What can be said of an ONNX file without running it. */
export interface ModelDescriptionReport {
  readonly irVersion: number;
  /** Version by domain; ONNX's own is called `ai.onnx`. */
  readonly opsets: readonly { readonly domain: string; readonly version: number }[];
  readonly inputs: readonly DescribedValue[];
  readonly outputs: readonly DescribedValue[];
  /** Most frequent first. */
  readonly operators: readonly { readonly name: string; readonly count: number }[];
  readonly rewrites: readonly DescribedRewrite[];
  /** The input that takes a picture, where it is one of a fixed size of 32 to 4096 pixels a side. */
  readonly picture: PictureInput | undefined;
}

/** An input of one picture. */
export interface PictureInput {
  readonly name: string;
  readonly width: number;
  readonly height: number;
  readonly layout: 'nchw' | 'nhwc';
}

/** Reads an ONNX file. @throws GraphError where it is none. */
export function describeModel(bytes: Uint8Array): ModelDescriptionReport {
  const model = new OnnxModel(bytes);
  const counts = new Map<string, number>();
  for (const { op, domain } of model.nodes) {
    const name = domain === '' ? op : `${domain}:${op}`;
    counts.set(name, (counts.get(name) ?? 0) + 1);
  }
  const picture = pictureOf(model);
  return {
    irVersion: model.irVersion,
    opsets: [...model.opsets].map(([domain, version]) => ({ domain: domain || 'ai.onnx', version })),
    inputs: model.inputs.map(described),
    outputs: model.outputs.map(described),
    operators: [...counts].map(([name, count]) => ({ name, count })).sort((a, b) => b.count - a.count),
    rewrites: rewrites(bytes, picture),
    picture,
  };
}

function described({ name, type, dims }: OnnxModel['inputs'][number]): DescribedValue {
  return { name, type: typeName(type), dims };
}

function pictureOf(model: OnnxModel): PictureInput | undefined {
  const input = model.inputs.find(({ dims }) => dims?.length === 4);
  const dims = input?.dims;
  if (input === undefined || dims === undefined) return undefined;
  const layout = layoutOf(dims);
  const [height, width] = layout === 'nchw' ? [dims[2], dims[3]] : [dims[1], dims[2]];
  if (typeof width !== 'number' || typeof height !== 'number' || !isSide(width) || !isSide(height)) return undefined;
  return { name: input.name, width, height, layout };
}

/** What the manifest allows: nobody's file may make us fill gigabytes with a picture. */
function isSide(length: number): boolean {
  return Number.isInteger(length) && length >= 32 && length <= 4096;
}

/** Each rewrite is tried on its own. */
function rewrites(bytes: Uint8Array, picture: PictureInput | undefined): DescribedRewrite[] {
  const attempt = (name: DescribedRewrite['name'], ask: Parameters<typeof rewriteModel>[1], nothing: string) => {
    try {
      const [done] = rewriteModel(bytes, ask).done;
      return { name, applies: done !== undefined, detail: done ?? nothing };
    } catch (error) {
      if (!(error instanceof GraphError)) throw error;
      return { name, applies: false, detail: error.message };
    }
  };
  const { width = 640, height = 640 } = picture ?? {};
  // Three strides of the coarsest usual grid less: a size that every convolutional detector takes.
  const smaller = { width, height: Math.max(128, height - 192) };
  return [
    attempt('weights', { freezeWeights: true }, 'weights are constants already'),
    attempt('hard-swish', { foldHardSwish: true }, 'no decomposed hard-swish'),
    attempt('target-size', { targetSize: { width, height } }, `no input ${targetSizeInput}`),
    attempt(
      'input',
      { input: smaller.height === height ? { width, height: height + 128 } : smaller },
      'nothing to change',
    ),
    attempt('batch', { batch: 2 }, 'its batch is 2 already'),
  ];
}
