import { activityGate } from '../../src/edge/gate/activity-gate.ts';
import { gateSchema } from '../../src/edge/gate/config.ts';
import { pictureConditions } from '../../src/edge/health/picture-conditions.ts';
import { seededRandom } from '../../src/simulator/seeded-random.ts';
import { noSharedReason, sharedDir } from '../../tests/support/shared.ts';
import { type BenchReport, spread } from './bench.ts';
import { clipFiles, pictureEveryMs, stressSize } from './gate-footage.ts';
import { stresses } from './gate-stress.ts';
import { asAlways, greySize, greysOf, shrunk, troubles } from './health-footage.ts';
import { healthPage, type StressRow, type TroubleRow } from './health-page.ts';
import { lookEveryMs, TrialCamera } from './health-trial.ts';

/** How long a camera is well before anything happens to it. */
const learnS = 240;
/** How long each stress lasts: more than any fault needs. */
const stressS = 600;

/** What camera health finds of what is done to cameras, what weather it takes for a fault, and what a look costs. */
export async function healthBench(say: (line: string) => void): Promise<BenchReport> {
  if (sharedDir === undefined) throw new Error(noSharedReason);
  const found = new Map<string, TroubleRow>();
  const borne = new Map<string, StressRow>();
  const clips: Uint8Array[][] = [];
  for (const { name, path } of clipFiles(sharedDir)) {
    const well = await greysOf(path, { filter: asAlways, everyMs: pictureEveryMs });
    clips.push(well);
    await tryTroubles(path, well, found);
    await tryStresses(path, borne);
    say(`${name}: judged`);
  }
  const costs = cost(clips);
  const [rows, weather] = [[...found.values()], [...borne.values()]];
  const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0);
  return {
    parameters: { lookEveryMs, learnS, stressS, greySize },
    metrics: {
      healthRecall: sum(rows.map((row) => row.found)) / sum(rows.map(({ tried }) => tried)),
      healthFalseAlarms: sum(weather.map(({ faults }) => faults)) + sum(rows.map(({ before }) => before)),
      healthStressHours: sum(weather.map(({ hours }) => hours)),
      healthUs: costs.health.median,
    },
    distributions: { cpuUsPerLook: costs, troubles: rows, stresses: weather },
    page: healthPage({ troubles: rows, stresses: weather, costs, lookEveryMs }),
  };
}

/** Everything that is done to a camera, one after the other. */
async function tryTroubles(path: string, well: readonly Uint8Array[], rows: Map<string, TroubleRow>): Promise<void> {
  const camera = new TrialCamera();
  camera.show(well, learnS);
  for (const { what, faults, filter, held } of troubles) {
    const row = rows.get(what) ?? { what, tried: 0, found: 0, before: 0, foundS: [], wellS: [] };
    rows.set(what, row);
    if (camera.fault !== undefined) row.before += 1;
    const all = await greysOf(path, { filter, everyMs: pictureEveryMs });
    const result = camera.undergo(well, held === true ? all.slice(0, 1) : all);
    row.tried += 1;
    if (result.found !== undefined && faults.includes(result.found)) row.found += 1;
    if (result.foundS !== undefined) row.foundS.push(result.foundS);
    if (result.wellS !== undefined) row.wellS.push(result.wellS);
  }
}

/** Weather, light and poor sensors over the whole clip: each fault is a false alarm. */
async function tryStresses(path: string, rows: Map<string, StressRow>): Promise<void> {
  const clip = await greysOf(path, { filter: 'null', everyMs: pictureEveryMs, size: stressSize });
  const still = clip.map(shrunk);
  for (const [stress, change] of Object.entries(stresses)) {
    const random = seededRandom(1);
    const row = rows.get(stress) ?? { stress, faults: 0, hours: 0 };
    rows.set(stress, row);
    const camera = new TrialCamera();
    camera.show(still, learnS);
    let faulty = false;
    for (let at = 0; at < stressS * 1000; at += lookEveryMs) {
      const picture = clip[(at / lookEveryMs) % clip.length];
      if (picture === undefined) continue;
      camera.show([shrunk(change(picture, at, random))], lookEveryMs / 1000);
      if (camera.fault !== undefined && !faulty) row.faults += 1;
      faulty = camera.fault !== undefined;
    }
    row.hours += stressS / 3600;
  }
}

/** CPU time of a look in its thread, pictures at hand, beside the activity gate's. */
function cost(clips: readonly Uint8Array[][]) {
  const inspector = pictureConditions(greySize);
  const gate = activityGate(gateSchema.parse({}));
  const cameras = clips.map((pictures) => ({
    pictures,
    memory: new SharedArrayBuffer(inspector.memoryBytes),
    past: new SharedArrayBuffer(gate.memoryBytes),
  }));
  const looks = clips.reduce((sum, { length }) => sum + length, 0);
  const times = { health: [] as number[], gate: [] as number[] };
  let atMs = 1_760_000_000_000;
  const timed = (way: 'health' | 'gate', look: (luma: Uint8Array, camera: (typeof cameras)[number]) => void) => {
    const before = process.threadCpuUsage();
    for (const camera of cameras) {
      for (const picture of camera.pictures) {
        atMs += lookEveryMs;
        look(picture, camera);
      }
    }
    const { user, system } = process.threadCpuUsage(before);
    times[way].push((user + system) / looks);
  };
  for (let turn = 0; turn < 7; turn += 1) {
    timed('health', (luma, { memory }) => inspector.measure(memory, luma, atMs, 'follow'));
    timed('gate', (luma, { past }) => gate.inspect(past, luma, atMs));
  }
  // The first turn compiles.
  return { health: spread(times.health.slice(1)), gate: spread(times.gate.slice(1)) };
}
