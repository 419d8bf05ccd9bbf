import { trackSchema } from '../../src/edge/track/config.ts';
import { combined, type MotCounts, type MotScores, motCounts, motScores } from '../mot/mot-metrics.ts';
import { sideBySide } from '../mot/mot-sequence.ts';
import { runTracker } from '../mot/run-tracker.ts';
import { type Bench, numberOption, round, spread } from './bench.ts';
import { crowdedLooks, microsecondsPerUpdate } from './tracking-cost.ts';
import { type Recording, record } from './tracking-detector.ts';
import { type FootageRow, trackFootage } from './tracking-footage.ts';
import { trackingPage } from './tracking-page.ts';
import { type WorldScript, worldScripts } from './tracking-world.ts';

/** The trackers compared. */
export const trackerKinds = ['byte', 'iou'] as const;

/** Looks a second at full rate, and of how many frames one is looked at: all, a fifth, a keyframe every two seconds. */
const framesPerSecond = 15;
const rates = [1, 5, 30] as const;
const seeds = 3;
/** Constants were tried on seeds 1–5; these are others. */
const unseenSeed = 101;

/** What one tracker made of one script at one rate, all seeds added up. */
export interface TrackingRow {
  readonly script: Pick<WorldScript, 'name' | 'what'>;
  readonly looksPerSecond: number;
  readonly kind: (typeof trackerKinds)[number];
  readonly scores: MotScores;
}

/** Time of an update with this many objects. */
export interface CostRow {
  readonly objects: number;
  readonly kind: (typeof trackerKinds)[number];
  readonly microseconds: ReturnType<typeof spread>;
}

/**
 * How well objects keep their identity, by the field's metrics on scripted streets whose truth is known, at full rate and
 * below; and what an update costs. Footage has no truth: what the trackers make of it is only set side by side.
 */
export const trackingBench: Bench = async (say, options) => {
  const seconds = numberOption(options, 'seconds', 180);
  const seed = numberOption(options, 'seed', unseenSeed);
  const rows = score(seconds, seed, say);
  const costs = [10, 40].flatMap((objects) => measure(objects));
  for (const { objects, kind, microseconds } of costs) say(`${kind}, ${objects} objects: ${microseconds.median} µs`);
  const footage = await trackFootage(say);
  return {
    parameters: { seconds, seed, seeds, framesPerSecond },
    metrics: { ...headline(rows), ...costMetrics(costs) },
    distributions: { rows, costs, footage },
    page: trackingPage({ rows, costs, footage, seconds, seeds }),
  };
};

/** All scripts at all rates by both trackers; with them a row `all` of everything at a rate. */
function score(seconds: number, firstSeed: number, say: (line: string) => void): TrackingRow[] {
  const counts = new Map<string, { readonly row: Omit<TrackingRow, 'scores'>; readonly all: MotCounts[] }>();
  const add = (row: Omit<TrackingRow, 'scores'>, count: MotCounts) => {
    const key = `${row.looksPerSecond} ${row.script.name} ${row.kind}`;
    const known = counts.get(key);
    if (known === undefined) counts.set(key, { row, all: [count] });
    else known.all.push(count);
  };
  for (let seed = firstSeed; seed < firstSeed + seeds; seed += 1) {
    for (const script of worldScripts(seed, seconds)) {
      const recording = record(script, framesPerSecond, seed);
      for (const { kind, every } of contests()) {
        const count = countsOf(recording, kind, every);
        const looksPerSecond = framesPerSecond / every;
        add({ script: { name: script.name, what: script.what }, looksPerSecond, kind }, count);
        add({ script: { name: 'all', what: 'all of them' }, looksPerSecond, kind }, count);
      }
      say(`${script.name}, seed ${seed}: ${recording.truth.length} true boxes`);
    }
  }
  return [...counts.values()].map(({ row, all }) => ({ ...row, scores: rounded(motScores(combined(all))) }));
}

function contests() {
  return rates.flatMap((every) => trackerKinds.map((kind) => ({ kind, every })));
}

function countsOf({ truth, detections }: Recording, kind: TrackingRow['kind'], every: number): MotCounts {
  const picture = { width: 1, height: 1 };
  const found = runTracker(detections, { config: trackSchema.parse({ kind }), framesPerSecond, every, picture });
  return motCounts(sideBySide(truth, found, every));
}

function rounded(scores: MotScores): MotScores {
  return Object.fromEntries(
    Object.entries(scores).map(([name, value]) => [name, round(value)]),
  ) as unknown as MotScores;
}

function measure(objects: number): CostRow[] {
  const looks = crowdedLooks(objects);
  const times = new Map(trackerKinds.map((kind) => [kind, [] as number[]]));
  // In turn, so that a busy machine is busy for both.
  for (let turn = 0; turn < 9; turn += 1) {
    for (const kind of trackerKinds) times.get(kind)?.push(microsecondsPerUpdate(kind, looks));
  }
  return trackerKinds.map((kind) => ({ objects, kind, microseconds: spread(times.get(kind) ?? []) }));
}

function headline(rows: readonly TrackingRow[]): Record<string, number> {
  const all = rows.filter(({ script }) => script.name === 'all');
  return Object.fromEntries(
    all.flatMap(({ kind, looksPerSecond, scores }) => {
      const name = (metric: string) => `${kind}${metric}At${String(looksPerSecond).replace('.', '_')}`;
      return [
        [name('Mota'), scores.mota],
        [name('Idf1'), scores.idf1],
        [name('IdSwitches'), scores.idSwitches],
      ];
    }),
  );
}

function costMetrics(costs: readonly CostRow[]): Record<string, number> {
  return Object.fromEntries(
    costs.map(({ kind, objects, microseconds }) => [`${kind}MicrosecondsFor${objects}`, microseconds.median]),
  );
}

/** What the page is made of. */
export interface TrackingReport {
  readonly rows: readonly TrackingRow[];
  readonly costs: readonly CostRow[];
  readonly footage: readonly FootageRow[];
  readonly seconds: number;
  readonly seeds: number;
}
