import type { Clock } from '../../lib/clock.ts';
import type { DeskJob } from '../store/jobs.ts';

/** A wait is counted from the moment a job is seen, which is up to a millisecond's rounding after it was written. */
const roundingMs = 2;
/** More jobs than a desk owes at a time; beyond it the wall clock decides. */
const maxJobs = 100_000;

/**
 * When jobs fall due, on the monotonic clock: a wall clock that is set must not ring every sign clock at once, nor none
 * for a day. A job's time is written as wall time, since it must outlive the process; the first time this process sees the
 * job it becomes a wait, and nothing that happens to the wall clock changes that. What was set while the desk was down
 * cannot be told from time that passed; then no clock runs longer than a full limit, and what seems overdue rings.
 */
export class DueTimes {
  readonly #clock: Clock;
  readonly #longestMs: number;
  readonly #due = new Map<string, { readonly job: DeskJob; readonly at: number }>();

  /** `longestMs`: no job waits longer. */
  constructor(options: { clock: Clock; longestMs: number }) {
    this.#clock = options.clock;
    this.#longestMs = options.longestMs;
  }

  /** Milliseconds until the job is due; negative: it has been since. */
  waitMs(job: DeskJob): number {
    return this.#at(job) - this.#clock.monotonic();
  }

  /** Jobs overdue for at least `lateMs`. */
  overdue(lateMs: number): DeskJob[] {
    const before = this.#clock.monotonic() - lateMs;
    return [...this.#due.values()].filter(({ at }) => at <= before).map(({ job }) => job);
  }

  /** The job was worked off. */
  forget(id: string): void {
    this.#due.delete(id);
  }

  #at(job: DeskJob): number {
    const known = this.#due.get(job.id);
    if (known !== undefined) return known.at;
    const waitMs = Math.min(job.dueAt - this.#clock.now(), this.#longestMs);
    const at = this.#clock.monotonic() + waitMs + roundingMs;
    if (this.#due.size < maxJobs) this.#due.set(job.id, { job, at });
    return at;
  }
}
