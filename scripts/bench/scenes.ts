import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { recordableTrack } from '../../src/domain/recordable-track.ts';
import { CameraObserver } from '../../src/edge/camera-observer.ts';
import { observationsSchema } from '../../src/edge/observe/config.ts';
import { ObservationLog } from '../../src/edge/observe/observation-log.ts';
import { sceneModules } from '../../src/edge/scene/registry.ts';
import { systemClock } from '../../src/lib/clock.ts';
import { createLogger } from '../../src/lib/log.ts';
import { Metrics } from '../../src/lib/metrics.ts';
import { type Bench, cpuSeconds, numberOption, round, spread } from './bench.ts';
import { table } from './benchmarks-page.ts';
import { streetCalendar, streetCamera, streetScenes } from './observed-street.ts';
import { observedPace, observedWorld } from './observed-world.ts';

/** What rules may cost of one core at this many cameras. */
const cameras = 1200;
const sampled = 12;
const rounds = 5;

interface Part {
  readonly name: string;
  readonly cpuS: number;
}

/** Rule evaluation at the rates and track counts of the pipeline: all registered scenes on every camera. */
export const scenesBench: Bench = async (say, options) => {
  const seconds = numberOption(options, 'seconds', 3600);
  const worlds = Array.from({ length: sampled }, (_, index) => [...observedWorld(index + 1, 0, seconds * 1000)]);
  const looks = worlds.reduce((sum, world) => sum + world.length, 0);
  const tracks = worlds.reduce((sum, world) => sum + world.reduce((all, look) => all + look.tracks.length, 0), 0);
  say(
    `${sampled} cameras for ${seconds} s: ${looks} looks with ${round(tracks / looks)} tracks, ${sceneModules.length} scenes each`,
  );

  const folder = mkdtempSync(join(tmpdir(), 'maplebridge-bench-scenes-'));
  const shares: number[] = [];
  const alone: Part[] = [];
  let events = 0;
  let observed = 0;
  let rounded = 0;
  for (let run = -1; run < rounds; run += 1) {
    // The first run warms the code up.
    const all = evaluate(worlds);
    if (run < 0) continue;
    events = all.events;
    shares.push((all.cpuS / (sampled * seconds)) * cameras);
  }
  for (const { id } of sceneModules) alone.push({ name: id, cpuS: evaluate(worlds, [id]).cpuS });
  rounded = cpuOf(() => {
    for (const world of worlds) for (const look of world) look.tracks.map(recordableTrack);
  });
  observed = observe(worlds, join(folder, 'observations.db'));
  rmSync(folder, { recursive: true });

  const share = spread(shares);
  const micros = (cpuS: number) => round((cpuS / looks) * 1e6);
  const perLook = micros((share.median / cameras) * sampled * seconds);
  return {
    parameters: { cameras, sampled, seconds, rounds, scenes: sceneModules.length, ...observedPace },
    metrics: {
      coreShareAt1200: share.median,
      microsPerLook: perLook,
      looksPerSecondAt1200: round((looks / (sampled * seconds)) * cameras),
      tracksPerLook: round(tracks / looks),
      events,
      roundingMicrosPerLook: micros(rounded),
      observationMicrosPerLook: micros(observed),
    },
    distributions: {
      coreShareAt1200: share,
      microsPerLook: Object.fromEntries(alone.map(({ name, cpuS }) => [name, micros(cpuS)])),
    },
    page: `${cameras} cameras, each with all ${sceneModules.length} scenes on three zones, looked at every ${observedPace.idleMs / 1000} s, and every
${observedPace.busyMs / 1000} s for ${observedPace.busyShare * 100} % of the time with 3 to 8 tracks: **${share.median} of a core** (${share.min}–${share.max} in ${rounds} runs),
${perLook} µs a look for all scenes together. Goal: 0.05.

${table([['scene', 'µs a look'], ...alone.map(({ name, cpuS }) => [name, micros(cpuS)]), ['rounding of tracks', micros(rounded)], ['observation log, with its writes', micros(observed)]])}

Method: ${sampled} seeded cameras for ${seconds} s of their time, rules and incident books only; CPU time, median; single scenes once.`,
  };
};

type World = ReturnType<typeof observedWorld> extends Generator<infer Look> ? readonly Look[] : never;

function evaluate(worlds: readonly World[], scenes?: readonly string[]): { cpuS: number; events: number } {
  const running = worlds.map((world, index) => ({ world, scenes: streetScenes(streetCamera(`c${index}`, scenes)) }));
  let events = 0;
  const cpuS = cpuOf(() => {
    for (const each of running) for (const look of each.world) events += each.scenes.update(look).length;
  });
  return { cpuS, events };
}

function observe(worlds: readonly World[], path: string): number {
  const config = { ...observationsSchema.parse({}), path };
  const log = new ObservationLog({ config, clock: systemClock, log: createLogger('bench'), metrics: new Metrics() });
  return cpuOf(() => {
    log.start();
    for (const [index, world] of worlds.entries()) {
      const camera = streetCamera(`c${index}`, []);
      const observer = new CameraObserver({
        log,
        scenes: streetScenes(camera),
        context: { camera, calendar: streetCalendar },
      });
      observer.begin(0, { from: 'nothing' }, []);
      for (const look of world) observer.look(look, []);
    }
    log.stop();
  });
}

function cpuOf(work: () => void): number {
  const used = process.cpuUsage();
  work();
  return cpuSeconds(used);
}
