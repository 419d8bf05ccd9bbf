import { join } from 'node:path';
import { type ObjectClass, objectClasses } from '../../src/domain/object-class.ts';
import type { Picture } from '../../src/domain/picture.ts';
import type { DecoderPool } from '../../src/edge/decode/decoder-pool.ts';
import { detectSchema } from '../../src/edge/detect/config.ts';
import type { Detector } from '../../src/edge/detect/detector.ts';
import { loadDetector } from '../../src/edge/detect/load-detector.ts';
import { type ModelStoreOptions, resolveModel } from '../../src/edge/detect/model-store.ts';
import { AppError } from '../../src/lib/errors.ts';
import { createLogger } from '../../src/lib/log.ts';
import { Metrics } from '../../src/lib/metrics.ts';
import { sharedDir } from '../../tests/support/shared.ts';
import {
  type AreaRange,
  areaRanges,
  averagePrecision,
  type LabelledBox,
  type Precision,
  type ScoredBox,
} from './average-precision.ts';
import { quantile } from './bench.ts';
import { jpegUnit } from './jpeg-unit.ts';
import { categoryOf, type JudgedSet, labelCount } from './judged-set.ts';
import { readCocoSet, readRealSet } from './real-sets.ts';
import { readRenderedSet, renderedCommand } from './rendered-set.ts';

/** Public models that are measured beside what ships. */
const beside = ['yolox-nano-416', 'picodet-s-416', 'nanodet-m-416'];
/** As detectors are usually evaluated. */
const thresholds = { scoreThreshold: 0.01, iouThreshold: 0.6 } as const;
const priority = { severity: 1, deadlineMs: 0 } as const;
const speedPictures = 12;
const speedRounds = 10;
const log = createLogger('bench');

/** One class of one model on one set. */
export interface ClassResult extends Precision {
  readonly class: ObjectClass;
  readonly labels: number;
}

/** One model on one set. */
export interface SetResult {
  readonly set: JudgedSet;
  readonly model: string;
  readonly classes: readonly ClassResult[];
  readonly found: readonly ScoredBox[];
  /** Mean over classes of the labels of one of COCO's areas; classes without such labels are left out. */
  readonly byArea: Readonly<Record<keyof typeof areaRanges, Precision>>;
}

/** What was measured of classes. */
export interface ClassAccuracy {
  /** Id of the model that ships; undefined while none does. */
  readonly shipped: string | undefined;
  readonly models: readonly string[];
  readonly sets: readonly JudgedSet[];
  /** What is not here, and where it comes from. */
  readonly missing: readonly string[];
  readonly results: readonly SetResult[];
  /** Median milliseconds a picture, one thread, models in turn. */
  readonly msPerImage: ReadonlyMap<string, number>;
}

/** Average precision by class, of what ships and of public models on the classes they share. */
export async function classAccuracy(
  store: ModelStoreOptions,
  decoder: DecoderPool,
  rendered: string,
  say: (line: string) => void,
): Promise<ClassAccuracy> {
  const { sets, missing } = await setsHere(store, rendered);
  for (const line of missing) say(line);
  const shipped = store.manifest.models.find((entry) => entry.shipped)?.id;
  const models: string[] = [];
  const results: SetResult[] = [];
  const detectors = new Map<string, Detector>();
  try {
    for (const id of [...(shipped === undefined ? [] : [shipped]), ...beside]) {
      const detector = await detectorOf(id, store);
      if (detector === undefined) {
        missing.push(`${id}: left out: not here (maplebridge models pull ${id})`);
        continue;
      }
      models.push(id);
      detectors.set(id, detector);
      for (const set of sets) {
        const result = await judge(id, detector, decoder, set);
        if (result.classes.length === 0) continue;
        results.push(result);
        say(`${id} on ${set.name}: AP50 ${mean(result.classes.map(({ ap50 }) => ap50)).toFixed(3)}`);
      }
    }
    const msPerImage = await speeds(detectors, decoder, sets[0]);
    return { shipped, models, sets, missing, results, msPerImage };
  } finally {
    await Promise.all([...detectors.values()].map((detector) => detector.close()));
  }
}

