import { join } from 'node:path';
import { detectSchema } from '../../src/edge/detect/config.ts';
import { loadDetector } from '../../src/edge/detect/load-detector.ts';
import { loadManifest } from '../../src/edge/detect/model-manifest.ts';
import { activityGate } from '../../src/edge/gate/activity-gate.ts';
import { type GateConfig, gateSchema } from '../../src/edge/gate/config.ts';
import { createLogger } from '../../src/lib/log.ts';
import { Metrics } from '../../src/lib/metrics.ts';
import { seededRandom } from '../../src/simulator/seeded-random.ts';
import { noSharedReason, sharedDir } from '../../tests/support/shared.ts';
import { type BenchReport, round, spread } from './bench.ts';
import { type Clip, clipFiles, readClip, stressSize } from './gate-footage.ts';
import { type GateRow, gatePage } from './gate-page.ts';
import { RunningAverageMotion } from './gate-peer.ts';
import { addTally, emptyTally, type GateUnderTest, type Look, scoreGate } from './gate-score.ts';
import { stresses } from './gate-stress.ts';

/** Times between two looks, ms; from each clip as many cameras are made as there are places to start. */
const intervals = [2000, 10_000] as const;

/** A still picture of each clip is shown this often under each stress: whatever passes is a false alarm. */
const heldLooks = 90;

/** Sensor noise on the still picture, grey values. */
const heldNoise = 2;

/** Ways to gate, each making a gate for one camera. */
type Ways = Readonly<Record<'gate' | 'peer', () => GateUnderTest>>;

/**
 * What the activity gate lets pass and what it misses on real footage, looked at in full by the detector for
 * reference, in fair weather and foul, beside the usual running average; and what a look costs.
 */
export async function gateBench(say: (line: string) => void): Promise<BenchReport> {
  if (sharedDir === undefined) throw new Error(noSharedReason);
  const config = gateSchema.parse({});
  const clips = await readClips(sharedDir, say);
  const rows: GateRow[] = [];
  for (const stress of Object.keys(stresses)) {
    const found = rowsUnder(stress, clips, waysOf(config));
    for (const row of found) say(`${stress}, ${row.way}, every ${row.everyMs / 1000} s: ${JSON.stringify(row.tally)}`);
    rows.push(...found);
  }
  const costs = cost(clips, config);
  const metrics = Object.fromEntries((['gate', 'peer'] as const).flatMap((way) => headline(way, rows)));
  return {
    parameters: { clips: clips.map(({ name, use, pictures }) => ({ name, use, pictures: pictures.length })), config },
    metrics: { ...metrics, gateMs: costs.gate.median, peerMs: costs.peer.median },
    distributions: { cpuMsPerLook: costs, rows },
    page: gatePage({ rows, clips, costs, config }),
  };
}

async function readClips(shared: string, say: (line: string) => void): Promise<Clip[]> {
  const detector = await loadDetector({
    ...detectSchema.parse({ scoreThreshold: 0.05, batch: { maxWaitMs: 0 } }),
    store: { manifest: loadManifest(), mirror: process.env['MAPLEBRIDGE_MODEL_MIRROR'] ?? join(shared, 'models') },
    log: createLogger('bench'),
    metrics: new Metrics(),
  });
  const clips: Clip[] = [];
  for (const file of clipFiles(shared)) {
    const clip = await readClip(file, detector);
    say(`${clip.name} (${clip.use}): ${clip.pictures.length} pictures`);
    clips.push(clip);
  }
  await detector.close();
  return clips;
}

function waysOf(config: GateConfig): Ways {
  const inspector = activityGate(config);
  return {
    gate: () => {
      const memory = new SharedArrayBuffer(inspector.memoryBytes);
      return { inspect: (atMs, grey) => inspector.inspect(memory, shrink(grey, inspector), atMs) };
    },
    peer: () => {
      const motion = new RunningAverageMotion();
      return { inspect: (atMs, grey) => motion.inspect(shrink(grey, motion), atMs) };
    },
  };
}

/** One stress over all clips: a row for each way and interval. */
function rowsUnder(stress: string, clips: readonly Clip[], ways: Ways): GateRow[] {
  const rows = new Map<string, GateRow>();
  for (const clip of clips) {
    const random = seededRandom(1);
    const stressed = clip.pictures.map((picture) => ({
      ...picture,
      grey: stresses[stress]?.(picture.grey, picture.atMs, random) ?? picture.grey,
    }));
    const still = heldUnder(stress, clip);
    for (const [way, gate] of Object.entries(ways)) {
      for (const everyMs of intervals) {
        const key = `${way}/${clip.use}/${everyMs}`;
        const row = rows.get(key) ?? { stress, way: way as GateRow['way'], use: clip.use, everyMs, ...nothing() };
        rows.set(key, row);
        for (const looks of camerasOf(stressed, everyMs)) addTally(row.tally, scoreGate(looks, gate()));
        addTally(row.held, scoreGate(everyMs === 2000 ? still : [], gate()));
      }
    }
  }
  return [...rows.values()];
}

