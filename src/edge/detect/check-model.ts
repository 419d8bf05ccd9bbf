import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import type { ObjectClass } from '../../domain/object-class.ts';
import type { Picture, PictureSpec } from '../../domain/picture.ts';
import { AppError, messageOf } from '../../lib/errors.ts';
import { sha256 } from '../../lib/hash.ts';
import { describeModel, type ModelDescriptionReport, type PictureInput } from './describe-model.ts';
import { GraphError } from './graph/graph-error.ts';
import { rewriteModel } from './graph/rewrite-model.ts';
import { type AdapterGuess, guessAdapters } from './guess-adapter.ts';
import type { ModelEntry, ModelInput } from './model-manifest.ts';
import { ModelRunner } from './model-runner.ts';

/** What is checked and how. */
export interface CheckOptions {
  readonly path: string;
  /** Takes this adapter, of those that fit; without, the one that finds most in the picture, else the first. */
  readonly kind?: ModelEntry['kind'] | undefined;
  /** Gives the test picture in the size asked for; an even grey unless given. */
  readonly picture?: (spec: PictureSpec) => Promise<Picture>;
  readonly runs: number;
  readonly threads: number;
}

/** One adapter, tried on the file. */
export interface AdapterTrial extends AdapterGuess {
  /** What running it gave; undefined where its shapes do not fit. */
  readonly trial?: { readonly boxes: number; readonly bestScore: number } | { readonly failed: string };
}

/** Part of a manifest entry that the file itself tells. */
export type KnownEntry = Omit<ModelEntry, 'id' | 'classes' | 'licence' | 'attribution' | 'sources'>;

/** How fast a file is here, medians of runs that took turns. */
export interface Speed {
  /** Milliseconds a picture, tensor to boxes, as the loader rewrites the file. */
  readonly latencyMs: number;
  /**
   * How many times as much CPU the file takes as published; 1 where nothing is rewritten, undefined where it cannot be
   * run at all without.
   */
  readonly gain: number | undefined;
}

/** What was found out about a file. */
export interface CheckReport {
  readonly sha256: string;
  readonly bytes: number;
  readonly description: ModelDescriptionReport;
  readonly adapters: readonly AdapterTrial[];
  /** Undefined where no adapter fits. */
  readonly chosen: AdapterTrial | undefined;
  readonly entry: KnownEntry | undefined;
  readonly speed: Speed | undefined;
  /** Resident memory that one session took. */
  readonly sessionMb: number | undefined;
}

const [imageMean, imageStd] = [
  [123.675, 116.28, 103.53],
  [58.395, 57.12, 57.375],
] as const;

/** How each kind is usually fed; a file does not say it, so its model card has the last word. */
const usualInput: Readonly<
  Record<ModelEntry['kind'], Pick<ModelInput, 'channelOrder' | 'fit' | 'mean' | 'std' | 'pad'>>
> = {
  yolox: { channelOrder: 'bgr', fit: 'letterbox', mean: [0, 0, 0], std: [1, 1, 1], pad: 114 },
  picodet: { channelOrder: 'rgb', fit: 'stretch', mean: [...imageMean], std: [...imageStd], pad: 0 },
  nanodet: {
    channelOrder: 'bgr',
    fit: 'stretch',
    mean: [103.53, 116.28, 123.675],
    std: [57.375, 57.12, 58.395],
    pad: 0,
  },
  detr: { channelOrder: 'rgb', fit: 'stretch', mean: [0, 0, 0], std: [255, 255, 255], pad: 0 },
  'detr-post': { channelOrder: 'rgb', fit: 'stretch', mean: [0, 0, 0], std: [255, 255, 255], pad: 0 },
  ready: { channelOrder: 'rgb', fit: 'letterbox', mean: [0, 0, 0], std: [1, 1, 1], pad: 114 },
};

