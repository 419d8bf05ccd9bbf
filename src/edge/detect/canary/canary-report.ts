import type { CanaryPhase } from './canary-phase.ts';
import { isNewInCharge } from './canary-phase.ts';
import type { CanaryState } from './canary-state.ts';
import type { DifferenceExample } from './examples.ts';
import { type CameraTally, type Evidence, evidenceOf, largestExamples, type Tally, worstCameras } from './tally.ts';

/** How the two models differ on one class. */
export interface ClassReport {
  readonly class: string;
  readonly agreed: number;
  readonly lost: number;
  readonly added: number;
  /** Of the agreed; undefined where there are none. */
  readonly meanIou: number | undefined;
  /** New score − old score. */
  readonly meanScoreShift: number | undefined;
}

/** Where a canary stands and what it saw. */
export interface CanaryReport {
  readonly phase: CanaryPhase;
  readonly since: number;
  readonly reason: string | undefined;
  readonly old: CanaryState['old'];
  readonly new: CanaryState['new'];
  /** Id of the model that decides. */
  readonly inCharge: string;
  readonly evidence: Evidence;
  readonly faint: number;
  readonly dropped: Tally['dropped'];
  readonly watch: CanaryState['watch'];
  readonly classes: readonly ClassReport[];
  readonly worstCameras: readonly CameraTally[];
  readonly examples: readonly DifferenceExample[];
  readonly history: CanaryState['history'];
}

const maxCameras = 10;

/** Sums a state up. */
export function reportOf(state: CanaryState): CanaryReport {
  const { standing, since, tally, watch, history } = state;
  return {
    phase: standing.phase,
    since,
    reason: standing.reason,
    old: state.old,
    new: state.new,
    inCharge: isNewInCharge(standing) ? state.new.id : state.old.id,
    evidence: evidenceOf(tally),
    faint: tally.faint,
    dropped: { ...tally.dropped },
    watch: { ...watch },
    classes: classesOf(tally),
    worstCameras: worstCameras(tally, maxCameras).map((each) => ({ ...each })),
    examples: largestExamples(tally),
    history: [...history],
  };
}

/** Most frequent first. */
function classesOf(tally: Tally): ClassReport[] {
  return Object.entries(tally.classes)
    .map(([name, { agreed, lost, added, iou, scoreShift }]) => ({
      class: name,
      agreed,
      lost,
      added,
      meanIou: agreed === 0 ? undefined : iou / agreed,
      meanScoreShift: agreed === 0 ? undefined : scoreShift / agreed,
    }))
    .sort((a, b) => b.agreed + b.lost + b.added - (a.agreed + a.lost + a.added));
}
