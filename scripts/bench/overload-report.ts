import type { Severity } from '../../src/domain/scene-id.ts';
import type { ScheduleStatus } from '../../src/edge/schedule/schedule-status.ts';

/** A camera of the bench. */
export interface OverloadCamera {
  readonly id: string;
  readonly url: string;
  readonly severity: Severity;
}

/** What the measured process is told. */
export type OverloadOrder =
  | { readonly kind: 'add'; readonly cameras: readonly OverloadCamera[] }
  | { readonly kind: 'remove'; readonly ids: readonly string[] }
  | { readonly kind: 'report' }
  | { readonly kind: 'stop' };

/** How the node is at a moment. */
export interface OverloadReport {
  readonly atS: number;
  readonly rssMb: number;
  readonly heapUsedMb: number;
  /** CPU seconds of all threads so far. */
  readonly cpuS: number;
  readonly streaming: number;
  readonly schedule: Omit<ScheduleStatus, 'shed'>;
  /** Cameras that count as not looked at, by severity. */
  readonly blind: Readonly<Record<Severity, number>>;
  /** Every change of what is shed so far: when, and what it was from then on. */
  readonly changes: readonly { readonly atS: number; readonly problems: readonly string[] }[];
  /** Units the ingest threads dropped because the main thread was slow. */
  readonly dropped: number;
}

/** What was measured, in order. */
export interface Overload {
  readonly base: readonly OverloadCamera[];
  readonly extra: readonly OverloadCamera[];
  /** Share of the scarcer resource that the base takes, and what all ask for against what looks may plan with. */
  readonly baseUse: number;
  readonly demandFactor: number;
  readonly before: OverloadReport;
  readonly samples: readonly OverloadReport[];
  readonly after: readonly OverloadReport[];
  /** From the end of the load until nothing is shed and no camera counts as not looked at; NaN where that never came. */
  readonly recoverySeconds: number;
}

/** Share of the looks due between two reports that came in time. */
export function onTimeBetween(from: OverloadReport, to: OverloadReport, severity: Severity): number {
  const [a, b] = [from.schedule.classes[severity].looks, to.schedule.classes[severity].looks];
  return (b.onTime - a.onTime) / (b.due - a.due);
}
