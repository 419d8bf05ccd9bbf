import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { AccessUnit } from '../../src/domain/access-unit.ts';
import type { CameraId } from '../../src/domain/ids.ts';
import type { ObjectClass } from '../../src/domain/object-class.ts';
import type { Picture } from '../../src/domain/picture.ts';
import { DecoderPool } from '../../src/edge/decode/decoder-pool.ts';
import { detectSchema } from '../../src/edge/detect/config.ts';
import type { Detector } from '../../src/edge/detect/detector.ts';
import { loadDetector } from '../../src/edge/detect/load-detector.ts';
import { loadManifest, type ModelEntry, type ModelManifest } from '../../src/edge/detect/model-manifest.ts';
import { resolveModel } from '../../src/edge/detect/model-store.ts';
import { AppError } from '../../src/lib/errors.ts';
import { createLogger } from '../../src/lib/log.ts';
import { Metrics } from '../../src/lib/metrics.ts';
import { referenceModels } from '../../tests/support/reference-detect.ts';
import { sharedDir } from '../../tests/support/shared.ts';
import { type Asked, outsideWithOpenCv, outsideWithSharp } from './accuracy-outside.ts';
import { averagePrecision, type Precision, type ScoredBox } from './average-precision.ts';
import { type BenchReport, quantile, round } from './bench.ts';
import { table } from './benchmarks-page.ts';
import { type LabelledSample, readCocoSample, type SamplePicture } from './coco-sample.ts';

/** As detectors are usually evaluated: nearly every box counts, and the order of scores does the rest. */
const thresholds = { scoreThreshold: 0.01, iouThreshold: 0.6 } as const;
const standard = 'yolox-nano-416';
const speedRounds = 3;
const speedPictures = 12;

interface Result {
  /** Through the node: JPEG as an MJPEG access unit, decoder pool, detector thread. */
  readonly node: Precision;
  readonly outside: Precision | undefined;
  readonly openCv: Precision | undefined;
  msPerImage: number;
}

/**
 * Average precision of every model on a labelled sample, through the node's own path and outside it, and the time a picture
 * takes. All classes of a model count, also those no scene knows: for the evaluation each is canonical under its own name.
 */
export async function accuracyBench(say: (line: string) => void): Promise<BenchReport> {
  const folder = join(sharedDir ?? '', 'material', 'coco-sample');
  const sample = readCocoSample(folder);
  if (sample === undefined) throw new Error(`no labelled pictures in ${folder}`);
  const log = createLogger('bench');
  const scratch = mkdtempSync(join(tmpdir(), 'maplebridge-accuracy-'));
  const manifest = withAllClasses(loadManifest());
  const store = {
    manifest,
    cacheDir: scratch,
    mirror: process.env['MAPLEBRIDGE_MODEL_MIRROR'] ?? join(sharedDir ?? '', 'models'),
  };
  const decoder = new DecoderPool({ workers: 1, queueCapacity: 64, log, metrics: new Metrics() });
  await decoder.start(new AbortController().signal);
  const results = new Map<string, Result>();
  const detectors = new Map<string, { detector: Detector; pictures: Picture[] }>();
  try {
    for (const entry of manifest.models) {
      const path = await resolveModel(entry.id, store).then(
        (found) => found.path,
        (error: unknown) => {
          if (error instanceof AppError && error.code === 'MB_MODEL_MISSING') return undefined;
          throw error;
        },
      );
      if (path === undefined) {
        say(`${entry.id}: left out: not here`);
        continue;
      }
      const config = { ...detectSchema.parse({ models: [{ id: entry.id }] }), ...thresholds };
      const detector = await loadDetector({ ...config, store, log, metrics: new Metrics() });
      const { found, pictures } = await throughNode(detector, decoder, sample, manifest, entry);
      detectors.set(entry.id, { detector, pictures });
      const labels = labelsFor(sample, manifest, entry);
      const measure = (boxes: readonly ScoredBox[] | undefined) => boxes && averagePrecision(labels, boxes);
      const reference = referenceModels[entry.id];
      const asked: Asked = { ...thresholds, categories: categoriesOf(sample, manifest, entry) };
      const result: Result = {
        node: averagePrecision(labels, found),
        outside: reference && measure(await outsideWithSharp(reference, path, sample.pictures, asked)),
        openCv: reference && measure(await outsideWithOpenCv(reference, path, sample.pictures, asked)),
        msPerImage: Number.NaN,
      };
      results.set(entry.id, result);
      say(`${entry.id}: ${JSON.stringify(result)}`);
    }
    await timeAlternating(detectors, results);
  } finally {
    await Promise.all([...detectors.values()].map(({ detector }) => detector.close()));
    await decoder.stop();
    rmSync(scratch, { recursive: true, force: true });
  }
  return report(results, sample);
}

