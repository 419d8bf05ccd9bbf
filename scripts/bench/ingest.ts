import { ingestSchema } from '../../src/edge/ingest/shard-config.ts';
import { FarmProcess } from '../../tests/support/farm-process.ts';
import { type BenchOptions, type BenchReport, numberOption, quantile, round, spread } from './bench.ts';
import { IngestChild, pause } from './ingest-child.ts';
import { measureOutage } from './ingest-outage.ts';
import { type Cost, ingestPage } from './ingest-page.ts';
import type { IngestReport } from './ingest-report.ts';
import { ffmpegPeer, gstreamerPeer, measurePeer, type Peer, type PeerUse } from './peers.ts';
import { loadAverage, processUse } from './proc.ts';

const rounds = 3;
const settleMs = 8_000;
const startLimitMs = 120_000;

interface Task {
  readonly farm: FarmProcess;
  readonly cameras: number;
  readonly shards: number;
  readonly windowS: number;
  readonly profile: string | undefined;
}

/** One window of ours. */
interface OwnUse {
  readonly cores: number;
  readonly rssMb: number;
  readonly pssMb: number;
  readonly farmCores: number;
  readonly seconds: number;
  readonly units: number;
  readonly bytes: number;
  readonly lost: number;
  readonly dropped: number;
  readonly end: IngestReport;
}

/** N live cameras in one process, beside a process a camera of FFmpeg and of GStreamer; then the server is killed. */
export async function ingestBench(say: (line: string) => void, options: BenchOptions): Promise<BenchReport> {
  const cameras = numberOption(options, 'cameras', 1200);
  const seconds = numberOption(options, 'seconds', 60);
  const peers = Math.min(cameras, numberOption(options, 'peers', 40));
  const shards = numberOption(options, 'shards', 1);
  const windowS = Math.max(5, seconds / rounds);
  const farm = await new FarmProcess({ cameras }).start();
  const task: Task = { farm, cameras, shards, windowS, profile: options['profile'] };
  const loads: number[] = [];
  try {
    const own: OwnUse[] = [];
    const ffmpeg: PeerUse[] = [];
    const gstreamer: PeerUse[] = [];
    const turns = [
      async () => void own.push(tell(say, await measureOwn(task))),
      async () =>
        void ffmpeg.push(tellPeer(say, ffmpegPeer, await measurePeer(ffmpegPeer, some(farm, peers), windowS))),
      async () =>
        void gstreamer.push(tellPeer(say, gstreamerPeer, await measurePeer(gstreamerPeer, some(farm, peers), windowS))),
    ];
    for (let index = 0; index < rounds; index += 1) {
      for (const turn of turns) {
        loads.push(loadAverage());
        await turn();
      }
      turns.push(...turns.splice(0, 1));
    }
    say('the server is killed and started again');
    const child = new IngestChild({ urls: farm.urls, shards });
    await child.streaming(cameras, startLimitMs);
    const outage = await measureOutage(child, farm, cameras).finally(() => child.stop());
    const found = { own, ffmpeg, gstreamer, outage, loads };
    return reportOf(found, { cameras, seconds, peers, shards, rounds, windowS });
  } finally {
    await farm.kill();
  }
}

function some(farm: FarmProcess, count: number): readonly string[] {
  return farm.urls.slice(0, count);
}

async function measureOwn({ farm, cameras, shards, windowS, profile }: Task): Promise<OwnUse> {
  const execArgv = profile === undefined ? [] : ['--cpu-prof', `--cpu-prof-dir=${profile}`];
  const child = new IngestChild({ urls: farm.urls, shards, execArgv });
  try {
    await child.streaming(cameras, startLimitMs);
    await pause(settleMs);
    const before = await child.report();
    const farmBefore = processUse(farm.pid);
    await pause(windowS * 1000);
    const end = await child.report();
    const farmAfter = processUse(farm.pid);
    const seconds = end.atS - before.atS;
    return {
      cores: (end.cpuS - before.cpuS) / seconds,
      rssMb: end.rssMb,
      pssMb: processUse(child.pid)?.pssMb ?? Number.NaN,
      farmCores: ((farmAfter?.cpuS ?? Number.NaN) - (farmBefore?.cpuS ?? 0)) / seconds,
      seconds,
      units: end.accessUnits - before.accessUnits,
      bytes: end.bytes - before.bytes,
      lost: end.lostUnits - before.lostUnits,
      dropped: end.droppedUnits - before.droppedUnits,
      end,
    };
  } finally {
    await child.stop();
  }
}

function tell(say: (line: string) => void, use: OwnUse): OwnUse {
  const { cores, rssMb, units, seconds, lost, dropped, farmCores, end } = use;
  say(
    `ours: ${round(cores)} cores, ${round(rssMb)} MB, ${Math.round(units / seconds)} units/s, ${lost} lost, ${dropped} dropped, ` +
      `${end.lateKeyframes} of ${end.delayMs.n} keyframes late, farm ${round(farmCores)} cores`,
  );
  return use;
}

function tellPeer(say: (line: string) => void, peer: Peer, use: PeerUse): PeerUse {
  say(
    `${peer.name}: ${use.processes} processes, ${round(mean(use.cores))} cores and ${round(mean(use.rssMb))} MB each`,
  );
  return use;
}

