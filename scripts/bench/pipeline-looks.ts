import { type Exposition, histogramQuantile } from './pipeline-exposition.ts';

/** What the node says of its looks in a time. */
export interface Looks {
  readonly perSecond: number;
  /** Share of the looks that were due by what the scenes ask for, taken and decided in time, 0–1. */
  readonly onTime: number;
  /** Looks due and not in time, by cause. */
  readonly missed: Readonly<Record<string, number>>;
  /** Cameras not looked at at the end of the time. */
  readonly shed: number;
  /** Longest interval against what the scenes ask for, at the end of the time; 1 where there is room for all. */
  readonly stretch: number;
  /** Share of the threads' time that looks use by the scheduler's books, and of its planned capacity that it trusts. */
  readonly utilisation: Readonly<Record<string, number>>;
  readonly usable: number;
  /** Looks by result, other than decided. */
  readonly undecided: Readonly<Record<string, number>>;
  /** Pictures by what the activity gate said of them, as shares. */
  readonly gate: Readonly<Record<string, number>>;
  /** Share of the looks that went through the detector, with what changed or what is followed. */
  readonly detected: number;
  /** Runs of a model a look that went through it took: below 1 where regions of several looks share one. */
  readonly runsPerLook: number;
  /** Seconds from the last packet of a keyframe to the decision. */
  readonly p50S: number;
  readonly p90S: number;
  readonly p99S: number;
  /** Upper bound of the slowest look's bucket; infinite where even that was passed. */
  readonly maxS: number;
}

/** Time the stages took, by histogram: seconds in all, and how often. */
export type StageSeconds = Readonly<Record<string, { readonly count: number; readonly seconds: number }>>;

/** Reads the looks out of what the metrics grew by in so many seconds, and what they are now. */
export function looksIn(grown: Exposition, now: Exposition, seconds: number): Looks {
  const { decided = 0, ...undecided } = grown.by('maplebridge_schedule_looks_total', 'result');
  const looks = grown.sum('maplebridge_looks_total');
  const latency = grown.histogram('maplebridge_look_seconds');
  const slowest = latency.buckets.find(({ count }) => count >= latency.count);
  const gate = grown.by('maplebridge_gate_looks_total', 'reason');
  const compared = Object.values(gate).reduce((sum, count) => sum + count, 0);
  const runs = grown.sum('maplebridge_detect_stage_seconds_count', { stage: 'inference' });
  return {
    perSecond: looks / seconds,
    onTime: grown.sum('maplebridge_schedule_on_time_total') / grown.sum('maplebridge_schedule_due_total'),
    missed: positive(grown.by('maplebridge_schedule_missed_total', 'cause')),
    ...roomIn(now),
    utilisation: now.by('maplebridge_schedule_utilisation', 'resource'),
    usable: now.sum('maplebridge_schedule_usable_capacity'),
    undecided: positive(undecided),
    gate: positive(Object.fromEntries(Object.entries(gate).map(([reason, count]) => [reason, count / compared]))),
    detected: grown.sum('maplebridge_detected_looks_total') / decided,
    runsPerLook: runs / grown.sum('maplebridge_detect_looks_total'),
    p50S: histogramQuantile(latency, 0.5),
    p90S: histogramQuantile(latency, 0.9),
    p99S: histogramQuantile(latency, 0.99),
    maxS: slowest?.le ?? Number.NaN,
  };
}

/** What the scheduler cannot take on now. */
export function roomIn(now: Exposition): { readonly shed: number; readonly stretch: number } {
  return {
    shed: now.sum('maplebridge_schedule_shed_cameras'),
    stretch: Math.max(1, ...Object.values(now.by('maplebridge_schedule_stretch', 'severity'))),
  };
}

/** Every histogram of seconds the node keeps, by its stages where it tells them apart. */
export function stagesIn(grown: Exposition): StageSeconds {
  const names = grown.names.filter((name) => name.endsWith('_seconds_sum')).map((name) => name.slice(0, -4));
  const all = names.flatMap((name) => {
    const counts = grown.by(`${name}_count`, 'stage');
    const sums = grown.by(`${name}_sum`, 'stage');
    return Object.entries(sums).map(([stage, seconds]) => {
      const short = name.replace(/^maplebridge_/, '').replace(/(_stage)?_seconds$/, '');
      return [`${short} ${stage}`.trim(), { count: counts[stage] ?? 0, seconds }] as const;
    });
  });
  return Object.fromEntries(all.filter(([, { count }]) => count > 0));
}

function positive(counts: Readonly<Record<string, number>>): Readonly<Record<string, number>> {
  return Object.fromEntries(Object.entries(counts).filter(([, count]) => count > 0));
}
