import type { Precision } from './average-precision.ts';
import { type BenchReport, round } from './bench.ts';
import { table } from './benchmarks-page.ts';
import type { LabelledSample } from './coco-sample.ts';

/** What was measured of one model. */
export interface ModelAccuracy {
  /** Through the node, each picture as a whole: in the model's full input, with the authors' padding. */
  readonly node: Precision;
  /** Through the node, each picture as one region: in an input no larger than it, as regions are looked at on cpu. */
  readonly free: Precision;
  /** Bare runtime and reference implementation on the node's own scaled pictures. */
  readonly samePixels: Precision | undefined;
  /** As before, on pictures decoded and scaled by libvips. */
  readonly outside: Precision | undefined;
  readonly openCv: Precision | undefined;
  /** How far AP and AP50 of node and outside differ by the choice of pictures alone: standard error of the difference. */
  readonly chance: Precision | undefined;
  readonly msPerImage: number;
}

const points = (value: number | undefined) => (value === undefined ? '–' : (value * 100).toFixed(1));
const pair = (precision: Precision | undefined) => `${points(precision?.ap50)} / ${points(precision?.ap)}`;

function less(a: Precision, b: Precision | undefined): Precision | undefined {
  return b && { ap50: a.ap50 - b.ap50, ap: a.ap - b.ap };
}

/** Metrics and page of the accuracy bench. */
export function accuracyReport(
  results: ReadonlyMap<string, ModelAccuracy>,
  sample: LabelledSample,
  standard: string,
  parameters: BenchReport['parameters'],
): BenchReport {
  const base = results.get(standard);
  const ratio = ({ msPerImage }: ModelAccuracy) => (base?.msPerImage ?? Number.NaN) / msPerImage;
  const largest = (of: (result: ModelAccuracy) => Precision | undefined) =>
    Math.max(
      ...[...results.values()].map((result) => {
        const difference = less(result.node, of(result));
        return difference === undefined ? 0 : Math.max(Math.abs(difference.ap), Math.abs(difference.ap50));
      }),
    );
  const flat = [...results].flatMap(([id, result]) => [
    [`ap50Real/${id}`, round(result.node.ap50)],
    [`apReal/${id}`, round(result.node.ap)],
    [`msPerImage/${id}`, round(result.msPerImage)],
    [`speedRatioVsYoloxNano/${id}`, round(ratio(result))],
  ]);
  return {
    parameters: { pictures: sample.pictures.length, labels: sample.labels.length, standard, ...parameters },
    metrics: {
      ap50Real: round(base?.node.ap50 ?? Number.NaN),
      apReal: round(base?.node.ap ?? Number.NaN),
      msPerImage: round(base?.msPerImage ?? Number.NaN),
      speedRatioVsYoloxNano: 1,
      samePixelsDifferencePoints: round(largest(({ samePixels }) => samePixels) * 100),
      outsideDifferencePoints: round(largest(({ outside }) => outside) * 100),
      ...Object.fromEntries(flat),
    },
    distributions: Object.fromEntries(results),
    page: page(results, sample, standard, ratio),
  };
}

function page(
  results: ReadonlyMap<string, ModelAccuracy>,
  sample: LabelledSample,
  standard: string,
  ratio: (result: ModelAccuracy) => number,
): string {
  const rows = [...results].map(([id, result]) => [
    id,
    ...[result.node, result.free, result.samePixels, result.outside, result.openCv].map(pair),
    ...[pair(less(result.node, result.outside)), pair(result.chance)],
    ...[result.msPerImage.toFixed(1), ratio(result).toFixed(2)],
  ]);
  const head = [
    'model',
    'node',
    'as a region',
    'same pixels',
    'outside',
    'OpenCV',
    'node − outside',
    '± by chance',
    'ms',
    'ratio',
  ];
  return `AP50 / AP50:95 in points, by COCO's rules, over all classes of a model, on ${sample.pictures.length} labelled pictures of COCO
(${sample.labels.length} boxes: a small sample, several points off the whole set, but the same for all).

- *node*: JPEG → MJPEG access unit → decoder pool → detector thread, the graph rewritten as the manifest says; each picture
  asked for as a whole. *as a region*: in an input no larger than it, without the authors' padding, as regions are on cpu.
- *same pixels*: what the node's decoder gave, but bare ONNX Runtime on the published file and the reference implementation
  of the tests. What differs from *node* here would be a fault of adapters or graph rewriting.
- *outside*: the same reference on pictures that libvips decoded and scaled. *OpenCV*: cv2.imread, cv2.resize, cv2.dnn,
  where it loads the file. What differs here is the scaler: each has another idea of "bilinear".
- *± by chance*: standard error of node − outside over the choice of pictures (bootstrap).
- *ms*: median in the detector's thread, one thread, models in turn; *ratio*: how many times as fast as ${standard}.

${table([head, ...rows])}
`;
}
