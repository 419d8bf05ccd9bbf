import * as ort from 'onnxruntime-node';

/**
 * A second implementation of the detectors, written from the papers and the notes beside the weights, as plainly as it can
 * be: no code of the product, no packing, the file as published, every step in the open. Slow.
 */
export interface ReferenceModel {
  readonly file: string;
  readonly input: string;
  readonly side: number;
  readonly order: 'rgb' | 'bgr';
  readonly mean: readonly number[];
  readonly std: readonly number[];
  readonly stretch: boolean;
  readonly pad: number;
  readonly strides: readonly number[];
  readonly head: 'yolox' | 'gfl';
  readonly classes: number;
}

/** A packed picture, already of the size the model takes (or, letterboxed, of its content). */
export interface ReferencePicture {
  readonly width: number;
  readonly height: number;
  readonly order: 'rgb' | 'bgr';
  readonly bytes: Uint8Array;
}

/** A box in pixels of the picture given. */
export interface ReferenceBox {
  readonly x1: number;
  readonly y1: number;
  readonly x2: number;
  readonly y2: number;
  readonly score: number;
  readonly classIndex: number;
}

const yolox = { order: 'bgr', mean: [0, 0, 0], std: [1, 1, 1], stretch: false, pad: 114, head: 'yolox' } as const;
const [red, green, blue] = [
  [123.675, 58.395],
  [116.28, 57.12],
  [103.53, 57.375],
] as const;

/** The models by their id in the manifest. */
export const referenceModels: Readonly<Record<string, ReferenceModel>> = {
  'yolox-nano-416': {
    ...yolox,
    file: 'yolox_nano_416.onnx',
    input: 'images',
    side: 416,
    strides: [8, 16, 32],
    classes: 80,
  },
  'light-person-192': {
    ...yolox,
    file: 'light_person_detector.onnx',
    input: 'images',
    side: 192,
    strides: [8, 16, 32],
    classes: 1,
  },
  'picodet-s-416': {
    ...{ file: 'picodet_s_416_coco.onnx', input: 'image', side: 416, order: 'rgb', stretch: true, pad: 0, head: 'gfl' },
    ...{ mean: [red[0], green[0], blue[0]], std: [red[1], green[1], blue[1]], strides: [8, 16, 32, 64], classes: 80 },
  },
  'nanodet-m-416': {
    ...{ file: 'nanodet_m_416.onnx', input: 'input.1', side: 416, order: 'bgr', stretch: true, pad: 0, head: 'gfl' },
    ...{ mean: [blue[0], green[0], red[0]], std: [blue[1], green[1], red[1]], strides: [8, 16, 32], classes: 80 },
  },
};

/** Loads a published file as it is. */
export class ReferenceDetector {
  readonly #model: ReferenceModel;
  readonly #session: ort.InferenceSession;

  private constructor(model: ReferenceModel, session: ort.InferenceSession) {
    this.#model = model;
    this.#session = session;
  }

  static async open(model: ReferenceModel, path: string): Promise<ReferenceDetector> {
    return new ReferenceDetector(
      model,
      await ort.InferenceSession.create(path, { intraOpNumThreads: 1, logSeverityLevel: 3 }),
    );
  }

  /** Every box of at least this score, each with its best class; not suppressed. */
  async candidates(picture: ReferencePicture, leastScore: number): Promise<ReferenceBox[]> {
    const { input, side, head } = this.#model;
    const tensor = new ort.Tensor('float32', this.#tensor(picture), [1, 3, side, side]);
    const results = await this.#session.run({ [input]: tensor });
    const outputs = this.#session.outputNames.map((name) => results[name]?.data as Float32Array);
    const boxes = head === 'yolox' ? this.#yolox(outputs) : this.#gfl(outputs);
    return boxes.filter(({ score }) => score >= leastScore);
  }

  async close(): Promise<void> {
    await this.#session.release();
  }

  #tensor(picture: ReferencePicture): Float32Array {
    const { side, order, mean, std, pad, stretch } = this.#model;
    if (stretch && (picture.width !== side || picture.height !== side))
      throw new Error('a stretched picture fills the input');
    const data = new Float32Array(3 * side * side);
    const byteAt = (x: number, y: number, channel: number) => {
      if (x >= picture.width || y >= picture.height) return pad;
      return picture.bytes[(y * picture.width + x) * 3 + (order === picture.order ? channel : 2 - channel)] ?? 0;
    };
    for (const [channel, average] of mean.entries()) {
      for (let y = 0; y < side; y += 1) {
        for (let x = 0; x < side; x += 1) {
          data[(channel * side + y) * side + x] = (byteAt(x, y, channel) - average) / (std[channel] ?? 1);
        }
      }
    }
    return data;
  }