async function throughNode(
  detector: Detector,
  decoder: DecoderPool,
  sample: LabelledSample,
  manifest: ModelManifest,
  entry: ModelEntry,
) {
  const categories = categoriesOf(sample, manifest, entry);
  const names = manifest.classSets[entry.classes]?.names ?? [];
  const categoryOf = new Map(names.map((name, index) => [markOf(name), categories[index]]));
  const found: ScoredBox[] = [];
  const pictures: Picture[] = [];
  for (const picture of sample.pictures) {
    const decoded = await decoder.decode(accessUnit(picture), detector.input);
    if (!decoded.ok) throw new Error(`${picture.path}: ${decoded.detail}`);
    pictures.push(decoded.picture);
    const { detections } = await detector.detect({
      picture: decoded.picture,
      priority: { severity: 1, deadlineMs: 0 },
    });
    for (const { box, score, class: mark } of detections) {
      const category = categoryOf.get(mark);
      if (category === undefined) continue;
      const [x1, y1, x2, y2] = box;
      const { id, width, height } = picture;
      found.push({ image: id, category, score, box: [x1 * width, y1 * height, x2 * width, y2 * height] });
    }
  }
  return { found, pictures };
}

/** As a camera that sends MJPEG would. */
function accessUnit({ path }: SamplePicture): AccessUnit {
  const data = readFileSync(path);
  return {
    ...{ cameraId: 'sample' as CameraId, codec: 'mjpeg' as const, keyframe: true, data },
    ...{ rtpTimestamp: 0, ptsMs: 0, ntpMs: undefined, receivedAt: 0 },
  };
}

/** Milliseconds in the detector's thread, model by model in turn, so that the machine's mood is everybody's. */
async function timeAlternating(
  detectors: ReadonlyMap<string, { detector: Detector; pictures: Picture[] }>,
  results: ReadonlyMap<string, Result>,
) {
  const times = new Map<string, number[]>();
  for (let index = 0; index < speedRounds * speedPictures; index += 1) {
    for (const [id, { detector, pictures }] of detectors) {
      const picture = pictures[index % speedPictures];
      if (picture === undefined) continue;
      const { run } = await detector.detect({ picture, priority: { severity: 1, deadlineMs: 0 } });
      times.set(id, [...(times.get(id) ?? []), run.latencyMs]);
    }
  }
  for (const [id, result] of results) result.msPerImage = quantile(times.get(id) ?? [], 0.5);
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

function categoriesOf(sample: LabelledSample, manifest: ModelManifest, entry: ModelEntry): (number | undefined)[] {
  return (manifest.classSets[entry.classes]?.names ?? []).map((name) => sample.categories.get(name));
}

/** Labels of what the model knows: one that finds people alone is not asked for cars. */
function labelsFor(sample: LabelledSample, manifest: ModelManifest, entry: ModelEntry) {
  const known = new Set(categoriesOf(sample, manifest, entry));
  return sample.labels.filter(({ category }) => known.has(category));
}

function report(results: ReadonlyMap<string, Result>, sample: LabelledSample): BenchReport {
  const points = (value: number | undefined) => (value === undefined ? '–' : (value * 100).toFixed(1));
  const apart = ({ node, outside }: Result) =>
    outside === undefined ? undefined : Math.max(Math.abs(node.ap - outside.ap), Math.abs(node.ap50 - outside.ap50));
  const base = results.get(standard);
  const ratio = (result: Result) => (base === undefined ? Number.NaN : base.msPerImage / result.msPerImage);
  const rows = [...results].map(([id, result]) => [
    id,
    ...[`${points(result.node.ap50)} / ${points(result.node.ap)}`],
    ...[
      `${points(result.outside?.ap50)} / ${points(result.outside?.ap)}`,
      `${points(result.openCv?.ap50)} / ${points(result.openCv?.ap)}`,
    ],
    points(apart(result)),
    result.msPerImage.toFixed(1),
    ratio(result).toFixed(2),
  ]);
  const flat = [...results].flatMap(([id, result]) => [
    [`ap50Real/${id}`, round(result.node.ap50)],
    [`apReal/${id}`, round(result.node.ap)],
    [`msPerImage/${id}`, round(result.msPerImage)],
    [`speedRatioVsYoloxNano/${id}`, round(ratio(result))],
  ]);
  const worst = Math.max(...[...results.values()].map((result) => apart(result) ?? 0));
  return {
    parameters: {
      pictures: sample.pictures.length,
      labels: sample.labels.length,
      ...thresholds,
      standard,
      speedRounds,
      speedPictures,
    },
    metrics: {
      ap50Real: round(base?.node.ap50 ?? Number.NaN),
      apReal: round(base?.node.ap ?? Number.NaN),
      msPerImage: round(base?.msPerImage ?? Number.NaN),
      speedRatioVsYoloxNano: 1,
      worstDifferencePoints: round(worst * 100),
      ...Object.fromEntries(flat),
    },
    distributions: Object.fromEntries(results),
    page: `AP50 / AP50:95 in points on ${sample.pictures.length} labelled pictures of COCO (${sample.labels.length} boxes; a small sample: ± several points against the
whole set, but the same pictures for all), by COCO's rules, all classes of a model. *Node*: JPEG → MJPEG access unit → decoder
pool → detector thread, graph rewritten as the manifest says. *Outside*: libvips → bare ONNX Runtime on the published file → the
reference implementation of the tests. *OpenCV*: cv2.imread, cv2.resize, cv2.dnn where it loads the file. *Apart*: the larger
difference of node and outside. Time: median in the detector's thread, one thread, models in turn; ratio: as many times as fast as ${standard}.

${table([['model', 'node', 'outside', 'OpenCV', 'apart', 'ms', 'ratio'], ...rows])}
`,
  };
}
