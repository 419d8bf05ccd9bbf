import type { Detection, ModelRun } from '../../domain/detection.ts';
import type { Box } from '../../domain/geometry.ts';
import type { Sha256 } from '../../domain/ids.ts';
import type { ObjectClass } from '../../domain/object-class.ts';
import type { Picture } from '../../domain/picture.ts';
import type { OutputReader } from './candidate.ts';
import { freeGraph } from './free-graph.ts';
import type { ModelEntry } from './model-manifest.ts';
import { suppress } from './nms.ts';
import { OnnxSession } from './onnx-session.ts';
import { oneBoxAnObject, outputReaders, outputsOf } from './output-readers.ts';
import type { InputShape } from './packing/max-rects.ts';
import { mergeCut } from './packing/merge-cut.ts';
import { packOptions } from './packing/pack-options.ts';
import { type Layout, type PackOptions, type Placement, packPictures } from './packing/pack-pictures.ts';
import { pixels, type Size } from './packing/rect.ts';
import { needsOverview } from './packing/region-plan.ts';
import { shareTime } from './packing/share-time.ts';
import { shrink } from './packing/shrink.ts';
import { type Unpacked, unpack } from './packing/unpack.ts';
import type { StageTimes } from './stage-times.ts';
import { TensorFill } from './tensor-fill.ts';

/** Everything a model needs to run; plain data, so that it can be handed to a thread. */
export interface RunnerOptions {
  readonly path: string;
  readonly entry: ModelEntry;
  readonly classes: readonly (ObjectClass | undefined)[];
  readonly provider: string;
  readonly threads: number;
  readonly scoreThreshold: number;
  readonly iouThreshold: number;
  /** Inputs the graph takes at once; default 1. */
  readonly batch?: number;
  /** Every input has the entry's size, also where smaller ones would do; default: unless the provider is cpu. */
  readonly fixedInput?: boolean;
  /** In place of what measured best. */
  readonly packing?: Partial<PackOptions>;
}

/** A picture and what of it the model is to look at. */
export interface RegionRequest {
  /** Letterboxed into the model's input; a larger one is seen in parts. Stretched models take their own size only. */
  readonly picture: Picture;
  /** Normalised; absent: all of it. Models with stretched input are always shown all of it. */
  readonly regions?: readonly Box[];
}

/** What was found in one picture and by what. */
export interface Detected {
  /** Normalised to the source picture, best score first. */
  readonly detections: Detection[];
  /** `latencyMs` is this picture's share of the time. */
  readonly run: ModelRun;
  /** This picture's share of the time of the inputs it was part of. */
  readonly detectMs: number;
  /** Boxes among `detections` that end where their region does: the object goes on, and is to be looked at again in full. */
  readonly cut: readonly Box[];
}

/** A request's picture, or the same scaled down. */
interface View extends RegionRequest {
  /** Index of the request. */
  readonly request: number;
}

/** One model on one thread: packing, tensor, graph, output reader, suppression. */
export class ModelRunner {
  readonly #options: RunnerOptions;
  readonly #session: OnnxSession;
  readonly #tensor: TensorFill;
  /** By input size: grids follow it. */
  readonly #readers = new Map<string, OutputReader>();
  readonly #shape: InputShape;
  readonly #packing: PackOptions;
  readonly #batch: number;
  /** The tensor is one: runs take turns. */
  #last: Promise<unknown> = Promise.resolve();
  #stages = { fill: 0, inference: 0, post: 0 };

  /** `step`: the graph takes inputs smaller than the entry's, in multiples of that. */
  constructor(options: RunnerOptions, session: OnnxSession, step?: number) {
    const { input } = options.entry;
    const { width, height } = input;
    this.#options = options;
    this.#session = session;
    this.#batch = options.batch ?? 1;
    this.#shape = { width, height, ...(step !== undefined && { step }) };
    this.#tensor = new TensorFill(input, this.#batch);
    this.#packing = { ...packOptions(input), ...options.packing };
  }

  /** Loads the graph and runs it on an even grey: a model that does not fit its manifest entry fails here. */
  static async open(options: RunnerOptions): Promise<ModelRunner> {
    const free = await freeGraph(options);
    // A graph that cannot do with less after all is run as it was written.
    const runner = free && (await ModelRunner.#tried(options, free.bytes, free.step).catch(() => undefined));
    return runner ?? ModelRunner.#tried(options, options.path);
  }

  static async #tried(options: RunnerOptions, model: string | Uint8Array, step?: number): Promise<ModelRunner> {
    const { provider, threads, entry } = options;
    const session = await OnnxSession.open(model, { provider, threads, inputName: entry.input.name });
    const runner = new ModelRunner(options, session, step);
    const { width, height } = entry.input;
    try {
      await runner.detect(grey(width, height));
      if (step !== undefined && height > step) await runner.detect(grey(width, height - step));
      return runner;
    } catch (error) {
      await runner.close();
      throw error;
    }
  }

  /** One picture, all of it. */
  async detect(picture: Picture): Promise<Detected> {
    const [detected] = await this.run([{ picture }]);
    return detected as Detected;
  }