  /** YOLOX, §2.1: offsets from the cell, exponential sizes, objectness times class. */
  #yolox([output]: readonly (Float32Array | undefined)[]): ReferenceBox[] {
    const { side, strides, classes } = this.#model;
    const boxes: ReferenceBox[] = [];
    let row = 0;
    for (const stride of strides) {
      for (let gridY = 0; gridY < side / stride; gridY += 1) {
        for (let gridX = 0; gridX < side / stride; gridX += 1) {
          const values = output?.slice(row * (5 + classes), (row + 1) * (5 + classes)) ?? new Float32Array();
          const [dx = 0, dy = 0, logW = 0, logH = 0, objectness = 0] = values;
          const scores = Array.from(values.slice(5));
          const best = Math.max(...scores);
          const [x, y, w, h] = [
            (gridX + dx) * stride,
            (gridY + dy) * stride,
            Math.exp(logW) * stride,
            Math.exp(logH) * stride,
          ];
          const corners = { x1: x - w / 2, y1: y - h / 2, x2: x + w / 2, y2: y + h / 2 };
          boxes.push({ ...corners, score: objectness * best, classIndex: scores.indexOf(best) });
          row += 1;
        }
      }
    }
    return boxes;
  }

  /** Generalized Focal Loss, §3.2: each side is the mean of a distribution over 0…7 strides. */
  #gfl(outputs: readonly (Float32Array | undefined)[]): ReferenceBox[] {
    const { side, strides, classes } = this.#model;
    const boxes: ReferenceBox[] = [];
    for (const [level, stride] of strides.entries()) {
      const [allScores, allSides] = [outputs[level], outputs[strides.length + level]];
      const columns = Math.ceil(side / stride);
      for (let cell = 0; cell < columns * columns; cell += 1) {
        const scores = Array.from(allScores?.slice(cell * classes, (cell + 1) * classes) ?? []);
        const best = Math.max(...scores);
        const distances = [0, 1, 2, 3].map((each) => {
          const weights = Array.from(allSides?.slice(cell * 32 + each * 8, cell * 32 + each * 8 + 8) ?? []).map(
            Math.exp,
          );
          const sum = weights.reduce((a, b) => a + b, 0);
          return weights.reduce((mean, weight, bin) => mean + (bin * weight) / sum, 0) * stride;
        });
        const [left = 0, top = 0, right = 0, bottom = 0] = distances;
        const [x, y] = [((cell % columns) + 0.5) * stride, (Math.floor(cell / columns) + 0.5) * stride];
        boxes.push({
          x1: x - left,
          y1: y - top,
          x2: x + right,
          y2: y + bottom,
          score: best,
          classIndex: scores.indexOf(best),
        });
      }
    }
    return boxes;
  }
}

/** Greedy suppression among boxes that `together` says compete. */
export function referenceNms<B extends ReferenceBox>(
  boxes: readonly B[],
  most: number,
  together: (a: B, b: B) => boolean,
): B[] {
  const kept: B[] = [];
  for (const box of [...boxes].sort((a, b) => b.score - a.score)) {
    if (!kept.some((other) => together(box, other) && overlap(box, other) > most)) kept.push(box);
  }
  return kept;
}

function overlap(a: ReferenceBox, b: ReferenceBox): number {
  const width = Math.max(0, Math.min(a.x2, b.x2) - Math.max(a.x1, b.x1));
  const height = Math.max(0, Math.min(a.y2, b.y2) - Math.max(a.y1, b.y1));
  const area = (box: ReferenceBox) => (box.x2 - box.x1) * (box.y2 - box.y1);
  const union = area(a) + area(b) - width * height;
  return union > 0 ? (width * height) / union : 0;
}
