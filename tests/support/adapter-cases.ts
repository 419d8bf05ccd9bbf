import type { OutputTensor, ReaderOptions } from '../../src/edge/detect/candidate.ts';
import type { ModelEntry } from '../../src/edge/detect/model-manifest.ts';
import { constantModel, type TinyTensor, tinyOnnx } from './tiny-onnx.ts';

/** An object as a model would report it: pixels of its input, and the index of its class. */
export interface KnownObject {
  readonly box: readonly [x1: number, y1: number, x2: number, y2: number];
  readonly score: number;
  readonly classIndex: number;
}

/** How a kind of model writes what it found. */
export interface AdapterCase {
  readonly kind: ModelEntry['kind'];
  readonly strides: readonly number[];
  /** Its outputs for these objects, in its own layout. */
  encode(objects: readonly KnownObject[], options: ReaderOptions): TinyTensor[];
  /** An ONNX file that gives these outputs. */
  model(objects: readonly KnownObject[], options: ReaderOptions): Buffer;
}

const sizes = (options: ReaderOptions, stride: number) => {
  const columns = Math.ceil(options.width / stride);
  return { columns, cells: columns * Math.ceil(options.height / stride) };
};
const image = ({ width, height }: ReaderOptions) => ({ name: 'images', dims: [1, 3, height, width] });
const centre = ({ box: [x1, y1, x2, y2] }: KnownObject) => ({
  x: (x1 + x2) / 2,
  y: (y1 + y2) / 2,
  w: x2 - x1,
  h: y2 - y1,
});

/** The paper's formulas, the other way round. */
function yolox(objects: readonly KnownObject[], options: ReaderOptions): TinyTensor[] {
  const row = 5 + options.classes.length;
  const [stride = 8] = options.strides;
  const { columns } = sizes(options, stride);
  const rows = options.strides.reduce((sum, each) => sum + sizes(options, each).cells, 0);
  const floats = new Float32Array(rows * row);
  for (const object of objects) {
    const { x, y, w, h } = centre(object);
    const [column, line] = [Math.floor(x / stride), Math.floor(y / stride)];
    const at = (line * columns + column) * row;
    const part = Math.sqrt(object.score);
    floats.set([x / stride - column, y / stride - line, Math.log(w / stride), Math.log(h / stride), part], at);
    floats[at + 5 + object.classIndex] = part;
  }
  return [{ name: 'output', dims: [1, rows, row], floats }];
}

/** A distance as the mean of a distribution over 0…7 cells: all weight on the two bins beside it. */
function bins(distance: number): number[] {
  const low = Math.min(6, Math.floor(distance));
  const logits = new Array<number>(8).fill(-60);
  logits[low] = Math.log(Math.max(1e-20, low + 1 - distance));
  logits[low + 1] = Math.log(Math.max(1e-20, distance - low));
  return logits;
}

function gfl(objects: readonly KnownObject[], options: ReaderOptions): TinyTensor[] {
  const levels = options.strides.map((stride) => {
    const { columns, cells } = sizes(options, stride);
    const scores = new Float32Array(cells * options.classes.length);
    return { stride, columns, cells, scores, sides: new Float32Array(cells * 32) };
  });
  for (const object of objects) {
    const [x1, y1, x2, y2] = object.box;
    const { x, y } = centre(object);
    const level = levels.find(({ stride }) => Math.max(x2 - x1, y2 - y1) / 2 < 6 * stride);
    if (level === undefined) throw new Error('too large an object for these strides');
    const { stride, columns } = level;
    const [column, line] = [Math.floor(x / stride), Math.floor(y / stride)];
    const cell = line * columns + column;
    const [cx, cy] = [(column + 0.5) * stride, (line + 0.5) * stride];
    level.scores[cell * options.classes.length + object.classIndex] = object.score;
    level.sides.set(
      [cx - x1, cy - y1, x2 - cx, y2 - cy].flatMap((side) => bins(side / stride)),
      cell * 32,
    );
  }
  return [
    ...levels.map(({ stride, cells, scores: floats }) => ({
      name: `cls_${stride}`,
      dims: [1, cells, options.classes.length],
      floats,
    })),
    ...levels.map(({ stride, cells, sides: floats }) => ({ name: `dis_${stride}`, dims: [1, cells, 32], floats })),
  ];
}

const queries = 12;

