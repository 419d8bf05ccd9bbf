import type { Severity } from '../../src/domain/scene-id.ts';
import { type BenchOptions, type BenchReport, numberOption, quantile, round, spread } from './bench.ts';
import { pause } from './ingest-child.ts';
import { slope } from './least-squares.ts';
import { OverloadChild } from './overload-child.ts';
import { overloadPage } from './overload-page.ts';
import { type Overload, type OverloadCamera, type OverloadReport, onTimeBetween } from './overload-report.ts';
import { pipelineClips } from './pipeline-clips.ts';
import { PipelineFarm } from './pipeline-farm.ts';
import { planCameras } from './pipeline-scenario.ts';
import { loadAverage } from './proc.ts';

/** Of eight cameras one is of severity 1 and one of 2, two of 3, four of 4. */
const severityOf: readonly Severity[] = [1, 4, 3, 4, 2, 4, 3, 4];
/** How much of the box the cameras take that stay, and how much all of them are to ask for. */
const baseShare = 0.5;
const overloadFactor = 2;
const rampStep = 12;
const rampEveryS = 6;
const settleS = 20;
const sampleEveryS = 2;
const recoverLimitS = 120;

/** Twice what the box can do for some minutes, and its end: what is shed, who pays, what grows, and how soon all is well. */
export async function overloadBench(say: (line: string) => void, options: BenchOptions): Promise<BenchReport> {
  const seconds = numberOption(options, 'seconds', numberOption(options, 'minutes', 10) * 60);
  const most = numberOption(options, 'cameras', 1_000);
  const { footage, clips } = await pipelineClips(say);
  const plan = planCameras(most, clips);
  const farm = await PipelineFarm.start(plan);
  const child = new OverloadChild();
  try {
    const cameras = plan.map(({ id, path }, index) => ({
      ...{ id, url: `rtsp://127.0.0.1:${farm.port}${path}` },
      severity: severityOf[index % severityOf.length] ?? 4,
    }));
    const measured = await measure({ child, cameras, seconds, say });
    const { base, extra } = measured;
    const parameters = { seconds, footage, base: base.length, extra: extra.length, load: loadAverage() };
    const metrics = metricsOf(measured);
    return {
      parameters,
      metrics,
      distributions: distributionsOf(measured),
      page: overloadPage(measured, { ...parameters, metrics }),
    };
  } finally {
    await child.stop();
    await farm.stop();
  }
}

async function measure(work: {
  child: OverloadChild;
  cameras: readonly OverloadCamera[];
  seconds: number;
  say: (line: string) => void;
}): Promise<Overload> {
  const { child, cameras, seconds, say } = work;
  const { count, use } = await ramp(child, cameras, say);
  const base = cameras.slice(0, count);
  const target = Math.round(base.length * (overloadFactor * (0.9 / use)));
  const extra = cameras.slice(count, target);
  const demandFactor = ((base.length + extra.length) / base.length) * (use / 0.9);
  say(
    `${base.length} cameras take ${round(use)} of the scarcer threads; ${extra.length} more ask for ${round(demandFactor)}× the box`,
  );
  const before = await child.report();
  child.add(extra);
  const samples = await sample(child, seconds, say);
  child.remove(extra.map(({ id }) => id));
  const ended = performance.now();
  const after: OverloadReport[] = [];
  let recoverySeconds = Number.NaN;
  while (Number.isNaN(recoverySeconds) && performance.now() - ended < recoverLimitS * 1000) {
    await pause(500);
    const report = await child.report();
    after.push(report);
    const blind = Object.values(report.blind).reduce((sum, each) => sum + each, 0);
    if (report.schedule.problems.length === 0 && blind === 0) recoverySeconds = (performance.now() - ended) / 1000;
  }
  say(`all is well ${round(recoverySeconds)} s after the load ended`);
  return { base, extra, baseUse: use, demandFactor, before, samples, after, recoverySeconds };
}