const nothing = () => ({ tally: emptyTally(), held: emptyTally() });

/** Every picture of a clip belongs to one camera: each begins with another picture of the first interval. */
function camerasOf(pictures: readonly Look[], everyMs: number): Look[][] {
  const [first, second] = pictures;
  const step = everyMs / ((second?.atMs ?? 0) - (first?.atMs ?? 0));
  const starts = Array.from({ length: step }, (_, start) => start);
  return starts
    .map((start) => pictures.filter((_, index) => index % step === start))
    .filter(({ length }) => length > 1);
}

/** The clip's emptiest picture, again and again with sensor noise, under a stress. */
function heldUnder(stress: string, clip: Clip): Look[] {
  const random = seededRandom(2);
  const sum = ({ detections }: Clip['pictures'][number]) => detections.reduce((total, { score }) => total + score, 0);
  const [emptiest] = [...clip.pictures].sort((a, b) => sum(a) - sum(b));
  if (emptiest === undefined) return [];
  return Array.from({ length: heldLooks }, (_, index) => {
    const atMs = index * 2000;
    const noisy = stresses['noise']?.(emptiest.grey, atMs, random) ?? emptiest.grey;
    // The noise stress is six times what a sensor by day has.
    const share = heldNoise / 12;
    const grey = noisy.map((value, at) => Math.round(value * share + (emptiest.grey[at] ?? 0) * (1 - share)));
    return { atMs, grey: stresses[stress]?.(grey, atMs, random) ?? grey, detections: [] };
  });
}

/** Averaged over whole pixels; sizes divide without rest. */
function shrink(grey: Uint8Array, { width, height }: { readonly width: number; readonly height: number }): Uint8Array {
  const [across, down] = [stressSize.width / width, stressSize.height / height];
  const small = new Uint8Array(width * height);
  for (let y = 0; y < height; y += 1) {
    for (let x = 0; x < width; x += 1) {
      let sum = 0;
      for (let row = y * down; row < (y + 1) * down; row += 1) {
        const from = row * stressSize.width + x * across;
        for (let at = from; at < from + across; at += 1) sum += grey[at] ?? 0;
      }
      small[y * width + x] = Math.round(sum / (across * down));
    }
  }
  return small;
}

/** CPU time of a look, pictures at hand: this thread's, in turns. */
function cost(clips: readonly Clip[], config: GateConfig) {
  const pictures = clips.flatMap((clip) => clip.pictures).slice(0, 300);
  const inspector = activityGate(config);
  const memory = new SharedArrayBuffer(inspector.memoryBytes);
  const motion = new RunningAverageMotion();
  const small = pictures.map(({ grey }) => shrink(grey, inspector));
  const wide = pictures.map(({ grey }) => shrink(grey, motion));
  const times = { gate: [] as number[], peer: [] as number[] };
  let atMs = 0;
  const timed = (way: 'gate' | 'peer', look: (index: number) => void) => {
    const before = process.threadCpuUsage();
    for (let index = 0; index < pictures.length; index += 1) {
      atMs += 2000;
      look(index);
    }
    const { user, system } = process.threadCpuUsage(before);
    times[way].push((user + system) / 1000 / pictures.length);
  };
  for (let turn = 0; turn < 7; turn += 1) {
    timed('gate', (index) => inspector.inspect(memory, small[index] ?? new Uint8Array(), atMs));
    timed('peer', (index) => motion.inspect(wide[index] ?? new Uint8Array(), atMs));
  }
  // The first turn compiles.
  return { gate: spread(times.gate.slice(1)), peer: spread(times.peer.slice(1)) };
}

function headline(way: GateRow['way'], rows: readonly GateRow[]): [string, number][] {
  const sum = emptyTally();
  const held = emptyTally();
  for (const row of rows) {
    if (row.way !== way) continue;
    if (row.stress === 'none') addTally(sum, row.tally);
    else addTally(held, row.held);
  }
  return [
    [`${way}LookRecall`, round(sum.eventLooksPassed / sum.eventLooks)],
    [`${way}RegionRecall`, round(sum.eventsCovered / sum.events)],
    [`${way}ObjectRecall`, round(sum.objectsShown / sum.objects)],
    [`${way}PassRate`, round(sum.passed / sum.looks)],
    [`${way}FalseAlarmsUnderStress`, round(held.passed / held.looks)],
  ];
}
