import { FarmProcess } from '../../tests/support/farm-process.ts';
import { type BenchOptions, type BenchReport, numberOption, quantile, round, spread } from './bench.ts';
import { table } from './benchmarks-page.ts';
import { IngestChild, pause } from './ingest-child.ts';
import type { IngestReport } from './ingest-report.ts';
import { slope } from './least-squares.ts';
import { openFiles } from './proc.ts';

const sampleEveryS = 10;
/** The whole server goes away this often, for this long. */
const outageEveryS = 480;
const outageS = 10;
/** Left out of the slopes: code is compiled and pools fill. */
const warmUpShare = 0.2;

/** Every kind of fault; each camera has about one every half a minute. */
const faults = [
  'drop:share=0.6,every=120s',
  'stall:share=0.3,every=180s,for=15s',
  'loss:share=0.4,every=60s,for=5s,rate=0.02',
  'reorder:share=0.3,every=90s,for=5s,rate=0.05',
  'wrong-auth:share=0.05,every=10m,for=20s',
  'resolution:share=0.4,every=120s,for=30s',
  'clock-jump:share=0.3,every=180s,by=1h',
];

interface Sample extends IngestReport {
  readonly minute: number;
  readonly files: number;
}

/** A day compressed: cameras with every kind of fault, and what that does to memory and handles. */
export async function soakBench(say: (line: string) => void, options: BenchOptions): Promise<BenchReport> {
  const cameras = numberOption(options, 'cameras', 200);
  const minutes = numberOption(options, 'minutes', 30);
  const seed = numberOption(options, 'seed', 1);
  const shards = numberOption(options, 'shards', 1);
  const args = [...faults.flatMap((fault) => ['--fault', fault]), '--seed', String(seed)];
  const farm = await new FarmProcess({ cameras, args }).start();
  const child = new IngestChild({ urls: farm.urls, shards });
  try {
    const samples = await watch({ child, farm, minutes, say });
    return reportOf(samples, { cameras, minutes, seed, shards, faults });
  } finally {
    await child.stop();
    await farm.kill();
  }
}

async function watch(work: {
  child: IngestChild;
  farm: FarmProcess;
  minutes: number;
  say: (line: string) => void;
}): Promise<Sample[]> {
  const { child, farm, minutes, say } = work;
  const samples: Sample[] = [];
  const began = performance.now();
  for (let at = sampleEveryS; at <= minutes * 60; at += sampleEveryS) {
    await pause(began + at * 1000 - performance.now());
    if (at % outageEveryS === 0) await farm.kill();
    if (at > outageEveryS && at % outageEveryS === outageS) await farm.start();
    const sample = { ...(await child.report({ brief: true })), minute: at / 60, files: openFiles(child.pid) };
    samples.push(sample);
    if (at % 60 !== 0) continue;
    const { rssMb, files, streaming, lostUnits } = sample;
    say(`minute ${at / 60}: ${round(rssMb)} MB, ${files} files, ${streaming} streaming, ${lostUnits} units lost`);
  }
  return samples;
}

function reportOf(samples: readonly Sample[], parameters: { minutes: number; [key: string]: unknown }): BenchReport {
  const warm = samples.slice(Math.floor(samples.length * warmUpShare));
  const perHour = (pick: (sample: Sample) => number) =>
    round(slope(warm.map((sample) => [sample.minute / 60, pick(sample)] as const)));
  const last = warm.at(-1);
  const quarter = Math.ceil(warm.length / 4);
  const medianOf = (part: readonly Sample[], pick: (sample: Sample) => number) => quantile(part.map(pick), 0.5);
  const [first, end] = [warm.slice(0, quarter), warm.slice(-quarter)];
  const metrics = {
    rssSlopeMbPerHour: perHour(({ rssMb }) => rssMb),
    heapSlopeMbPerHour: perHour(({ heapUsedMb }) => heapUsedMb),
    filesSlopePerHour: perHour(({ files }) => files),
    rssMb: round(medianOf(warm, ({ rssMb }) => rssMb)),
    rssMaxMb: round(Math.max(...warm.map(({ rssMb }) => rssMb))),
    filesMax: Math.max(...warm.map(({ files }) => files)),
    resourcesMax: Math.max(...warm.map(({ resources }) => resources)),
    accessUnits: last?.accessUnits ?? 0,
    lostUnits: last?.lostUnits ?? 0,
    connections: last?.connections ?? 0,
    shardRestarts: last?.shardRestarts ?? 0,
  };
  const quarters = (name: string, pick: (sample: Sample) => number, slopePerHour: number | string) => [
    name,
    round(medianOf(first, pick)),
    round(medianOf(end, pick)),
    round(Math.max(...warm.map(pick))),
    slopePerHour,
  ];
  const page = `
${parameters['cameras']} cameras for ${parameters.minutes} minutes; faults of the farm: \`${faults.join('`, `')}\`, and every
${outageEveryS / 60} minutes the server is killed for ${outageS} s. Sampled every ${sampleEveryS} s; medians of the first and the
last quarter, slope by least squares, both after a warm-up of ${warmUpShare * 100} %.

${table([
  ['ingest process', 'first quarter', 'last quarter', 'largest', 'slope per hour'],
  quarters('RSS, MB', ({ rssMb }) => rssMb, metrics.rssSlopeMbPerHour),
  quarters('heap of the main thread, MB', ({ heapUsedMb }) => heapUsedMb, metrics.heapSlopeMbPerHour),
  quarters(
    'heap V8 holds for it, MB',
    ({ heapHeldMb }) => heapHeldMb,
    perHour(({ heapHeldMb }) => heapHeldMb),
  ),
  quarters(
    'buffers it knows, MB',
    ({ buffersMb }) => buffersMb,
    perHour(({ buffersMb }) => buffersMb),
  ),
  quarters('open files', ({ files }) => files, metrics.filesSlopePerHour),
  quarters(
    'active resources',
    ({ resources }) => resources,
    perHour(({ resources }) => resources),
  ),
  quarters(
    'cameras streaming',
    ({ streaming }) => streaming,
    perHour(({ streaming }) => streaming),
  ),
])}

${metrics.accessUnits} access units received, ${metrics.lostUnits} lost to faults, ${metrics.connections} connections made,
${metrics.shardRestarts} ingest threads restarted.`;
  return {
    parameters,
    metrics,
    distributions: {
      rssMb: spread(warm.map(({ rssMb }) => rssMb)),
      files: spread(warm.map(({ files }) => files)),
      streaming: spread(warm.map(({ streaming }) => streaming)),
      samples: samples.map(({ minute, rssMb, heapUsedMb, heapHeldMb, buffersMb, files, resources, streaming }) => ({
        minute: round(minute),
        rssMb: round(rssMb),
        heapUsedMb: round(heapUsedMb),
        heapHeldMb: round(heapHeldMb),
        buffersMb: round(buffersMb),
        files,
        resources,
        streaming,
      })),
    },
    page,
  };
}
