import type { CameraId } from '../../domain/ids.ts';
import type { Severity } from '../../domain/scene-id.ts';
import type { ClassAdmission } from './admit.ts';
import type { DueCounts } from './due-account.ts';
import type { ClassCensus } from './shed-report.ts';

/** How one severity fares. */
export interface ClassStatus extends Omit<ClassAdmission, 'severity'>, ClassCensus {
  /** Looks since the start, against what the scenes asked for. */
  readonly looks: Readonly<DueCounts>;
}

/** How the scheduler is. */
export interface ScheduleStatus {
  /** Share of the threads' time used over the last seconds, 0–1. */
  readonly utilisation: { readonly decoder: number; readonly detector: number };
  /** Share of the planned capacity that looks have shown to be there, 0–1. */
  readonly usable: number;
  /** Cameras whose picture waits; at most one a camera. */
  readonly waiting: number;
  /** Looks at a decoder, and past it. */
  readonly decoding: number;
  readonly undecided: number;
  readonly classes: Readonly<Record<Severity, ClassStatus>>;
  readonly shed: ReadonlySet<CameraId>;
  /** What people should know, for health; none while nothing is shed. */
  readonly problems: readonly string[];
}

/** Share of the looks that were due and came in time, over all severities; 1 while none was due. */
export function onTimeShare(status: ScheduleStatus): number {
  const all = Object.values(status.classes);
  const due = all.reduce((sum, { looks }) => sum + looks.due, 0);
  return due === 0 ? 1 : all.reduce((sum, { looks }) => sum + looks.onTime, 0) / due;
}
