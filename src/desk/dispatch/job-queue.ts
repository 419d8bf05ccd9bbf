import type { DeskJob } from '../store/jobs.ts';

/** The alarm clock of owed jobs: it may forget, double or delay them, because Postgres keeps what is owed. */
export interface JobQueue {
  /** Connects and begins to hand due jobs of one kind to `work`. @throws AppError MB_QUEUE_UNREACHABLE. */
  start(work: (jobs: readonly DeskJob[]) => Promise<void>): Promise<void>;
  /** Schedules jobs; what is already scheduled as it is stays. @throws AppError MB_QUEUE_UNREACHABLE. */
  add(jobs: readonly DeskJob[]): Promise<void>;
  /** Whether jobs can be scheduled now, as far as is known. */
  readonly up: boolean;
  /** Lets running jobs end. */
  stop(): Promise<void>;
}