/** Adds cameras until they take their share of the box. */
async function ramp(child: OverloadChild, cameras: readonly OverloadCamera[], say: (line: string) => void) {
  for (let count = rampStep; count < cameras.length; count += rampStep) {
    child.add(cameras.slice(count - rampStep, count));
    await pause(rampEveryS * 1000);
    if ((await loadOf(child)) < baseShare) continue;
    // First looks all reach the detector: what counts is what comes after.
    await pause(settleS * 1000);
    const uses: number[] = [];
    for (let n = 0; n < 10; n += 1) {
      await pause(1_000);
      uses.push(await loadOf(child));
    }
    const use = quantile(uses, 0.5);
    say(`${count} cameras: ${round(use)}`);
    if (use >= baseShare * 0.9) return { count, use };
  }
  throw new Error(`${cameras.length} cameras do not take half of this box: --cameras`);
}

async function loadOf(child: OverloadChild): Promise<number> {
  const { utilisation } = (await child.report()).schedule;
  return Math.max(utilisation.decoder, utilisation.detector);
}

async function sample(child: OverloadChild, seconds: number, say: (line: string) => void): Promise<OverloadReport[]> {
  const began = performance.now();
  const samples: OverloadReport[] = [];
  for (let at = sampleEveryS; at <= seconds; at += sampleEveryS) {
    await pause(began + at * 1000 - performance.now());
    const report = await child.report();
    samples.push(report);
    if (at % 30 !== 0) continue;
    const { waiting, utilisation, problems } = report.schedule;
    say(
      `${at} s: ${round(report.rssMb)} MB, ${waiting} waiting, ${JSON.stringify(utilisation)}, ${problems.join('; ') || 'nothing shed'}`,
    );
  }
  return samples;
}

function metricsOf(measured: Overload): Record<string, number> {
  const { samples, before, recoverySeconds, demandFactor } = measured;
  const last = samples.at(-1) ?? before;
  const warm = samples.slice(Math.floor(samples.length * 0.2));
  const metrics: Record<string, number> = {
    cameras: measured.base.length + measured.extra.length,
    demandFactor,
    recoverySeconds,
    rssSlopeMbPerHour: slope(warm.map(({ atS, rssMb }) => [atS / 3600, rssMb] as const)),
    heapSlopeMbPerHour: slope(warm.map(({ atS, heapUsedMb }) => [atS / 3600, heapUsedMb] as const)),
    rssMb: quantile(
      warm.map(({ rssMb }) => rssMb),
      0.5,
    ),
    rssMaxMb: Math.max(...samples.map(({ rssMb }) => rssMb)),
    waitingMax: Math.max(...samples.map(({ schedule }) => schedule.waiting)),
    waitingMedian: quantile(
      warm.map(({ schedule }) => schedule.waiting),
      0.5,
    ),
    undecidedMax: Math.max(...samples.map(({ schedule }) => schedule.undecided)),
    unitsDropped: last.dropped,
    nodeCores: (last.cpuS - before.cpuS) / (last.atS - before.atS),
    changesOfShedding: last.changes.length - before.changes.length,
  };
  for (const severity of [1, 2, 3, 4] as const) {
    metrics[`onTimeSeverity${severity}`] = onTimeBetween(before, last, severity);
  }
  return Object.fromEntries(Object.entries(metrics).map(([name, value]) => [name, round(value)]));
}

function distributionsOf({ samples, after, before }: Overload) {
  const t0 = before.atS;
  const all = [...samples, ...after];
  return {
    rssMb: spread(samples.map(({ rssMb }) => rssMb)),
    waiting: spread(samples.map(({ schedule }) => schedule.waiting)),
    changes: (all.at(-1)?.changes ?? []).map(({ atS, problems }) => ({ atS: round(atS - t0), problems })),
    samples: all.map(({ atS, rssMb, schedule, blind }) => ({
      atS: round(atS - t0),
      rssMb: round(rssMb),
      waiting: schedule.waiting,
      utilisation: schedule.utilisation,
      usable: round(schedule.usable),
      blind,
    })),
  };
}
