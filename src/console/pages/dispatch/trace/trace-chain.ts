import type { TraceStep } from '../../../../contracts/desk-api.ts';

/** A step with its distance from the one before. */
export interface TraceLink {
  readonly step: TraceStep;
  /** Absent for the first step; negative where two machines' clocks differ. */
  readonly deltaMs: number | undefined;
}

/** The chain with the time each step took. Order is the desk's: a clock that is off must not reorder what happened. */
export function traceLinks(steps: readonly TraceStep[]): readonly TraceLink[] {
  return steps.map((step, index) => {
    const before = steps[index - 1];
    return { step, deltaMs: before === undefined ? undefined : step.at - before.at };
  });
}

/** Milliseconds from the first step to the last; 0 for an empty chain. */
export function traceTotalMs(steps: readonly TraceStep[]): number {
  const first = steps[0];
  const last = steps.at(-1);
  return first === undefined || last === undefined ? 0 : last.at - first.at;
}
