import { readFile } from 'node:fs/promises';
import type { AccessUnit } from '../../src/domain/access-unit.ts';
import type { Picture } from '../../src/domain/picture.ts';
import type { Detector } from '../../src/edge/detect/detector.ts';
import { freeInput } from '../../src/edge/detect/graph/free-input.ts';
import { loadableModel } from '../../src/edge/detect/loadable-model.ts';
import type { Size } from '../../src/edge/detect/packing/rect.ts';
import { quantile, round, spread } from './bench.ts';
import { bareSession } from './detect-bare.ts';
import { benchDetector, benchStore, decodeAll, priority } from './detect-inputs.ts';
import { inRounds } from './rounds.ts';

/** One model on one provider: ours beside the bare graph. */
export interface ModelResult {
  readonly model: string;
  readonly provider: string;
  readonly batch: number;
  /** What the graph was given: it may be smaller than the model's input. */
  readonly input: string;
  readonly imagesPerSecond: ReturnType<typeof spread>;
  readonly bareImagesPerSecond: ReturnType<typeof spread>;
  readonly ratioVsBare: ReturnType<typeof spread>;
  /** CPU milliseconds a picture, median. */
  readonly cpuMs: number;
  readonly bareCpuMs: number;
  /** A picture's share of the time in the detector's thread, median. */
  readonly latencyMs: number;
}

/** What is compared. */
export interface ModelCase {
  readonly id: string;
  readonly provider: string;
  readonly batch: number;
  readonly rounds: number;
  readonly pictures: number;
}

/**
 * Pictures a second through our detector (thread, tensor, graph, boxes, suppression) beside a bare `session.run` loop on the
 * same graph with input of the same size. On cpu the ratio is of CPU time, so that neighbours on the machine do not decide it; elsewhere of wall time.
 */
export async function compareModel(one: ModelCase, keyframes: readonly AccessUnit[]): Promise<ModelResult> {
  const { id, provider, batch } = one;
  const cpu = provider === 'cpu';
  const { path, entry } = await loadableModel(id, benchStore(), cpu || batch === 1 ? {} : { batch });
  const detector = await benchDetector(id, { provider, batch: { size: batch, maxWaitMs: 0 } });
  const inputs = await decodeAll(keyframes, detector.input, one.pictures);
  const size = await shownSize(detector, inputs);
  const smaller = size.width * size.height < entry.input.width * entry.input.height;
  const graph = smaller ? freeInput(await readFile(path), Math.max(...entry.strides)) : path;
  if (graph === undefined) throw new Error(`${id}: its graph takes one size`);
  const bare = await bareSession(graph, entry, { provider, batch: cpu ? 1 : batch, size });
  const latencies: number[] = [];
  const ways = [
    {
      name: 'ours',
      count: inputs.length,
      run: async () => {
        const found = await Promise.all(inputs.map((picture) => detector.detect({ picture, priority })));
        latencies.push(...found.map(({ run }) => run.latencyMs));
      },
    },
    {
      name: 'bare',
      count: inputs.length,
      run: async () => {
        for (let done = 0; done < inputs.length; done += cpu ? 1 : batch) await bare.run();
      },
    },
  ];
  const taken = await inRounds(ways, one.rounds);
  await Promise.all([detector.close(), bare.close()]);
  const [ours, theirs] = [taken.get('ours'), taken.get('bare')];
  if (ours === undefined || theirs === undefined) throw new Error('nothing was measured');
  const ratio = cpu
    ? theirs.cpuMs.map((ms, index) => ms / (ours.cpuMs[index] ?? Number.NaN))
    : ours.perSecond.map((rate, index) => rate / (theirs.perSecond[index] ?? Number.NaN));
  return {
    model: id,
    provider,
    batch,
    input: `${size.width}×${size.height}`,
    imagesPerSecond: spread(ours.perSecond),
    bareImagesPerSecond: spread(theirs.perSecond),
    ratioVsBare: spread(ratio),
    cpuMs: round(quantile(ours.cpuMs, 0.5)),
    bareCpuMs: round(quantile(theirs.cpuMs, 0.5)),
    latencyMs: round(quantile(latencies, 0.5)),
  };
}

/** Size of the input the detector gives its graph for these pictures. */
async function shownSize(detector: Detector, [picture]: readonly Picture[]): Promise<Size> {
  if (picture === undefined) throw new Error('no pictures');
  const { run } = await detector.detect({ picture, priority });
  return { width: run.inputWidth, height: run.inputHeight };
}
