import type { UtcMs } from './ids.ts';
import type { Severity } from './scene-id.ts';

/** How urgent one look is: the more severe scene goes first, then the earlier deadline. */
export interface LookPriority {
  /** Most severe of the camera's scenes; 1 is highest. */
  readonly severity: Severity;
  /** Monotonic milliseconds by which it is to be decided. */
  readonly deadlineMs: number;
}

/** What a camera's scenes ask of its looks at this moment. */
export interface LookNeeds {
  readonly severity: Severity;
  /** Longest time between two pictures that are looked at. */
  readonly everyMs: number;
  /** Every picture is decoded as it comes, because keyframes alone are too seldom for `everyMs`. */
  readonly continuous: boolean;
}

/** What became of a look, for the scheduler's books. */
export interface LookOutcome {
  /** `decided`: the scenes had their say; else why not. */
  readonly result: 'decided' | 'corrupt' | 'unsupported' | 'overloaded' | 'failed';
  /** Of a decided look: why one of its models said nothing, so that some scenes passed over it. Absent: all answered. */
  readonly partly?: 'overloaded' | 'failed';
  /** Node clock of the picture. */
  readonly at: UtcMs;
  /** Time a decoder thread worked on it; 0 where none did. */
  readonly decodeMs: number;
  /** Its share of the detector's working time; 0 where the activity gate found nothing to detect. */
  readonly detectMs: number;
}

/** Orders looks: negative when `a` goes first. */
export function byUrgency(a: LookPriority, b: LookPriority): number {
  return a.severity - b.severity || a.deadlineMs - b.deadlineMs;
}
