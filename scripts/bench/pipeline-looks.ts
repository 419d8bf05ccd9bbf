import { type Exposition, histogramQuantile } from './pipeline-exposition.ts';

/** What the node says of its looks in a time. */
export interface Looks {
  readonly perSecond: number;
  /** Share decided by their deadlines, 0–1; NaN where the node does not tell. */
  readonly onTime: number;
  readonly shed: number;
  readonly failed: number;
  /** Share of looked-at pictures that went on to the detector. */
  readonly passedGate: number;
  /** Model inputs a picture that went to the detector took: below 1 where regions of several share one. */
  readonly inputsPerPicture: number;
  /** Seconds from the last packet of a keyframe to the decision. */
  readonly p50S: number;
  readonly p90S: number;
  readonly p99S: number;
}

/** Time the stages took, by histogram: seconds in all, and how often. */
export type StageSeconds = Readonly<Record<string, { readonly count: number; readonly seconds: number }>>;

/** Reads the looks out of what the metrics grew by in so many seconds. */
export function looksIn(grown: Exposition, seconds: number): Looks {
  const results = grown.by('maplebridge_looks_total', 'result');
  const total = Object.values(results).reduce((sum, count) => sum + count, 0);
  const latency = grown.histogram('maplebridge_look_seconds');
  return {
    perSecond: total / seconds,
    onTime: Number.NaN,
    shed: grown.sum('maplebridge_looks_dropped_total'),
    failed: total - (results['ok'] ?? 0),
    passedGate: Number.NaN,
    inputsPerPicture: Number.NaN,
    p50S: histogramQuantile(latency, 0.5),
    p90S: histogramQuantile(latency, 0.9),
    p99S: histogramQuantile(latency, 0.99),
  };
}

/** Every histogram of seconds the node keeps. */
export function stagesIn(grown: Exposition): StageSeconds {
  const names = grown.names.filter((name) => name.endsWith('_seconds_sum')).map((name) => name.slice(0, -4));
  return Object.fromEntries(
    names.flatMap((name) => {
      const { count, sum } = grown.histogram(name);
      return count > 0 ? [[name.replace(/^maplebridge_|_seconds$/g, ''), { count, seconds: sum }]] : [];
    }),
  );
}