  /**
   * Looks at all requests in as few runs of the graph as it can; one result a request, in order.
   * Rejects when a picture is not of the size of its bytes or not what the model takes, or when the graph fails.
   */
  run(requests: readonly RegionRequest[]): Promise<readonly Detected[]> {
    const result = this.#last.then(() => this.#run(requests));
    this.#last = result.catch(() => undefined);
    return result;
  }

  /** Where the time went since this was last asked, in milliseconds. */
  takeStages(): StageTimes {
    const taken = this.#stages;
    this.#stages = { fill: 0, inference: 0, post: 0 };
    return taken;
  }

  async close(): Promise<void> {
    await this.#last;
    await this.#session.close();
  }

  async #run(requests: readonly RegionRequest[]): Promise<readonly Detected[]> {
    const views = requests.flatMap((request, index) => this.#viewsOf(request, index));
    const pictures = views.map(({ picture }) => picture);
    const asked = views.map(({ picture: { width, height }, regions }) => ({
      width,
      height,
      ...(regions && { regions }),
    }));
    const layouts = packPictures(asked, this.#shape, this.#packing);
    const found: Unpacked[][] = requests.map(() => []);
    const spentMs = views.map(() => 0);
    for (let at = 0; at < layouts.length; at += this.#batch) {
      const together = layouts.slice(at, at + this.#batch);
      const began = performance.now();
      for (const box of await this.#look(together, pictures)) found[views[box.from.picture]?.request ?? 0]?.push(box);
      shareTime(performance.now() - began, together, spentMs);
    }
    return requests.map(({ picture }, index) => {
      const detectMs = spentMs.reduce((sum, ms, view) => (views[view]?.request === index ? sum + ms : sum), 0);
      return this.#conclude(picture, found[index] ?? [], detectMs, pictures);
    });
  }

  #viewsOf(request: RegionRequest, index: number): View[] {
    const { picture, regions } = request;
    const views = [{ ...request, request: index }];
    const isLarge = this.#packing.shared && needsOverview(picture, regions, this.#shape, this.#packing);
    return isLarge ? [...views, { picture: shrink(picture, this.#shape), request: index }] : views;
  }

  /** Runs the graph once. */
  async #look(layouts: readonly Layout[], pictures: readonly Picture[]): Promise<Unpacked[]> {
    const [size] = layouts;
    if (size === undefined) return [];
    const began = performance.now();
    for (const [index, layout] of layouts.entries()) this.#tensor.fill(layout, pictures, index);
    const { data, dims } = this.#tensor.tensor(size);
    const filled = performance.now();
    const outputs = await this.#session.run(data, dims);
    const inferred = performance.now();
    const read = this.#readerFor(size);
    const found = layouts.flatMap((layout, index) =>
      unpack(read(outputsOf(outputs, index, this.#batch)), layout, pictures),
    );
    this.#stages.fill += filled - began;
    this.#stages.inference += inferred - filled;
    this.#stages.post += performance.now() - inferred;
    return found;
  }

  #readerFor({ width, height }: Size): OutputReader {
    const key = `${width}x${height}`;
    let reader = this.#readers.get(key);
    if (reader === undefined) {
      const { entry, classes, scoreThreshold } = this.#options;
      reader = outputReaders[entry.kind]({ width, height, strides: entry.strides, classes, scoreThreshold });
      this.#readers.set(key, reader);
    }
    return reader;
  }

  #conclude(picture: Picture, found: readonly Unpacked[], detectMs: number, views: readonly Picture[]): Detected {
    const runs = new Map<Placement, ModelRun>();
    const runOf = ({ from, input }: Unpacked) => {
      const run = runs.get(from) ?? this.#describe(views[from.picture] ?? picture, input, detectMs);
      runs.set(from, run);
      return run;
    };
    const boxes = mergeCut(found).map((each) => ({ ...toDetection(each, runOf(each)), cut: each.cut }));
    const { entry, iouThreshold } = this.#options;
    // No overlap exceeds 1: nothing is suppressed.
    const kept = suppress(boxes, oneBoxAnObject.has(entry.kind) ? 1 : iouThreshold);
    return {
      detections: kept.map(({ cut: _, ...detection }) => detection),
      run: runs.values().next().value ?? this.#describe(picture, this.#shape, detectMs),
      detectMs,
      cut: kept.filter(({ cut }) => cut).map(({ box }) => box),
    };
  }

  #describe(picture: Picture, input: Size, latencyMs: number): ModelRun {
    const { entry, provider } = this.#options;
    return {
      modelId: entry.id,
      modelSha256: entry.sha256 as Sha256,
      provider,
      inputWidth: input.width,
      inputHeight: input.height,
      inputScale: Math.sqrt(pixels(picture) / (picture.sourceWidth * picture.sourceHeight)),
      latencyMs,
    };
  }
}

function grey(width: number, height: number): Picture {
  const data = new Uint8Array(width * height * 3).fill(128);
  return { width, height, format: 'rgb24', data, sourceWidth: width, sourceHeight: height };
}

function toDetection(found: Unpacked, run: ModelRun): Detection {
  const box: Box = [found.x1, found.y1, found.x2, found.y2];
  return { box, score: Math.min(1, found.score), class: found.class, run };
}
