import { quantile } from '../bench/bench.ts';
import type { DeskWatch } from './desk-watch.ts';
import type { FaultRecord } from './fault-runner.ts';
import type { Verdict, Violation } from './judge.ts';
import type { Ledger } from './ledger.ts';
import type { CampaignOptions } from './options.ts';
import type { Timeline } from './timeline.ts';
import type { World } from './world.ts';

/** One kind of fault in the table. */
export interface FaultRow {
  readonly kind: string;
  readonly times: number;
  /** Seconds from its end until the desk had all that was promised by then. */
  readonly recoveredP50: number;
  readonly recoveredP99: number;
}

/** What a campaign found. */
export interface CampaignReport {
  readonly seed: number;
  readonly minutes: number;
  readonly dir: string;
  readonly faults: readonly FaultRow[];
  readonly figures: Record<string, number>;
  readonly violations: readonly Violation[];
  /** For each violation (the first few), what happened around it. */
  readonly stories: readonly string[];
}

/** One cause often has hundreds of effects: the first of each kind tell it. */
const storiesOfAKind = 2;

/** Puts everything together. */
export function reportOf(found: {
  options: CampaignOptions;
  dir: string;
  timeline: Timeline;
  ledger: Ledger;
  watch: DeskWatch;
  world: World;
  records: readonly FaultRecord[];
  verdict: Verdict;
  selfEnded: number;
}): CampaignReport {
  const { options, dir, timeline, ledger, watch, world, records, verdict, selfEnded } = found;
  const kinds = Map.groupBy(records, ({ kind }) => kind);
  const row = (kind: string, all: readonly FaultRecord[]): FaultRow => {
    const seconds = all.map((record) => recovery(record, watch) / 1000);
    return {
      kind,
      times: all.length,
      recoveredP50: tenth(quantile(seconds, 0.5)),
      recoveredP99: tenth(quantile(seconds, 0.99)),
    };
  };
  const faults = [...kinds].map(([kind, all]) => row(kind, all)).sort((a, b) => a.kind.localeCompare(b.kind));
  const whole = row('all faults', records);
  const latencies = [...ledger.entries.values()].flatMap(({ node, promise }) => {
    const at = promise && watch.reachedAt(node, promise.n);
    return at === undefined || promise === undefined ? [] : [(at - promise.at) / 1000];
  });
  const count = (kind: Violation['kind']) => verdict.violations.filter((each) => each.kind === kind).length;
  const restarts = [...world.processes.values()].reduce((sum, { lives }) => sum + lives - 1, 0);
  return {
    seed: options.seed,
    minutes: options.minutes,
    dir,
    faults: [...faults, whole],
    figures: {
      ...verdict.counts,
      faults: records.length,
      restarts,
      selfEnded,
      latencyP50: tenth(quantile(latencies, 0.5)),
      latencyP99: tenth(quantile(latencies, 0.99)),
      lost: count('lost'),
      doubled: count('doubled'),
      outOfOrder: count('out of order'),
      violations: verdict.violations.length,
      auditVerified: verdict.audit?.verified === true ? 1 : 0,
    },
    violations: verdict.violations,
    stories: [...Map.groupBy(verdict.violations, ({ kind }) => kind).values()]
      .flatMap((alike) => alike.slice(0, storiesOfAKind))
      .map((each) => story(each, timeline, options.seed, dir)),
  };
}

/** Campaign time from the end of a fault until the desk had everything that was promised by then. */
function recovery({ endedAt, heads }: FaultRecord, watch: DeskWatch): number {
  const reached = [...heads].map(([node, n]) => watch.reachedAt(node, n) ?? Number.POSITIVE_INFINITY);
  return Math.max(0, Math.max(0, ...reached) - endedAt);
}

function story({ kind, what, at }: Violation, timeline: Timeline, seed: number, dir: string): string {
  const around = at === undefined ? [] : timeline.around(at, 8_000, 20_000).map((line) => `    ${line}`);
  const when = at === undefined ? '' : `, at ${(at / 1000).toFixed(1)} s`;
  return [`${kind.toUpperCase()}: ${what} (seed ${seed}${when}; everything is in ${dir})`, ...around].join('\n');
}

function tenth(value: number): number {
  return Math.round(value * 10) / 10;
}
