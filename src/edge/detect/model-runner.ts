import type { Detection, ModelRun } from '../../domain/detection.ts';
import type { Box } from '../../domain/geometry.ts';
import type { Sha256 } from '../../domain/ids.ts';
import type { ObjectClass } from '../../domain/object-class.ts';
import type { Picture } from '../../domain/picture.ts';
import type { Candidate, OutputReader, ReaderOptions } from './candidate.ts';
import { gflReader } from './gfl.ts';
import type { ModelEntry } from './model-manifest.ts';
import { suppress } from './nms.ts';
import { OnnxSession } from './onnx-session.ts';
import { TensorFill } from './tensor-fill.ts';
import { yoloxReader } from './yolox.ts';

/** Everything a model needs to run; plain data, so that it can be handed to a thread. */
export interface RunnerOptions {
  readonly path: string;
  readonly entry: ModelEntry;
  readonly classes: readonly (ObjectClass | undefined)[];
  readonly provider: string;
  readonly threads: number;
  readonly scoreThreshold: number;
  readonly iouThreshold: number;
}

/** What was found in one picture and by what. */
export interface Detected {
  readonly detections: Detection[];
  readonly run: ModelRun;
}

const readers: Readonly<Record<ModelEntry['kind'], (options: ReaderOptions) => OutputReader>> = {
  yolox: yoloxReader,
  picodet: gflReader,
  nanodet: gflReader,
};

/** One model on one thread: tensor, graph, output reader, suppression. */
export class ModelRunner {
  readonly #options: RunnerOptions;
  readonly #session: OnnxSession;
  readonly #tensor: TensorFill;
  readonly #read: OutputReader;

  constructor(options: RunnerOptions, session: OnnxSession) {
    const { entry, classes, scoreThreshold } = options;
    const { width, height } = entry.input;
    this.#options = options;
    this.#session = session;
    this.#tensor = new TensorFill(entry.input);
    this.#read = readers[entry.kind]({ width, height, strides: entry.strides, classes, scoreThreshold });
  }

  /** Loads the graph and runs it once on an even grey: a model that does not fit its manifest entry fails here. */
  static async open(options: RunnerOptions): Promise<ModelRunner> {
    const { provider, threads, entry } = options;
    const session = await OnnxSession.open(options.path, { provider, threads, inputName: entry.input.name });
    const runner = new ModelRunner(options, session);
    const { width, height } = entry.input;
    const data = new Uint8Array(width * height * 3).fill(128);
    await runner.detect({ width, height, format: 'rgb24', data, sourceWidth: width, sourceHeight: height });
    return runner;
  }

  /** Boxes normalised to the source picture. */
  async detect(picture: Picture): Promise<Detected> {
    const began = performance.now();
    this.#tensor.fill(picture);
    const outputs = await this.#session.run(this.#tensor.data, this.#tensor.dims);
    const found = this.#read(outputs).map((candidate) => toDetection(candidate, picture));
    const detections = suppress(found, this.#options.iouThreshold);
    return { detections, run: this.#describe(performance.now() - began) };
  }

  async close(): Promise<void> {
    await this.#session.close();
  }

  #describe(latencyMs: number): ModelRun {
    const { entry, provider } = this.#options;
    return {
      modelId: entry.id,
      modelSha256: entry.sha256 as Sha256,
      provider,
      inputWidth: entry.input.width,
      inputHeight: entry.input.height,
      latencyMs,
    };
  }
}

/** The content starts at the input's origin, stretched or not, so its own size is the scale. */
function toDetection(candidate: Candidate, picture: Picture): Detection {
  const box: Box = [
    unit(candidate.x1 / picture.width),
    unit(candidate.y1 / picture.height),
    unit(candidate.x2 / picture.width),
    unit(candidate.y2 / picture.height),
  ];
  return { box, score: Math.min(1, candidate.score), class: candidate.class };
}

function unit(value: number): number {
  return Math.min(1, Math.max(0, value));
}
