import type { CanaryConfig } from './config.ts';
import type { Evidence } from './tally.ts';

/** Where a canary stands. The new model decides in `taken-over` and `settled`, in all others the old one. */
export const canaryPhases = ['idle', 'comparing', 'ready', 'refused', 'taken-over', 'rolled-back', 'settled'] as const;

/** One of them. */
export type CanaryPhase = (typeof canaryPhases)[number];

/**
 * What brought a phase about. `unavailable`: the new model is not there or does not run, tried again at the next start;
 * `crashed`: the node ended while it was loading it, not tried again; `damaged`: the state file cannot be read.
 */
export const canaryCauses = ['evidence', 'operator', 'unavailable', 'crashed', 'damaged'] as const;

/** Phase with its cause; the reason is for people. */
export interface Standing {
  readonly phase: CanaryPhase;
  readonly cause?: (typeof canaryCauses)[number];
  readonly reason?: string;
}

/** What the new model did since it took over. */
export interface WatchEvidence {
  readonly pictures: number;
  readonly failures: number;
  /** Its time a picture by what the old model took while they were compared; undefined where either is not known. */
  readonly latencyRatio: number | undefined;
  /** Running time on watch; a node that is down does not watch. */
  readonly watchedMs: number;
}

/** What may move a canary from one phase to another. */
export type CanaryEvent =
  | { readonly kind: 'available' }
  | { readonly kind: 'unavailable'; readonly cause: 'unavailable' | 'crashed' | 'damaged'; readonly why: string }
  | { readonly kind: 'compared'; readonly evidence: Evidence }
  | { readonly kind: 'watched'; readonly evidence: WatchEvidence }
  | { readonly kind: 'promote' | 'rollback' | 'restart'; readonly by: string };

/** The part of the configuration that decides. */
export type CanaryRules = Pick<CanaryConfig, 'minPictures' | 'minObjects' | 'takeOver' | 'watchMs' | 'limits'>;

/** Pictures before latency alone takes a new model back: the first ones after a start are slow. */
const minWatchedPictures = 50;

/** Whether the new model decides. */
export function isNewInCharge({ phase }: Standing): boolean {
  return phase === 'taken-over' || phase === 'settled';
}

/** Whether both models see a share of the looks. */
export function isComparing({ phase }: Standing): boolean {
  return phase === 'comparing' || phase === 'ready';
}

/** Whether the new model has to be loaded. */
export function needsNewModel(standing: Standing): boolean {
  return standing.phase === 'idle' || isComparing(standing) || isNewInCharge(standing);
}

/** The standing after an event; the same object when nothing changes. Pure. */
export function nextStanding(standing: Standing, event: CanaryEvent, rules: CanaryRules): Standing {
  switch (event.kind) {
    case 'available':
      return standing.phase === 'idle' || isRetried(standing) ? { phase: 'comparing' } : standing;
    case 'unavailable':
      return withoutNewModel(standing, event);
    case 'compared':
      return isComparing(standing) ? judge(standing, event.evidence, rules) : standing;
    case 'watched':
      return standing.phase === 'taken-over' ? watch(standing, event.evidence, rules) : standing;
    case 'promote':
      return isNewInCharge(standing) ? standing : ordered('taken-over', event);
    case 'rollback':
      return needsNewModel(standing) ? ordered('rolled-back', event) : standing;
    case 'restart':
      return ordered('idle', event);
  }
}

/** Refused only because it was not there: at the next start it may be. */
export function isRetried({ phase, cause }: Standing): boolean {
  return phase === 'refused' && cause === 'unavailable';
}

function ordered(phase: CanaryPhase, { kind, by }: { kind: string; by: string }): Standing {
  return { phase, cause: 'operator', reason: `${kind} by ${by}` };
}

function withoutNewModel(standing: Standing, event: Extract<CanaryEvent, { kind: 'unavailable' }>): Standing {
  if (!needsNewModel(standing)) return standing;
  return { phase: isNewInCharge(standing) ? 'rolled-back' : 'refused', cause: event.cause, reason: event.why };
}

function judge(standing: Standing, evidence: Evidence, rules: CanaryRules): Standing {
  const { pictures, objects, failures, lostShare, addedShare, latencyRatio } = evidence;
  const { limits, minPictures, minObjects, takeOver } = rules;
  // Failures do not become fewer with more pictures: no reason to wait for them.
  const tooMany = failureProblem(failures, limits);
  if (tooMany !== undefined) return { phase: 'refused', cause: 'evidence', reason: tooMany };
  if (pictures < minPictures || objects < minObjects) return standing;
  const problems = [
    lostShare > limits.maxLost &&
      `lacks ${percent(lostShare)} of what the old model sees (limit ${percent(limits.maxLost)})`,
    addedShare > limits.maxAdded &&
      `${percent(addedShare)} of what it sees the old model does not (limit ${percent(limits.maxAdded)})`,
    latencyProblem(latencyRatio, limits),
  ].filter((each) => typeof each === 'string');
  const compared = `${pictures} pictures and ${objects} objects compared`;
  if (problems.length > 0)
    return { phase: 'refused', cause: 'evidence', reason: `${problems.join('; ')}; ${compared}` };
  if (takeOver === 'automatic')
    return { phase: 'taken-over', cause: 'evidence', reason: `within its limits; ${compared}` };
  return standing.phase === 'ready' ? standing : { phase: 'ready', cause: 'evidence', reason: compared };
}

function watch(standing: Standing, evidence: WatchEvidence, rules: CanaryRules): Standing {
  const { limits, minPictures, watchMs } = rules;
  const { pictures, failures, latencyRatio, watchedMs } = evidence;
  const slow = pictures >= minWatchedPictures ? latencyProblem(latencyRatio, limits) : undefined;
  const problem = failureProblem(failures, limits) ?? slow;
  if (problem !== undefined) return { phase: 'rolled-back', cause: 'evidence', reason: problem };
  // A quiet night says nothing: it has to have worked, too.
  if (watchedMs < watchMs || pictures < minPictures) return standing;
  return { phase: 'settled', cause: 'evidence', reason: `${pictures} pictures without a limit broken` };
}

function failureProblem(failures: number, { maxFailures }: CanaryRules['limits']): string | undefined {
  return failures > maxFailures ? `failed on ${failures} pictures (limit ${maxFailures})` : undefined;
}

function latencyProblem(ratio: number | undefined, { maxLatencyRatio }: CanaryRules['limits']): string | undefined {
  if (ratio === undefined || ratio <= maxLatencyRatio) return undefined;
  return `takes ${ratio.toFixed(2)} times as long as the old model (limit ${maxLatencyRatio})`;
}

function percent(value: number): string {
  return `${(value * 100).toFixed(1)} %`;
}