function normalised(objects: readonly KnownObject[], { width, height }: ReaderOptions): Float32Array {
  const floats = new Float32Array(queries * 4);
  for (const [index, object] of objects.entries()) {
    const { x, y, w, h } = centre(object);
    floats.set([x / width, y / height, w / width, h / height], index * 4);
  }
  return floats;
}

function detr(objects: readonly KnownObject[], options: ReaderOptions): TinyTensor[] {
  const count = options.classes.length;
  const floats = new Float32Array(queries * count).fill(-12);
  for (const [index, { score, classIndex }] of objects.entries()) {
    floats[index * count + classIndex] = Math.log(score / (1 - score));
  }
  return [
    { name: 'pred_logits', dims: [1, queries, count], floats },
    { name: 'pred_boxes', dims: [1, queries, 4], floats: normalised(objects, options) },
  ];
}

function detrPost(objects: readonly KnownObject[]): TinyTensor[] {
  const boxes = new Float32Array(queries * 4);
  const scores = new Float32Array(queries);
  for (const [index, { box, score }] of objects.entries()) {
    boxes.set(box, index * 4);
    scores[index] = score;
  }
  const ints = Array.from({ length: queries }, (_, index) => objects[index]?.classIndex ?? 0);
  return [
    { name: 'labels', dims: [1, queries], ints },
    { name: 'boxes', dims: [1, queries, 4], floats: boxes },
    { name: 'scores', dims: [1, queries], floats: scores },
  ];
}

/** Boxes times `orig_target_sizes`, as the published exports compute them. */
function detrPostModel(objects: readonly KnownObject[], options: ReaderOptions): Buffer {
  const [labels, , scores] = detrPost(objects);
  const { width, height } = options;
  const relative = new Float32Array(queries * 4);
  for (const [index, { box }] of objects.entries()) {
    relative.set(
      box.map((value, side) => value / (side % 2 === 0 ? width : height)),
      index * 4,
    );
  }
  if (labels === undefined || scores === undefined) throw new Error('three outputs are expected');
  return tinyOnnx({
    inputs: [image(options), { name: 'orig_target_sizes', dims: [1, 2], type: 'int64' }],
    outputs: [
      { name: 'labels', dims: [1, queries], type: 'int64' },
      { name: 'boxes', dims: [1, queries, 4] },
      { name: 'scores', dims: [1, queries] },
    ],
    tensors: [
      { ...labels, name: 'l' },
      { name: 'relative', dims: [1, queries, 4], floats: relative },
      { ...scores, name: 's' },
    ],
    nodes: [
      { op: 'Cast', inputs: ['orig_target_sizes'], outputs: ['size'], int: { to: 1 } },
      { op: 'Concat', inputs: ['size', 'size'], outputs: ['sizes'], int: { axis: 1 } },
      { op: 'Mul', inputs: ['relative', 'sizes'], outputs: ['boxes'] },
      { op: 'Identity', inputs: ['l'], outputs: ['labels'] },
      { op: 'Identity', inputs: ['s'], outputs: ['scores'] },
    ],
  });
}

/** As a graph that suppresses by itself writes them: as many rows as there are objects. */
function ready(objects: readonly KnownObject[]): TinyTensor[] {
  const floats = objects.flatMap(({ box, score, classIndex }) => [...box, score, classIndex]);
  return [{ name: 'detections', dims: [objects.length, 6], floats }];
}

const plain =
  (encode: AdapterCase['encode']): AdapterCase['model'] =>
  (objects, options) =>
    constantModel(image(options), encode(objects, options));

/** Every kind of model there is an adapter for. */
export const adapterCases: readonly AdapterCase[] = [
  { kind: 'yolox', strides: [8, 16, 32], encode: yolox, model: plain(yolox) },
  { kind: 'nanodet', strides: [8, 16, 32], encode: gfl, model: plain(gfl) },
  { kind: 'picodet', strides: [8, 16, 32, 64], encode: gfl, model: plain(gfl) },
  { kind: 'detr', strides: [], encode: detr, model: plain(detr) },
  { kind: 'detr-post', strides: [], encode: detrPost, model: detrPostModel },
  { kind: 'ready', strides: [], encode: ready, model: plain(ready) },
];

/** As the runtime hands them over. */
export function asOutputs(tensors: readonly TinyTensor[]): OutputTensor[] {
  return tensors.map(({ name, dims, floats, ints }) => ({ name, dims, data: Float32Array.from(floats ?? ints ?? []) }));
}
