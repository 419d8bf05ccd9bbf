import { round } from './bench.ts';
import { table } from './benchmarks-page.ts';
import { type Overload, type OverloadReport, onTimeBetween } from './overload-report.ts';

const severities = [1, 2, 3, 4] as const;
const mostChanges = 12;

/** The bench's section of the page. */
export function overloadPage(
  measured: Overload,
  found: { seconds: number; footage: boolean; load: number; metrics: Readonly<Record<string, number>> },
): string {
  const { base, extra, baseUse, before, samples, after, recoverySeconds } = measured;
  const { metrics, seconds, footage, load } = found;
  const t0 = before.atS;
  const marks = everyMinute(samples);
  const rows = marks.map((to, index) => row(marks[index - 1] ?? before, to, t0));
  const changes = (after.at(-1)?.changes ?? []).filter(({ atS }) => atS > t0);
  return `
Ingest, decoders with the activity gate, scheduler, detector and trackers as a node has them, one decoder and one detector
thread; cameras of severities 1 to 4 (1 : 1 : 2 : 4), each to be looked at every 2 s, ${footage ? 'showing the clips of `pipeline`' : 'showing a test pattern'}.
${base.length} cameras take ${percent(baseUse)} of the scarcer threads' time; ${extra.length} more make it ${metrics['demandFactor']} times what looks may plan
with (90 %), for ${seconds} s; then they go. The farm runs on the same machine; load average at the end ${load}.

${table([
  ['', ''],
  ['recovered after the load ended', `${round(recoverySeconds)} s`],
  [
    'RSS: median, largest, slope',
    `${metrics['rssMb']} MB, ${metrics['rssMaxMb']} MB, ${metrics['rssSlopeMbPerHour']} MB per hour`,
  ],
  ['heap of the main thread, slope', `${metrics['heapSlopeMbPerHour']} MB per hour`],
  ['pictures waiting: median, most', `${metrics['waitingMedian']}, ${metrics['waitingMax']}`],
  ['looks past the decoder, most', `${metrics['undecidedMax']}`],
  ['cores of the node', `${metrics['nodeCores']}`],
])}

Looks on time by what the scenes ask for (a look shed or stretched is not), pictures waiting and cameras not looked at:

${table([['until', ...severities.map((severity) => `severity ${severity}`), 'waiting', 'not looked at', 'decoder / detector'], ...rows])}

What was shed, from when on (seconds of the load; the first ${mostChanges} of ${changes.length} changes):

${changes
  .slice(0, mostChanges)
  .map(({ atS, problems }) => `- ${Math.round(atS - t0)} s: ${problems.join('; ') || 'nothing'}`)
  .join('\n')}`;
}

function everyMinute(samples: readonly OverloadReport[]): readonly OverloadReport[] {
  const first = samples[0]?.atS ?? 0;
  const stepS = samples.length > 60 ? 60 : 20;
  const marks = samples.filter(({ atS }, index) => {
    const before = samples[index - 1]?.atS ?? first;
    return Math.floor((atS - first) / stepS) > Math.floor((before - first) / stepS);
  });
  const last = samples.at(-1);
  return last === undefined || marks.at(-1) === last ? marks : [...marks, last];
}

function row(from: OverloadReport, to: OverloadReport, t0: number): readonly (string | number)[] {
  const { waiting, utilisation } = to.schedule;
  const blind = severities.map((severity) => to.blind[severity]).join(' / ');
  const used = `${percent(utilisation.decoder)} / ${percent(utilisation.detector)}`;
  return [
    `${Math.round(to.atS - t0)} s`,
    ...severities.map((severity) => percent(onTimeBetween(from, to, severity))),
    waiting,
    blind,
    used,
  ];
}

function percent(share: number): string {
  return Number.isNaN(share) ? '–' : `${round(share * 100)} %`;
}