/** COCO's 80, or the 91 numbers its first models used: what labels are read as while classes are unknown. */
const assumedClasses = 91;
const reportedScore = 0.3;
/** Sessions opened at once to see what one takes: the first few megabytes come from what was freed before. */
const copiesForMemory = 3;

/**
 * Finds out what an ONNX file is, whether an adapter reads it, and how fast it is here.
 * @throws AppError MB_USAGE where the file cannot be read, or is no ONNX model.
 */
export async function checkModel(options: CheckOptions): Promise<CheckReport> {
  const bytes = await readFile(options.path).catch((error: unknown) => {
    throw new AppError('MB_USAGE', `${options.path} cannot be read: ${messageOf(error)}`, { cause: error });
  });
  const description = describe(options.path, bytes);
  const { picture } = description;
  const base = { sha256: sha256(bytes), bytes: bytes.length, description };
  const none = { chosen: undefined, entry: undefined, speed: undefined, sessionMb: undefined };
  if (picture === undefined) return { ...base, ...none, adapters: [] };
  const folder = await mkdtemp(join(tmpdir(), 'maplebridge-check-'));
  try {
    const bench = new Bench(options, bytes, description, folder);
    const adapters: AdapterTrial[] = [];
    for (const guess of guessAdapters(description.outputs, picture)) {
      adapters.push(guess.unfit === undefined ? { ...guess, trial: await bench.tryOut(guess, picture) } : guess);
    }
    const chosen = choose(adapters, options);
    if (chosen === undefined) return { ...base, ...none, adapters };
    const measured = await bench.measure(chosen, picture);
    return { ...base, adapters, chosen, entry: bench.entryOf(chosen, picture), ...measured };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

function describe(path: string, bytes: Uint8Array): ModelDescriptionReport {
  try {
    return describeModel(bytes);
  } catch (error) {
    if (!(error instanceof GraphError)) throw error;
    throw new AppError('MB_USAGE', `${path}: ${error.message}`, { cause: error });
  }
}

/** Of those that run, the one that sees most in the photo; an even grey tells nothing, so there the first. */
function choose(adapters: readonly AdapterTrial[], { kind, picture }: CheckOptions): AdapterTrial | undefined {
  const bestOf = ({ trial }: AdapterTrial) => (trial !== undefined && 'boxes' in trial ? trial.bestScore : -1);
  const running = adapters.filter((each) => bestOf(each) >= 0 && (kind === undefined || each.kind === kind));
  return picture === undefined ? running[0] : running.toSorted((a, b) => bestOf(b) - bestOf(a))[0];
}

/** Runs one file, as published and as the loader would rewrite it. */
class Bench {
  readonly #options: CheckOptions;
  readonly #bytes: Uint8Array;
  readonly #description: ModelDescriptionReport;
  readonly #folder: string;
  #opened = 0;

  constructor(options: CheckOptions, bytes: Uint8Array, description: ModelDescriptionReport, folder: string) {
    this.#options = options;
    this.#bytes = bytes;
    this.#description = description;
    this.#folder = folder;
  }

  entryOf({ kind, strides }: AdapterGuess, { name, width, height, layout }: PictureInput): KnownEntry {
    return {
      task: 'detect',
      kind,
      file: basename(this.#options.path),
      sha256: sha256(this.#bytes),
      bytes: this.#bytes.length,
      shipped: false,
      strides: [...strides],
      input: { name, width, height, layout, ...usualInput[kind] },
      rewrite: this.#description.rewrites.flatMap(({ name: each, applies }) =>
        applies && each !== 'batch' && each !== 'input' ? [each] : [],
      ),
    };
  }

  async tryOut(guess: AdapterGuess, input: PictureInput): Promise<NonNullable<AdapterTrial['trial']>> {
    try {
      const runner = await this.#open(guess, input, true);
      const { detections } = await runner.detect(await this.#picture(guess, input));
      await runner.close();
      const scores = detections.map(({ score }) => score);
      return { boxes: scores.filter((score) => score >= reportedScore).length, bestScore: Math.max(0, ...scores) };
    } catch (error) {
      // A photo that cannot be read is not the model's failure.
      if (error instanceof AppError && error.code === 'MB_USAGE') throw error;
      return { failed: messageOf(error) };
    }
  }

  /** Published and rewritten in turns, and by CPU time, so that what else the machine does decides nothing. */
  async measure(guess: AdapterGuess, input: PictureInput): Promise<Pick<CheckReport, 'speed' | 'sessionMb'>> {
    const picture = await this.#picture(guess, input);
    const before = process.memoryUsage.rss();
    const copies = await Promise.all(Array.from({ length: copiesForMemory }, () => this.#open(guess, input, true)));
    const sessionMb = Math.max(0, process.memoryUsage.rss() - before) / 1e6 / copiesForMemory;
    const [rewritten, ...spare] = copies;
    await Promise.all(spare.map((copy) => copy.close()));
    if (rewritten === undefined) return { speed: undefined, sessionMb };
    const isSame = this.entryOf(guess, input).rewrite.length === 0;
    // DETR's second input has to be bound before it can be run at all.
    const published = isSame ? undefined : await this.#open(guess, input, false).catch(() => undefined);
    const runs = { published: [] as Run[], rewritten: [] as Run[] };
    for (let run = 0; run < this.#options.runs; run += 1) {
      runs.rewritten.push(await timed(rewritten, picture));
      if (published !== undefined) runs.published.push(await timed(published, picture));
    }
    await Promise.all([rewritten.close(), published?.close()]);
    const cpu = (each: readonly Run[]) => median(each.map(({ cpuMs }) => cpuMs));
    const gain = published === undefined ? undefined : cpu(runs.published) / cpu(runs.rewritten);
    return { speed: { latencyMs: median(runs.rewritten.map(({ ms }) => ms)), gain: isSame ? 1 : gain }, sessionMb };
  }

  async #open(guess: AdapterGuess, input: PictureInput, rewritten: boolean): Promise<ModelRunner> {
    const known = this.entryOf(guess, input);
    const { width, height } = input;
    // A file for each: several are opened at once.
    this.#opened += 1;
    const path = join(this.#folder, `${rewritten ? 'rewritten' : 'published'}-${this.#opened}.onnx`);
    const ask = { freezeWeights: true, foldHardSwish: true, targetSize: { width, height } };
    await writeFile(path, rewritten ? rewriteModel(this.#bytes, ask).bytes : this.#bytes);
    // Every class is reported, under its number, so that the trial shows whatever the model finds.
    const classes = Array.from(
      { length: guess.classes || assumedClasses },
      (_, index) => `class-${index}` as ObjectClass,
    );
    const entry: ModelEntry = { ...known, id: 'checked', classes: '', licence: '', attribution: '', sources: [] };
    const settings = { provider: 'cpu', threads: this.#options.threads, scoreThreshold: 0.05, iouThreshold: 0.5 };
    return ModelRunner.open({ path, entry, classes, ...settings, fixedInput: true });
  }

  async #picture(guess: AdapterGuess, { width, height }: PictureInput): Promise<Picture> {
    const { channelOrder, fit } = usualInput[guess.kind];
    const format = channelOrder === 'rgb' ? 'rgb24' : 'bgr24';
    if (this.#options.picture !== undefined) return this.#options.picture({ width, height, fit, format });
    const data = new Uint8Array(width * height * 3).fill(128);
    return { width, height, format, data, sourceWidth: width, sourceHeight: height };
  }
}

interface Run {
  readonly ms: number;
  readonly cpuMs: number;
}

async function timed(runner: ModelRunner, picture: Picture): Promise<Run> {
  const began = performance.now();
  const before = process.cpuUsage();
  await runner.detect(picture);
  const { user, system } = process.cpuUsage(before);
  return { ms: performance.now() - began, cpuMs: (user + system) / 1000 };
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
}
