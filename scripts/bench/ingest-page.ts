import { round } from './bench.ts';
import { table } from './benchmarks-page.ts';
import type { Outage } from './ingest-outage.ts';

/** What a way of reading cameras costs, medians over the rounds. */
export interface Cost {
  readonly name: string;
  readonly cameras: number;
  readonly processes: number;
  /** A core, all its cameras together. */
  readonly cores: number;
  readonly rssMb: number;
  readonly pssMb: number;
}

/** Everything the section tells. */
export interface IngestFindings {
  readonly cameras: number;
  readonly rounds: number;
  readonly windowS: number;
  readonly shards: number;
  readonly readEveryMs: number;
  readonly costs: readonly Cost[];
  readonly farmCores: number;
  readonly megabitsPerCamera: number;
  readonly unitsPerSecond: number;
  readonly lostUnits: number;
  readonly droppedUnits: number;
  readonly lateKeyframes: number;
  readonly keyframes: number;
  readonly delayP99Ms: number;
  readonly delayMaxMs: number;
  readonly outage: Outage;
  readonly load: string;
}

/** The bench's section of the page. */
export function ingestPage(found: IngestFindings): string {
  const { outage } = found;
  const each = (cost: Cost) => [
    cost.name,
    cost.cameras,
    cost.processes,
    round(cost.cores),
    Math.round(cost.rssMb),
    `${round((cost.cores / cost.cameras) * 100)} %`,
    round(cost.rssMb / cost.cameras),
    round(cost.pssMb / cost.cameras),
  ];
  return `
${found.cameras} simulated cameras (640×360 H.264, 15 pictures a second, ${round(found.megabitsPerCamera)} Mbit/s each) over
RTSP/TCP on loopback, from a farm in a process of its own (${round(found.farmCores)} cores, not counted). Nothing is decoded;
ours hands every keyframe to a consumer.

${table([
  ['', 'cameras', 'processes', 'cores', 'RSS MB', 'core a camera', 'RSS MB a camera', 'PSS MB a camera'],
  ...found.costs.map(each),
])}

${table([
  ['ours', ''],
  ['access units a second', Math.round(found.unitsPerSecond)],
  ['access units lost or damaged', found.lostUnits],
  ['keyframes dropped because the consumer was slow', found.droppedUnits],
  ['keyframes more than 500 ms late', `${found.lateKeyframes} of ${found.keyframes}`],
  ['delay of keyframes, p99 / max', `${Math.round(found.delayP99Ms)} / ${Math.round(found.delayMaxMs)} ms`],
  ['server killed for', `${outage.outageS} s`],
  ['all cameras back after', `${round(outage.backS)} s`],
  ['most connection attempts in one second', Math.max(...outage.attempts)],
  ['cameras whose blindness account holds the whole outage', `${outage.accounted} of ${found.cameras}`],
  ['RSS before / after the outage', `${Math.round(outage.rssBeforeMb)} / ${Math.round(outage.rssAfterMb)} MB`],
])}

Connection attempts in each second from the kill on: ${outage.attempts.join(', ')}.

Method: ${found.rounds} rounds, each measuring the three one after the other in changing order, processes started anew and
left to settle, then a window of ${found.windowS} s; medians over the rounds (of the peers: mean over their processes in a
round). Ours: \`process.cpuUsage\` of the whole process with ${found.shards} ingest thread(s), and \`process.memoryUsage.rss\`;
peers: \`/proc/PID/stat\` and \`smaps_rollup\`. Ratios of memory are of RSS; PSS counts shared pages in parts and is kinder to
many processes. Late is measured against each camera's quickest keyframe; the ingest thread reads its sockets every
${found.readEveryMs} ms, so that much is its own doing, and the rest the machine's. ${found.load}`;
}
