import { type BenchOptions, type BenchReport, numberOption, quantile, round, spread } from './bench.ts';
import { pipelineClips } from './pipeline-clips.ts';
import { PipelineFarm } from './pipeline-farm.ts';
import { pipelinePage } from './pipeline-page.ts';
import { measureScale, type Scale } from './pipeline-scale.ts';
import { planCameras } from './pipeline-scenario.ts';

const standardScales = [100, 300, 600, 1200];
/** Of a scale that the node holds, at least this share of the looks is on time, and none is shed. */
const heldShare = 0.98;

/** A farm and an edge node on one machine, at several numbers of cameras, from the network to the stored alert. */
export async function pipelineBench(say: (line: string) => void, options: BenchOptions): Promise<BenchReport> {
  const windowS = numberOption(options, 'seconds', 60);
  const scales = scalesOf(options);
  const more = JSON.parse(process.env['BENCH_EDGE'] ?? '{}') as Record<string, unknown>;
  const profile = options['profile'];
  const execArgv = profile === undefined ? [] : ['--cpu-prof', `--cpu-prof-dir=${profile}`];
  const { footage, clips } = await pipelineClips(say);
  const cameras = planCameras(Math.max(...scales), clips);
  const farm = await PipelineFarm.start(cameras);
  const measured: Scale[] = [];
  try {
    for (const scale of scales) {
      measured.push(await measureScale(farm, cameras.slice(0, scale), { windowS, more, execArgv }));
      tell(say, measured.at(-1));
    }
  } finally {
    await farm.stop();
  }
  const found = { footage, clips, scales: measured, windowS, heldShare, isHeld, settings: more };
  return {
    parameters: { scales, windowS, footage, settings: more, clips: clips.map(({ kind, name }) => `${kind}: ${name}`) },
    metrics: metricsOf(measured),
    distributions: Object.fromEntries(measured.map((scale) => [`${scale.cameras}`, distributionsOf(scale)])),
    page: pipelinePage({ ...found, flatness: flatness(measured) }),
  };
}

function scalesOf(options: BenchOptions): readonly number[] {
  const text = options['scales'];
  if (text === undefined) return 'cameras' in options ? [numberOption(options, 'cameras', 1200)] : standardScales;
  const scales = text.split(',').map(Number);
  if (scales.some((scale) => !Number.isInteger(scale) || scale < 1)) throw new Error(`--scales: not numbers: ${text}`);
  return scales.sort((a, b) => a - b);
}

function isHeld({ looks }: Scale): boolean {
  return looks.onTime >= heldShare && looks.shed === 0 && looks.stretch <= 1;
}

/** The largest scale that was held, else the smallest that was not, stands for the node. */
function metricsOf(scales: readonly Scale[]): Record<string, number> {
  const held = scales.filter(isHeld);
  const shown = held.at(-1) ?? scales[0];
  if (shown === undefined) throw new Error('nothing was measured');
  const { looks, alerts } = shown;
  const metrics: Record<string, number> = {
    cameras: held.at(-1)?.cameras ?? 0,
    nodeCores: shown.cores,
    coresPerCameraPercent: (shown.cores / shown.cameras) * 100,
    looksOnTime: looks.onTime,
    alertLatencyP99Ms: p99(alerts.raised.map(({ latencyMs }) => latencyMs)),
    alertFromPictureP99Ms: p99(alerts.raised.map(({ fromPictureMs }) => fromPictureMs)),
    alertFromDecidingP99Ms: p99(alerts.raised.map(({ fromDecidingMs }) => fromDecidingMs)),
    alertsExpected: alerts.expected,
    alertsRaised: alerts.raised.length,
    rssMb: shown.rssMb,
    lostUnits: scales.reduce((sum, { lostUnits }) => sum + lostUnits, 0),
    cpuFlatness: flatness(scales),
    farmCores: shown.farmCores,
  };
  return Object.fromEntries(Object.entries(metrics).map(([name, value]) => [name, round(value)]));
}

/** How far the CPU a camera takes is from its mean over the scales held, at most, as a share. */
function flatness(all: readonly Scale[]): number {
  const held = all.filter(isHeld);
  const scales = held.length > 1 ? held : all;
  const each = scales.map(({ cores, cameras }) => cores / cameras);
  const mean = each.reduce((sum, cores) => sum + cores, 0) / each.length;
  return Math.max(...each.map((cores) => Math.abs(cores / mean - 1)));
}

function p99(values: readonly number[]): number {
  return quantile(values, 0.99);
}

function distributionsOf(scale: Scale) {
  const { alerts, coresOfParts, ...rest } = scale;
  return {
    ...rest,
    cores: spread(coresOfParts),
    alertLatencyMs: spread(alerts.raised.map(({ latencyMs }) => latencyMs)),
    alertFromDecidingMs: spread(alerts.raised.map(({ fromDecidingMs }) => fromDecidingMs)),
    alerts: { expected: alerts.expected, raised: alerts.raised.length, strange: alerts.strange },
  };
}

function tell(say: (line: string) => void, scale: Scale | undefined): void {
  if (scale === undefined) return;
  const { cameras, cores, rssMb, looks, alerts, lostUnits, threads, farmCores, load } = scale;
  say(
    `${cameras} cameras: ${round(cores)} cores, ${Math.round(rssMb)} MB, ${round(looks.perSecond)} looks/s, ` +
      `${round(looks.onTime * 100)} % on time, ${looks.shed} shed, stretch ${looks.stretch}, ${alerts.raised.length} of ${alerts.expected} alerts ` +
      `(${alerts.strange} strange), ${lostUnits} units lost, farm ${round(farmCores)} cores, load ${load}`,
  );
  say(`  threads: ${JSON.stringify(threads, (_, value) => (typeof value === 'number' ? round(value) : value))}`);
  say(`  looks: ${JSON.stringify(looks, (_, value) => (typeof value === 'number' ? round(value) : value))}`);
  const { latencyMs, fromDecidingMs } = {
    latencyMs: alerts.raised.map((alert) => alert.latencyMs),
    fromDecidingMs: alerts.raised.map((alert) => alert.fromDecidingMs),
  };
  say(
    `  alert latency: ${JSON.stringify(spread(latencyMs))}, from deciding: ${JSON.stringify(spread(fromDecidingMs))}`,
  );
}
