import { quantile } from './bench.ts';
import { pause } from './ingest-child.ts';
import { type ScriptedAlerts, scriptedAlerts } from './pipeline-alerts.ts';
import { Exposition } from './pipeline-exposition.ts';
import type { PipelineFarm } from './pipeline-farm.ts';
import { type Looks, looksIn, roomIn, type StageSeconds, stagesIn } from './pipeline-looks.ts';
import { PipelineNode } from './pipeline-node.ts';
import type { BenchCamera } from './pipeline-scenario.ts';
import { threadSeconds } from './pipeline-threads.ts';
import { loadAverage, processUse } from './proc.ts';

const startLimitMs = 180_000;
/** Two looks of an idle camera, and the gate's first impressions. */
const settleMs = 25_000;
/** All cameras at once are more than a node can take at its start: it is given so long to find its pace. */
const paceLimitMs = 60_000;
const paceEveryMs = 5_000;
/** An alert that comes later than this is missing. */
const graceMs = 4_000;
const parts = 3;

/** One number of cameras, measured. */
export interface Scale {
  readonly cameras: number;
  readonly startS: number;
  /** From then on until the window. */
  readonly settleS: number;
  readonly windowS: number;
  /** User and system time of the node's process: of the whole window, and of its parts. */
  readonly cores: number;
  readonly coresOfParts: readonly number[];
  readonly rssMb: number;
  /** By name of thread; a thread's name is that of its first 15 letters. */
  readonly threads: Readonly<Record<string, number>>;
  readonly stages: StageSeconds;
  readonly looks: Looks;
  readonly alerts: ScriptedAlerts;
  /** Access units that did not come whole, or were of no use because one before them did not. */
  readonly lostUnits: number;
  readonly farmDropped: number;
  readonly farmCores: number;
  readonly load: number;
}

/** Starts a node on so many cameras, lets it settle and measures a window. */
export async function measureScale(
  farm: PipelineFarm,
  cameras: readonly BenchCamera[],
  options: {
    readonly windowS: number;
    readonly more: Readonly<Record<string, unknown>>;
    readonly execArgv: readonly string[];
  },
): Promise<Scale> {
  const node = await PipelineNode.start({ ...options, cameras, farmPort: farm.port });
  try {
    const startS = await node.streaming(cameras.length, startLimitMs);
    const settleS = await settle(node);
    const window = await measureWindow(node, farm, options.windowS);
    await pause(graceMs);
    await node.stop();
    const alerts = scriptedAlerts(node.outbox, cameras, { from: window.from, to: window.to });
    return { cameras: cameras.length, startS, settleS, ...window, alerts };
  } finally {
    await node.stop();
    node.remove();
  }
}

/** Waits until the node takes all looks on, or the limit; resolves with the seconds it took. */
async function settle(node: PipelineNode): Promise<number> {
  const began = performance.now();
  await pause(settleMs);
  const overloaded = async () => {
    const { shed, stretch } = roomIn(new Exposition(await node.metrics()));
    return shed > 0 || stretch > 1;
  };
  if (await overloaded()) {
    while (performance.now() - began < settleMs + paceLimitMs && (await overloaded())) await pause(paceEveryMs);
    await pause(settleMs);
  }
  return (performance.now() - began) / 1000;
}

interface Reading {
  readonly atS: number;
  readonly cpuS: number;
  readonly rssMb: number;
}

function read(pid: number): Reading {
  const use = processUse(pid);
  if (use === undefined) throw new Error(`process ${pid} ended while it was measured`);
  return { atS: performance.now() / 1000, cpuS: use.cpuS, rssMb: use.rssMb };
}

function coresBetween(before: Reading | undefined, after: Reading | undefined): number {
  if (before === undefined || after === undefined) return Number.NaN;
  return (after.cpuS - before.cpuS) / (after.atS - before.atS);
}

async function measureWindow(node: PipelineNode, farm: PipelineFarm, windowS: number) {
  const metricsBefore = await node.metrics();
  const droppedBefore = await farm.dropped();
  const from = Date.now();
  const farmBefore = read(farm.pid);
  const threadsBefore = threadSeconds(node.pid);
  const readings = [read(node.pid)];
  for (let part = 0; part < parts; part += 1) {
    await pause((windowS * 1000) / parts);
    readings.push(read(node.pid));
  }
  const threadsAfter = threadSeconds(node.pid);
  const farmAfter = read(farm.pid);
  const [first, last] = [readings[0], readings.at(-1)];
  const seconds = (last?.atS ?? 0) - (first?.atS ?? 0);
  const metricsAfter = await node.metrics();
  const grown = new Exposition(metricsAfter, metricsBefore);
  const threads = Object.entries(threadsAfter).map(([name, after]) => {
    return [name, (after - (threadsBefore[name] ?? 0)) / seconds] as const;
  });
  const lost = ['damaged_units', 'skipped_units'].map((name) => grown.sum(`maplebridge_ingest_${name}_total`));
  return {
    ...{ from, to: Date.now(), windowS: seconds },
    cores: coresBetween(first, last),
    coresOfParts: readings.slice(1).map((reading, index) => coresBetween(readings[index], reading)),
    rssMb: quantile(
      readings.map(({ rssMb }) => rssMb),
      0.5,
    ),
    threads: Object.fromEntries(threads.filter(([, cores]) => cores >= 0.001).sort(([, a], [, b]) => b - a)),
    stages: stagesIn(grown),
    looks: looksIn(grown, new Exposition(metricsAfter), seconds),
    lostUnits: lost.reduce((sum, count) => sum + count, 0),
    farmDropped: (await farm.dropped()) - droppedBefore,
    farmCores: coresBetween(farmBefore, farmAfter),
    load: loadAverage(),
  };
}
