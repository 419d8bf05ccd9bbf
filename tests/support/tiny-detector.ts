import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { ModelManifest } from '../../src/edge/detect/model-manifest.ts';
import { sha256 } from '../../src/lib/hash.ts';
import { tinyOnnx } from './tiny-onnx.ts';

/** Input sides of the tiny model. */
export const tinySide = 32;
const strides = [8, 16, 32];
const cells = strides.reduce((sum, stride) => sum + (tinySide / stride) ** 2, 0);

/** A YOLOX-shaped model that sees one object in the middle of everything, in a millisecond: no weights needed. */
function tinyYolox(): Buffer {
  const boxes = new Float32Array(cells * 6);
  // The last cell is the one of stride 32: a box of 16 × 16 around its centre, surely there, surely of class 0.
  boxes.set([0.5, 0.5, Math.log(0.5), Math.log(0.5), 1, 0.9], (cells - 1) * 6);
  return tinyOnnx({
    inputs: [{ name: 'images', dims: [1, 3, tinySide, tinySide] }],
    outputs: [{ name: 'output', dims: [1, cells, 6] }],
    nodes: [
      { op: 'ReduceMean', inputs: ['images'], outputs: ['mean'], ints: { axes: [0, 1, 2, 3] }, int: { keepdims: 0 } },
      { op: 'Mul', inputs: ['mean', 'zero'], outputs: ['nothing'] },
      { op: 'Add', inputs: ['boxes', 'nothing'], outputs: ['output'] },
    ],
    tensors: [
      { name: 'zero', dims: [1], floats: [0] },
      { name: 'boxes', dims: [1, cells, 6], floats: boxes },
    ],
  });
}

/** A manifest of two tiny models: `sees-people` and `sees-cars`, in files of those names. */
export function tinyManifest(): ModelManifest {
  const model = (id: string, classes: string, bytes: Buffer): ModelManifest['models'][number] => ({
    id,
    task: 'detect',
    kind: 'yolox',
    file: `${id}.onnx`,
    sha256: sha256(bytes),
    bytes: bytes.length,
    shipped: false,
    classes,
    strides,
    rewrite: [],
    input: {
      name: 'images',
      width: tinySide,
      height: tinySide,
      layout: 'nchw',
      channelOrder: 'rgb',
      fit: 'letterbox',
      mean: [0, 0, 0],
      std: [1, 1, 1],
      pad: 114,
    },
    licence: 'MIT',
    attribution: '',
    sources: [],
  });
  const file = tinyYolox();
  return {
    version: 1,
    classSets: {
      people: { names: ['person'], canonical: { person: 'person' } },
      cars: { names: ['car'], canonical: { car: 'car' } },
    },
    models: [model('sees-people', 'people', file), model('sees-cars', 'cars', file)],
    appearance: [],
  };
}

/** Puts a tiny model's file where the manifest's mirror is. */
export async function writeTinyModel(folder: string, id: string): Promise<void> {
  await writeFile(join(folder, `${id}.onnx`), tinyYolox());
}
