import { type ClearCounts, clearCounts } from './clear-metrics.ts';
import { type IdentityCounts, identityCounts } from './identity-metrics.ts';
import type { MotFrame } from './mot-sequence.ts';

/** All counts of a sequence, or of several added up. */
export interface MotCounts {
  readonly clear: ClearCounts;
  readonly identity: IdentityCounts;
}

/** The metrics under the names the field has for them; shares are 0–1, MOTA may be less. */
export interface MotScores {
  readonly mota: number;
  /** Mean overlap of the matches. */
  readonly motp: number;
  readonly idf1: number;
  readonly idp: number;
  readonly idr: number;
  readonly idSwitches: number;
  readonly fragmentations: number;
  readonly falsePositives: number;
  readonly falseNegatives: number;
  readonly truths: number;
}

/** Counts one sequence. */
export function motCounts(frames: readonly MotFrame[]): MotCounts {
  return { clear: clearCounts(frames), identity: identityCounts(frames) };
}

/** Several sequences as one, as TrackEval combines them: counts are added, not scores averaged. */
export function combined(all: readonly MotCounts[]): MotCounts {
  return { clear: sum(all.map(({ clear }) => clear)), identity: sum(all.map(({ identity }) => identity)) };
}

/** What the counts amount to; nothing to find and nothing found gives 0, as in TrackEval. */
export function motScores({ clear, identity }: MotCounts): MotScores {
  const { truePositives: right, falsePositives: wrong, falseNegatives: missing } = identity;
  return {
    mota: (clear.matches - clear.falsePositives - clear.switches) / Math.max(1, clear.truths),
    motp: clear.overlap / Math.max(1, clear.matches),
    idf1: right / Math.max(1, right + wrong / 2 + missing / 2),
    idp: right / Math.max(1, right + wrong),
    idr: right / Math.max(1, right + missing),
    idSwitches: clear.switches,
    fragmentations: clear.fragmentations,
    falsePositives: clear.falsePositives,
    falseNegatives: clear.misses,
    truths: clear.truths,
  };
}

function sum<T extends { readonly [K in keyof T]: number }>(all: readonly T[]): T {
  const [first] = all;
  if (first === undefined) throw new Error('nothing to add up');
  const keys = Object.keys(first) as (keyof T)[];
  return Object.fromEntries(keys.map((key) => [key, all.reduce((so, each) => so + each[key], 0)])) as T;
}
