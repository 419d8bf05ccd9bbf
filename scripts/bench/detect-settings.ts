import type { AccessUnit } from '../../src/domain/access-unit.ts';
import type { Box } from '../../src/domain/geometry.ts';
import { loadableModel } from '../../src/edge/detect/loadable-model.ts';
import { quantile, round } from './bench.ts';
import { bareSession } from './detect-bare.ts';
import { benchDetector, benchStore, decodeAll, priority } from './detect-inputs.ts';
import { inRounds, type Way } from './rounds.ts';

/** One setting: pictures a second and CPU milliseconds a picture, medians. */
export interface SettingResult {
  readonly setting: string;
  readonly perSecond: number;
  readonly cpuMs: number;
}

/** How much one way of running a model costs beside another. */
export interface SettingsAsk {
  readonly id: string;
  readonly rounds: number;
  readonly pictures: number;
}

/** Threads of an inference, whether they spin, and pictures at once: the bare graph on cpu. */
export async function threadSettings({ id, rounds, pictures }: SettingsAsk): Promise<SettingResult[]> {
  const store = benchStore();
  const single = await loadableModel(id, store);
  const settings = [
    { name: '1 thread', threads: 1, spinning: true, batch: 1 },
    { name: '2 threads, spinning', threads: 2, spinning: true, batch: 1 },
    { name: '2 threads', threads: 2, spinning: false, batch: 1 },
    { name: '1 thread, batch 2', threads: 1, spinning: true, batch: 2 },
    { name: '1 thread, batch 4', threads: 1, spinning: true, batch: 4 },
  ];
  const closers: (() => Promise<void>)[] = [];
  const ways: Way[] = [];
  for (const { name, batch, ...rest } of settings) {
    const { path } = batch === 1 ? single : await loadableModel(id, store, { batch });
    const session = await bareSession(path, single.entry, { batch, ...rest });
    closers.push(() => session.close());
    const run = async () => {
      for (let done = 0; done < pictures; done += batch) await session.run();
    };
    ways.push({ name, count: pictures, run });
  }
  return measured(ways, rounds, closers);
}

/** Detector threads (sessions), and threads of each: ours on cpu. */
export async function sessionSettings(
  { id, rounds, pictures }: SettingsAsk,
  keyframes: readonly AccessUnit[],
): Promise<SettingResult[]> {
  const settings = [
    { name: 'sessions 1 × threads 1', sessions: 1, threads: 1 },
    { name: 'sessions 2 × threads 1', sessions: 2, threads: 1 },
    { name: 'sessions 1 × threads 2', sessions: 1, threads: 2 },
  ];
  const detectors = await Promise.all(
    settings.map(async ({ name, ...rest }) => ({ name, detector: await benchDetector(id, rest) })),
  );
  const inputs = await decodeAll(keyframes, detectors[0]?.detector.input ?? never(), pictures);
  const ways = detectors.map(({ name, detector }): Way => {
    const run = async () => void (await Promise.all(inputs.map((picture) => detector.detect({ picture, priority }))));
    return { name, count: inputs.length, run };
  });
  return measured(
    ways,
    rounds,
    detectors.map(
      ({ detector }) =>
        () =>
          detector.close(),
    ),
  );
}

/** A fifth of the picture across and a third down: somebody who walks by. */
const region: Box = [0.3, 0.4, 0.5, 0.75];

/** Looks at one small region each: one after the other, and all at once, which share model inputs. */
export async function groupSettings(
  { id, rounds, pictures }: SettingsAsk,
  keyframes: readonly AccessUnit[],
): Promise<SettingResult[]> {
  const detector = await benchDetector(id);
  const eager = await benchDetector(id, { batch: { maxWaitMs: 0 } });
  const inputs = await decodeAll(keyframes, detector.input, pictures);
  const ways: Way[] = [
    {
      name: 'one region a look, each look alone',
      count: inputs.length,
      run: async () => {
        for (const picture of inputs) await eager.detect({ picture, regions: [region], priority });
      },
    },
    {
      name: 'one region a look, looks of several cameras together',
      count: inputs.length,
      run: async () =>
        void (await Promise.all(inputs.map((picture) => detector.detect({ picture, regions: [region], priority })))),
    },
    {
      name: 'whole pictures',
      count: inputs.length,
      run: async () => void (await Promise.all(inputs.map((picture) => detector.detect({ picture, priority })))),
    },
  ];
  return measured(ways, rounds, [() => detector.close(), () => eager.close()]);
}

async function measured(
  ways: readonly Way[],
  rounds: number,
  closers: readonly (() => Promise<void>)[],
): Promise<SettingResult[]> {
  const taken = await inRounds(ways, rounds);
  await Promise.all(closers.map((close) => close()));
  return [...taken].map(([setting, { perSecond, cpuMs }]) => ({
    setting,
    perSecond: round(quantile(perSecond, 0.5)),
    cpuMs: round(quantile(cpuMs, 0.5)),
  }));
}

function never(): never {
  throw new Error('no detector');
}
