import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Box } from '../../src/domain/geometry.ts';
import type { ObjectClass } from '../../src/domain/object-class.ts';
import type { Picture } from '../../src/domain/picture.ts';
import { DecoderPool } from '../../src/edge/decode/decoder-pool.ts';
import { detectSchema } from '../../src/edge/detect/config.ts';
import type { Detector } from '../../src/edge/detect/detector.ts';
import { loadDetector } from '../../src/edge/detect/load-detector.ts';
import { loadManifest, type ModelEntry, type ModelManifest } from '../../src/edge/detect/model-manifest.ts';
import { type ModelStoreOptions, resolveModel } from '../../src/edge/detect/model-store.ts';
import { AppError } from '../../src/lib/errors.ts';
import { createLogger } from '../../src/lib/log.ts';
import { Metrics } from '../../src/lib/metrics.ts';
import { type ReferenceModel, referenceModels } from '../../tests/support/reference-detect.ts';
import { sharedDir } from '../../tests/support/shared.ts';
import { classAccuracy } from './accuracy-classes.ts';
import { withClasses } from './accuracy-failures.ts';
import { type Asked, outside, outsideWithOpenCv, type Scale, scaleWithVips } from './accuracy-outside.ts';
import { accuracyReport, type ModelAccuracy } from './accuracy-page.ts';
import { averagePrecision, type LabelledBox, type ScoredBox, standardError } from './average-precision.ts';
import { type BenchOptions, type BenchReport, quantile } from './bench.ts';
import { type LabelledSample, readCocoSample, type SamplePicture } from './coco-sample.ts';
import { jpegUnit } from './jpeg-unit.ts';

/** As detectors are usually evaluated: nearly every box counts, and the order of scores does the rest. */
const thresholds = { scoreThreshold: 0.01, iouThreshold: 0.6 } as const;
const standard = 'yolox-nano-416';
const speedRounds = 3;
const speedPictures = 12;
const priority = { severity: 1, deadlineMs: 0 } as const;
const log = createLogger('bench');

/** Where the rendered hold-out is looked for: beside what training draws. */
const renderedFolder = '.maplebridge/train/holdout';

/**
 * Average precision by class of what ships and of public models, on drawn and on real pictures that training has not seen
 * (`--rendered FOLDER`), and a picture's time; then, where the sample is here, of every model on photographs of COCO,
 * through the node's own path and outside it.
 */
export async function accuracyBench(say: (line: string) => void, options: BenchOptions): Promise<BenchReport> {
  const mirror = process.env['MAPLEBRIDGE_MODEL_MIRROR'] ?? join(sharedDir ?? '', 'models');
  const decoder = new DecoderPool({ workers: 1, queueCapacity: 64, log, metrics: new Metrics() });
  await decoder.start(new AbortController().signal);
  try {
    const store = { manifest: loadManifest(), mirror };
    const byClass = await classAccuracy(store, decoder, options['rendered'] ?? renderedFolder, say);
    const sample = readCocoSample(join(sharedDir ?? '', 'material', 'coco-sample'));
    return await withClasses(byClass, sample && (await sampleAccuracy(sample, decoder, mirror, say)));
  } finally {
    await decoder.stop();
  }
}

/**
 * Every model on a labelled sample. All classes of a model count, also those no scene knows: for the evaluation each is
 * canonical under its own name.
 */
async function sampleAccuracy(
  sample: LabelledSample,
  decoder: DecoderPool,
  mirror: string,
  say: (line: string) => void,
): Promise<BenchReport> {
  const scratch = mkdtempSync(join(tmpdir(), 'maplebridge-accuracy-'));
  const store = { manifest: withAllClasses(loadManifest()), cacheDir: scratch, mirror };
  const trials: Trial[] = [];
  const results = new Map<string, ModelAccuracy>();
  try {
    for (const entry of store.manifest.models) {
      const path = await pathOf(entry, store);
      if (path === undefined) {
        say(`${entry.id}: left out: not here`);
        continue;
      }
      const trial = new Trial(entry, path, store, sample, decoder);
      trials.push(trial);
      results.set(entry.id, { ...(await trial.precision()), msPerImage: Number.NaN });
      say(`${entry.id}: ${JSON.stringify(results.get(entry.id))}`);
    }
    // In turn, so that what else the machine does falls on all models alike.
    for (let index = 0; index < speedRounds * speedPictures; index += 1) {
      for (const trial of trials) await trial.time(index % speedPictures);
    }
    for (const { entry, medianMs } of trials) {
      const result = results.get(entry.id);
      if (result !== undefined) results.set(entry.id, { ...result, msPerImage: medianMs });
    }
  } finally {
    await Promise.all(trials.map((trial) => trial.close()));
    rmSync(scratch, { recursive: true, force: true });
  }
  return accuracyReport(results, sample, standard, { ...thresholds, speedRounds, speedPictures });
}

/** One model on the sample. */
class Trial {
  readonly entry: ModelEntry;
  readonly #path: string;
  readonly #store: ModelStoreOptions;
  readonly #sample: LabelledSample;
  readonly #decoder: DecoderPool;
  readonly #categories: readonly (number | undefined)[];
  readonly #pictures = new Map<number, Picture>();
  readonly #times: number[] = [];
  #detector: Detector | undefined;

