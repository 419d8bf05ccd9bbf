import { join } from 'node:path';
import type { PictureSpec } from '../../src/domain/picture.ts';
import { canonicalClasses, loadManifest, type ModelEntry } from '../../src/edge/detect/model-manifest.ts';
import { ModelRunner } from '../../src/edge/detect/model-runner.ts';
import { resolveModel } from '../../src/edge/detect/model-store.ts';
import { pixels } from '../../src/edge/detect/packing/rect.ts';
import { sharedDir } from '../../tests/support/shared.ts';
import { type BenchReport, round, spread } from './bench.ts';
import { labelledPictures, labelledTrials } from './packing-coco.ts';
import { clipCameras } from './packing-footage.ts';
import { packingPage } from './packing-page.ts';
import { type Agreement, agreement } from './packing-score.ts';
import { lookAtAll, type PackInput, type Pass, type Way } from './packing-ways.ts';

const rounds = 3;

const whole = { fixedInput: true, regions: false, together: 1 } as const;

/** The first is what the others are compared with. */
const ways: readonly Way[] = [
  { name: 'whole', what: 'whole pictures, each in an input of its own', ...whole },
  { name: 'moved', what: 'the same, less two pixels at the left and the top', ...whole, moved: 2 },
  {
    name: 'halves',
    what: 'whole pictures at 0.89 of the scale, two of 16:9 in one input',
    ...{ ...whole, together: 10, size: { width: 370, height: 370 }, packing: { gap: 0, align: 8 } },
  },
  { name: 'wholeFree', what: 'whole pictures, inputs no larger than they', ...whole, fixedInput: false },
  { name: 'packed', what: 'regions of up to 10 cameras in one input', fixedInput: true, regions: true, together: 10 },
  { name: 'regionsFree', what: 'regions, inputs no larger than they', fixedInput: false, regions: true, together: 1 },
];

/** What one way cost and found. */
export interface WayResult {
  readonly way: Way;
  readonly inputsPerPicture: number;
  /** Pixels of model input a picture, in full inputs. */
  readonly fullInputsPerPicture: number;
  readonly picturesPerCpuSecond: ReturnType<typeof spread>;
  readonly speedRatio: ReturnType<typeof spread>;
  readonly cut: number;
  readonly agreement: Agreement;
}

/** Packing of changed regions against whole pictures: speed, and whether the same objects are found. */
export async function packingBench(say: (line: string) => void): Promise<BenchReport> {
  if (sharedDir === undefined) throw new Error('the shared footage and weights are not here: set MAPLEBRIDGE_SHARED');
  const manifest = loadManifest();
  const { path, entry } = await resolveModel('yolox-nano-416', { manifest, mirror: join(sharedDir, 'models') });
  const classes = canonicalClasses(manifest, entry);
  const open = ({ fixedInput, packing }: Pick<Way, 'fixedInput' | 'packing'>, scoreThreshold = 0.3) =>
    ModelRunner.open({
      ...{ path, entry, classes, provider: 'cpu', threads: 1, scoreThreshold, iouThreshold: 0.5, fixedInput },
      ...(packing && { packing }),
    });
  const results = await measure(ways, sharedDir, entry, open);
  for (const each of results) say(`${each.way.name}: ${JSON.stringify({ ...each, way: undefined })}`);
  const spec = specOf(entry);
  const labelled = await labelledPictures(join(sharedDir, 'material', 'coco-sample'), canonicalNames(manifest, entry));
  const runner = await open({ fixedInput: false }, 0.05);
  const trials = await labelledTrials(labelled, runner, spec, say);
  await runner.close();
  return {
    parameters: { model: entry.id, rounds, pictures: results[0]?.agreement.objects, labelled: labelled.length },
    metrics: Object.fromEntries(
      results.flatMap(({ way, speedRatio, agreement: { recall } }) => [
        [`${way.name}SpeedRatio`, speedRatio.median],
        [`${way.name}Recall`, recall],
      ]),
    ),
    distributions: { ways: results, labelled: trials },
    page: packingPage(results, trials, rounds),
  };
}

function specOf({ input }: ModelEntry): PictureSpec {
  const format = input.channelOrder === 'rgb' ? 'rgb24' : 'bgr24';
  return { width: input.width, height: input.height, fit: input.fit, format };
}

function canonicalNames(manifest: ReturnType<typeof loadManifest>, entry: ModelEntry) {
  return manifest.classSets[entry.classes]?.canonical ?? {};
}

/** Rounds over all ways, look by look in changing order, in one process. */
async function measure(
  all: readonly Way[],
  shared: string,
  entry: ModelEntry,
  open: (way: Way) => Promise<ModelRunner>,
): Promise<WayResult[]> {
  const { width, height, fit } = entry.input;
  const input: PackInput = { width, height, fit, step: Math.max(...entry.strides) };
  const stands = await Promise.all(
    all.map(async (way) => ({
      way,
      runner: await open(way),
      cameras: await clipCameras(shared, { ...specOf(entry), ...way.size }),
      passes: [] as Pass[],
    })),
  );
  const [reference] = stands;
  if (reference === undefined) return [];
  for (let turn = 0; turn < rounds; turn += 1) {
    let going = stands.map(({ way, runner, cameras, passes }) => ({
      looks: lookAtAll(way, cameras, runner, input),
      passes,
    }));
    while (going.length > 0) {
      const done = new Set<(typeof going)[number]>();
      for (const each of going) {
        const next = await each.looks.next();
        if (next.done !== true) continue;
        each.passes.push(next.value);
        done.add(each);
      }
      going = going.filter((each) => !done.has(each)).reverse();
    }
  }
  await Promise.all(stands.map(({ runner }) => runner.close()));
  return stands.flatMap(({ way, passes }) => {
    const [first] = passes;
    if (first === undefined) return [];
    return {
      way,
      inputsPerPicture: round(first.inputs / first.pictures),
      fullInputsPerPicture: round(first.area / pixels(input) / first.pictures),
      picturesPerCpuSecond: spread(passes.map((pass) => pass.pictures / pass.cpu)),
      speedRatio: spread(passes.map((pass, index) => (reference.passes[index]?.cpu ?? Number.NaN) / pass.cpu)),
      cut: first.cut,
      agreement: agreement(reference.passes[0]?.found.flat() ?? [], first.found.flat()),
    };
  });
}
