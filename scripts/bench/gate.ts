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
import { addStills, type GateRow, gatePage, noStills, type StillCounts } from './gate-page.ts';
import { RunningAverageMotion } from './gate-peer.ts';
import { addTally, emptyTally, type GateUnderTest, type Look, scoreGate } from './gate-score.ts';
import { noise, stresses } from './gate-stress.ts';

/** Times between two looks, ms; from each clip as many cameras are made as there are places to start. */
const intervals = [2000, 10_000] as const;

/** A still picture of each clip is shown this often under each stress: whatever passes is a false alarm. */
const heldLooks = 60;

/** The gate learns what weather does; so much of it is counted apart. */
const firstMinuteMs = 60_000;

/** Sensor noise on the still picture, grey values. */
const heldNoise = 2;

/** A way to gate: the size of picture it takes, and a gate for one camera. */
interface Way {
  readonly size: { readonly width: number; readonly height: number };
  camera(): GateUnderTest;
}

/**
 * What the activity gate lets pass and what it misses on real footage, looked at in full by the detector for
 * reference, in fair weather and foul, beside the usual running average; and what a look costs.
 */
export async function gateBench(say: (line: string) => void): Promise<BenchReport> {
  if (sharedDir === undefined) throw new Error(noSharedReason);
  const config = gateSchema.parse({});
  const clips = await readClips(sharedDir, say);
  const rows = new Map<string, GateRow>();
  for (const clip of clips) {
    judge(clip, waysOf(config), rows);
    say(`${clip.name}: judged`);
  }
  const costs = cost(clips, config);
  const metrics = Object.fromEntries((['gate', 'peer'] as const).flatMap((way) => headline(way, [...rows.values()])));
  return {
    parameters: { clips: clips.map(({ name, use, pictures }) => ({ name, use, pictures: pictures.length })), config },
    metrics: { ...metrics, gateMs: costs.gate.median, peerMs: costs.peer.median },
    distributions: { cpuMsPerLook: costs, rows: [...rows.values()] },
    page: gatePage({ rows: [...rows.values()], clips, costs, config }),
  };
}

async function readClips(shared: string, say: (line: string) => void): Promise<Clip[]> {
  const detector = await loadDetector({
    ...detectSchema.parse({ models: [{ id: 'yolox-nano-416' }], scoreThreshold: 0.05, batch: { maxWaitMs: 0 } }),
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

function waysOf(config: GateConfig): Readonly<Record<'gate' | 'peer', Way>> {
  const inspector = activityGate(config);
  const camera = () => {
    const memory = new SharedArrayBuffer(inspector.memoryBytes);
    return { inspect: (atMs: number, luma: Uint8Array) => inspector.inspect(memory, luma, atMs) };
  };
  return {
    gate: { size: inspector, camera },
    peer: { size: new RunningAverageMotion(), camera: () => new RunningAverageMotion() },
  };
}

/** One clip under every stress, by every way, at every interval; adds to the rows. */
function judge(clip: Clip, ways: ReturnType<typeof waysOf>, rows: Map<string, GateRow>): void {
  const still = stillOf(clip);
  for (const [stress, change] of Object.entries(stresses)) {
    const random = seededRandom(1);
    const under = (look: Look) => ({ ...look, grey: change(look.grey, look.atMs, random) });
    const [moving, held] = [clip.pictures.map(under), still.map(under)];
    for (const way of ['gate', 'peer'] as const) {
      const { size, camera } = ways[way];
      const small = (look: Look) => ({ ...look, grey: shrink(look.grey, size) });
      const looks = moving.map(small);
      for (const everyMs of intervals) {
        const key = `${stress}/${way}/${clip.use}/${everyMs}`;
        const row = rows.get(key) ?? { stress, way, use: clip.use, everyMs, tally: emptyTally(), held: noStills() };
        rows.set(key, row);
        for (const some of camerasOf(looks, everyMs)) addTally(row.tally, scoreGate(some, camera()));
        if (everyMs === 2000) countStills(row.held, held.map(small), camera());
      }
    }
  }
}

function countStills(counts: StillCounts, looks: readonly Look[], gate: GateUnderTest): void {
  for (const [index, { atMs, grey }] of looks.entries()) {
    const { active } = gate.inspect(atMs, grey);
    if (index === 0) continue;
    const part = atMs < firstMinuteMs ? counts.firstMinute : counts.later;
    part.looks += 1;
    if (active) part.passed += 1;
  }
}

/** Every picture of a clip belongs to one camera: each begins with another picture of the first interval. */
function camerasOf(pictures: readonly Look[], everyMs: number): Look[][] {
  const [first, second] = pictures;
  const step = everyMs / ((second?.atMs ?? 0) - (first?.atMs ?? 0));
  const starts = Array.from({ length: step }, (_, start) => start);
  return starts
    .map((start) => pictures.filter((_, index) => index % step === start))
    .filter(({ length }) => length > 1);
}

/** The clip's emptiest picture, again and again with sensor noise. */
function stillOf(clip: Clip): Look[] {
  const random = seededRandom(2);
  const sum = ({ detections }: Look) => detections.reduce((total, { score }) => total + score, 0);
  const [emptiest] = [...clip.pictures].sort((a, b) => sum(a) - sum(b));
  if (emptiest === undefined) return [];
  return Array.from({ length: heldLooks }, (_, index) => {
    const grey = noise(emptiest.grey, heldNoise, random);
    return { atMs: index * 2000, grey, detections: [] };
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
    timed('peer', (index) => motion.inspect(atMs, wide[index] ?? new Uint8Array()));
  }
  // The first turn compiles.
  return { gate: spread(times.gate.slice(1)), peer: spread(times.peer.slice(1)) };
}

function headline(way: GateRow['way'], rows: readonly GateRow[]): [string, number][] {
  const sum = emptyTally();
  const stills = noStills();
  for (const row of rows) {
    if (row.way !== way) continue;
    if (row.stress === 'none') addTally(sum, row.tally);
    else addStills(stills, row.held);
  }
  return [
    [`${way}LookRecall`, round(sum.eventLooksPassed / sum.eventLooks)],
    [`${way}RegionRecall`, round(sum.eventsCovered / sum.events)],
    [`${way}ObjectRecall`, round(sum.objectsShown / sum.objects)],
    [`${way}PassRate`, round(sum.passed / sum.looks)],
    [`${way}FalseAlarmsFirstMinute`, round(stills.firstMinute.passed / stills.firstMinute.looks)],
    [`${way}FalseAlarmsLater`, round(stills.later.passed / stills.later.looks)],
  ];
}