async function setsHere(store: ModelStoreOptions, rendered: string) {
  const material = join(sharedDir ?? '', 'material');
  const missing: string[] = [];
  const sets: JudgedSet[] = [];
  const take = (set: JudgedSet | undefined, why: string) => {
    if (set === undefined) missing.push(why);
    else sets.push(set);
  };
  take(readRenderedSet(rendered), `no rendered hold-out in ${rendered}: ${renderedCommand} ${rendered}`);
  for (const name of ['fire', 'garbage'] as const)
    take(
      await readRealSet(material, name),
      `no set "${name}" here: it is not part of the repository (material/${name} of MAPLEBRIDGE_SHARED)`,
    );
  take(
    readCocoSet(material, store.manifest),
    `no coco-sample here: it is not part of the repository (material/coco-sample of MAPLEBRIDGE_SHARED)`,
  );
  return { sets, missing };
}

async function detectorOf(id: string, store: ModelStoreOptions): Promise<Detector | undefined> {
  try {
    await resolveModel(id, store);
  } catch (error) {
    if (error instanceof AppError && error.code === 'MB_MODEL_MISSING') return undefined;
    throw error;
  }
  const config = { ...detectSchema.parse({ models: [{ id }] }), ...thresholds };
  return loadDetector({ ...config, store, log, metrics: new Metrics() });
}

/** A model on the classes that it knows and that the set labels. */
async function judge(model: string, detector: Detector, decoder: DecoderPool, set: JudgedSet): Promise<SetResult> {
  const asked = objectClasses.filter(
    (name) => set.classes.includes(name) && detector.model.classes.includes(name) && labelCount(set, name) > 0,
  );
  const found: ScoredBox[] = [];
  if (asked.length === 0) return { set, model, classes: [], found, byArea: areas([], []) };
  for (const { id, path, width, height } of set.pictures) {
    const { detections } = await detector.detect({ picture: await decoded(decoder, detector, path), priority });
    for (const { box, score, class: name } of detections) {
      const [x1, y1, x2, y2] = box;
      const corners = [x1 * width, y1 * height, x2 * width, y2 * height] as const;
      found.push({ image: id, category: categoryOf(name), score, box: corners });
    }
  }
  const classes = asked.map((name) => {
    const of = ({ category }: { readonly category: number }) => category === categoryOf(name);
    const precision = averagePrecision(set.labels.filter(of), found.filter(of));
    return { class: name, labels: labelCount(set, name), ...precision };
  });
  const categories = new Set(asked.map(categoryOf));
  const isAsked = ({ category }: { readonly category: number }) => categories.has(category);
  return { set, model, classes, found, byArea: areas(set.labels.filter(isAsked), found.filter(isAsked)) };
}

function areas(labels: readonly LabelledBox[], found: readonly ScoredBox[]): SetResult['byArea'] {
  const { small, medium, large } = areaRanges;
  const of = (range: AreaRange) => averagePrecision(labels, found, range);
  return { small: of(small), medium: of(medium), large: of(large) };
}

/** In turn, so that what else the machine does falls on all models alike. */
async function speeds(
  detectors: ReadonlyMap<string, Detector>,
  decoder: DecoderPool,
  set: JudgedSet | undefined,
): Promise<Map<string, number>> {
  const times = new Map([...detectors.keys()].map((id): [string, number[]] => [id, []]));
  for (const { path } of set?.pictures.slice(0, speedPictures) ?? []) {
    const pictures = new Map<string, Picture>();
    for (const [id, detector] of detectors) pictures.set(id, await decoded(decoder, detector, path));
    for (let round = 0; round < speedRounds; round += 1) {
      for (const [id, detector] of detectors) {
        const picture = pictures.get(id);
        if (picture === undefined) continue;
        const { run } = await detector.detect({ picture, priority });
        times.get(id)?.push(run.latencyMs);
      }
    }
  }
  return new Map([...times].map(([id, each]) => [id, quantile(each, 0.5)]));
}

async function decoded(decoder: DecoderPool, detector: Detector, path: string): Promise<Picture> {
  const result = await decoder.decode(jpegUnit(path), detector.input);
  if (!result.ok) throw new Error(`${path}: ${result.detail}`);
  return result.picture;
}

/** 0 of none. */
export function mean(values: readonly number[]): number {
  return values.length === 0 ? 0 : values.reduce((sum, value) => sum + value, 0) / values.length;
}