  constructor(entry: ModelEntry, path: string, store: ModelStoreOptions, sample: LabelledSample, decoder: DecoderPool) {
    this.entry = entry;
    this.#path = path;
    this.#store = store;
    this.#sample = sample;
    this.#decoder = decoder;
    this.#categories = namesOf(store.manifest, entry).map((name) => sample.categories.get(name));
  }

  /** Median of what `time` measured. */
  get medianMs(): number {
    return quantile(this.#times, 0.5);
  }

  async precision(): Promise<Omit<ModelAccuracy, 'msPerImage'>> {
    const free = averagePrecision(this.#labels(), await this.#throughNode([[0, 0, 1, 1]]));
    const node = await this.#throughNode();
    const reference = referenceModels[this.entry.id];
    const beside = reference === undefined ? undefined : await this.#outside(reference);
    const measure = (found: readonly ScoredBox[] | undefined) => found && averagePrecision(this.#labels(), found);
    return {
      node: averagePrecision(this.#labels(), node),
      free,
      samePixels: measure(beside?.samePixels),
      outside: measure(beside?.vips),
      openCv: measure(beside?.openCv),
      chance:
        beside &&
        standardError(
          this.#labels(),
          node,
          beside.vips,
          this.#sample.pictures.map(({ id }) => id),
        ),
    };
  }

  /** One picture more, timed in the detector's thread. */
  async time(index: number): Promise<void> {
    const picture = [...this.#pictures.values()][index];
    if (picture === undefined || this.#detector === undefined) return;
    const { run } = await this.#detector.detect({ picture, priority });
    this.#times.push(run.latencyMs);
  }

  async close(): Promise<void> {
    await this.#detector?.close();
  }

  /** Labels of what the model knows: one that finds people alone is not asked for cars. */
  #labels(): LabelledBox[] {
    return this.#sample.labels.filter(({ category }) => this.#categories.includes(category));
  }

  /** `regions` undefined: each picture as a whole. */
  async #throughNode(regions?: readonly Box[]): Promise<ScoredBox[]> {
    const config = { ...detectSchema.parse({ models: [{ id: this.entry.id }] }), ...thresholds };
    const detector = await loadDetector({ ...config, store: this.#store, log, metrics: new Metrics() });
    const found: ScoredBox[] = [];
    for (const picture of this.#sample.pictures) {
      const decoded = await this.#decoder.decode(jpegUnit(picture.path), detector.input);
      if (!decoded.ok) throw new Error(`${picture.path}: ${decoded.detail}`);
      this.#pictures.set(picture.id, decoded.picture);
      const { detections } = await detector.detect({ picture: decoded.picture, priority, ...(regions && { regions }) });
      found.push(...detections.flatMap((detection) => this.#scored(detection, picture)));
    }
    if (regions !== undefined) await detector.close();
    else this.#detector = detector;
    return found;
  }

  #scored(
    {
      box: [x1, y1, x2, y2],
      score,
      class: mark,
    }: { box: readonly [number, number, number, number]; score: number; class: string },
    { id, width, height }: SamplePicture,
  ): ScoredBox[] {
    const index = namesOf(this.#store.manifest, this.entry).findIndex((name) => markOf(name) === mark);
    const category = this.#categories[index];
    if (category === undefined) return [];
    return [{ image: id, category, score, box: [x1 * width, y1 * height, x2 * width, y2 * height] }];
  }

  async #outside(model: ReferenceModel) {
    const asked: Asked = { ...thresholds, categories: this.#categories };
    const { pictures } = this.#sample;
    const asDecoded: Scale = ({ id }) => {
      const picture = this.#pictures.get(id);
      if (picture === undefined) throw new Error(`picture ${id} was not decoded`);
      const { width, height, data: bytes, format } = picture;
      return Promise.resolve({ width, height, bytes, order: format === 'rgb24' ? 'rgb' : 'bgr' });
    };
    return {
      samePixels: await outside(model, this.#path, pictures, asked, asDecoded),
      vips: await outside(model, this.#path, pictures, asked, scaleWithVips),
      openCv: await outsideWithOpenCv(model, this.#path, pictures, asked),
    };
  }
}

async function pathOf(entry: ModelEntry, store: ModelStoreOptions): Promise<string | undefined> {
  try {
    return (await resolveModel(entry.id, store)).path;
  } catch (error) {
    if (error instanceof AppError && error.code === 'MB_MODEL_MISSING') return undefined;
    throw error;
  }
}

/** Every class of a model under a name of its own, so that none is left out and none competes with another. */
function withAllClasses(manifest: ModelManifest): ModelManifest {
  const sets = Object.entries(manifest.classSets).map(([id, set]) => {
    const canonical = Object.fromEntries(set.names.map((name) => [name, markOf(name)]));
    return [id, { ...set, canonical }];
  });
  return { ...manifest, classSets: Object.fromEntries(sets) };
}

function markOf(name: string): ObjectClass {
  return `coco:${name}` as ObjectClass;
}

function namesOf(manifest: ModelManifest, entry: ModelEntry): readonly string[] {
  return manifest.classSets[entry.classes]?.names ?? [];
}