interface Found {
  readonly own: readonly OwnUse[];
  readonly ffmpeg: readonly PeerUse[];
  readonly gstreamer: readonly PeerUse[];
  readonly outage: Awaited<ReturnType<typeof measureOutage>>;
  readonly loads: readonly number[];
}

interface Parameters {
  readonly cameras: number;
  readonly shards: number;
  readonly rounds: number;
  readonly windowS: number;
  readonly [key: string]: unknown;
}

function reportOf(found: Found, parameters: Parameters): BenchReport {
  const { own, outage, loads } = found;
  const { cameras, shards, windowS } = parameters;
  const ours: Cost = {
    name: 'Maplebridge',
    cameras,
    processes: 1,
    cores: median(own.map((use) => use.cores)),
    rssMb: median(own.map((use) => use.rssMb)),
    pssMb: median(own.map((use) => use.pssMb)),
  };
  const ffmpeg = peerCost('ffmpeg -c copy', found.ffmpeg);
  const gstreamer = peerCost('GStreamer rtspsrc', found.gstreamer);
  const sum = (pick: (use: OwnUse) => number) => own.reduce((total, use) => total + pick(use), 0);
  const metrics = {
    cameras,
    cores: round(ours.cores),
    rssMb: round(ours.rssMb),
    lostAccessUnits: sum((use) => use.lost),
    droppedKeyframes: sum((use) => use.dropped),
    lateKeyframes: sum((use) => use.end.lateKeyframes),
    reconnectSeconds: round(outage.backS),
    cpuRatioVsFfmpeg: round(ratio(ffmpeg, ours, 'cores')),
    rssRatioVsFfmpeg: round(ratio(ffmpeg, ours, 'rssMb')),
    pssRatioVsFfmpeg: round(ratio(ffmpeg, ours, 'pssMb')),
    cpuRatioVsGstreamer: round(ratio(gstreamer, ours, 'cores')),
    rssRatioVsGstreamer: round(ratio(gstreamer, ours, 'rssMb')),
    pssRatioVsGstreamer: round(ratio(gstreamer, ours, 'pssMb')),
    mostAttemptsInOneSecond: Math.max(...outage.attempts),
    coverageComplete: outage.accounted,
    rssAfterOutageMb: round(outage.rssAfterMb),
    farmCores: round(median(own.map((use) => use.farmCores))),
  };
  const page = ingestPage({
    cameras,
    rounds,
    windowS,
    shards,
    readEveryMs: ingestSchema.parse({}).readEveryMs,
    costs: [ours, ffmpeg, gstreamer],
    farmCores: metrics.farmCores,
    megabitsPerCamera: (sum((use) => use.bytes) * 8) / 1e6 / sum((use) => use.seconds) / cameras,
    unitsPerSecond: sum((use) => use.units) / sum((use) => use.seconds),
    lostUnits: metrics.lostAccessUnits,
    droppedUnits: metrics.droppedKeyframes,
    lateKeyframes: metrics.lateKeyframes,
    keyframes: sum((use) => use.end.delayMs.n),
    delayP99Ms: median(own.map((use) => use.end.delayMs.p99)),
    delayMaxMs: Math.max(...own.map((use) => use.end.delayMs.max)),
    outage,
    load: `Load average of the machine when the windows began: ${round(Math.min(...loads))} to ${round(Math.max(...loads))}.`,
  });
  return {
    parameters,
    metrics,
    distributions: {
      cores: spread(own.map((use) => use.cores)),
      rssMb: spread(own.map((use) => use.rssMb)),
      delayMs: own.map((use) => use.end.delayMs),
      handOnMs: own.map((use) => use.end.handOnMs),
      ffmpegCoresPerCamera: spread(found.ffmpeg.flatMap((use) => use.cores)),
      ffmpegStartCpuS: spread(found.ffmpeg.flatMap((use) => use.startCpuS)),
      ffmpegRssMb: spread(found.ffmpeg.flatMap((use) => use.rssMb)),
      gstreamerCoresPerCamera: spread(found.gstreamer.flatMap((use) => use.cores)),
      gstreamerStartCpuS: spread(found.gstreamer.flatMap((use) => use.startCpuS)),
      gstreamerRssMb: spread(found.gstreamer.flatMap((use) => use.rssMb)),
      attemptsPerSecond: outage.attempts,
      loadAverage: spread(loads),
    },
    page,
  };
}

function peerCost(name: string, uses: readonly PeerUse[]): Cost {
  const cameras = uses[0]?.processes ?? 0;
  const total = (pick: (use: PeerUse) => readonly number[]) => median(uses.map((use) => mean(pick(use)))) * cameras;
  return {
    name,
    cameras,
    processes: cameras,
    cores: total((use) => use.cores),
    rssMb: total((use) => use.rssMb),
    pssMb: total((use) => use.pssMb),
  };
}

/** How many times what one of ours costs one of theirs costs. */
function ratio(theirs: Cost, ours: Cost, what: 'cores' | 'rssMb' | 'pssMb'): number {
  return theirs[what] / theirs.cameras / (ours[what] / ours.cameras);
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

function median(values: readonly number[]): number {
  return quantile(values, 0.5);
}
