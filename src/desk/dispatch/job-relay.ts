import { type Clock, sleep } from '../../lib/clock.ts';
import { AppError, messageOf } from '../../lib/errors.ts';
import type { Logger } from '../../lib/log.ts';
import type { Gauge, Metrics } from '../../lib/metrics.ts';
import type { DueTimes } from '../sla/due-times.ts';
import type { Database } from '../store/database.ts';
import { type DeskJob, jobsAfter, jobsDueBefore } from '../store/jobs.ts';
import type { JobQueue } from './job-queue.ts';

/** Jobs read at a time. */
const page = 500;

/**
 * Hands owed jobs from Postgres to the queue: at once after their commit, all of them at start, and whatever is overdue
 * every few seconds. So a crash between commit and queue, or a queue that lost its memory, loses nothing.
 */
export class JobRelay {
  readonly #database: Database;
  readonly #queue: JobQueue;
  readonly #clock: Clock;
  readonly #log: Logger;
  readonly #sweepMs: number;
  readonly #due: DueTimes;
  readonly #work: (jobs: readonly DeskJob[]) => Promise<void>;
  readonly #overdue: Gauge;
  #stopping = new AbortController();
  #sweeping: Promise<void> | undefined;

  constructor(options: {
    database: Database;
    queue: JobQueue;
    clock: Clock;
    log: Logger;
    metrics: Metrics;
    sweepMs: number;
    due: DueTimes;
    /** Works jobs off that the queue did not ring for in time, all of one kind. */
    work: (jobs: readonly DeskJob[]) => Promise<void>;
  }) {
    this.#database = options.database;
    this.#queue = options.queue;
    this.#clock = options.clock;
    this.#log = options.log;
    this.#sweepMs = options.sweepMs;
    this.#due = options.due;
    this.#work = options.work;
    this.#overdue = options.metrics.gauge('maplebridge_desk_jobs_overdue', 'Jobs owed past their time.');
  }

  /** Schedules everything owed, then keeps an eye on it. */
  async start(): Promise<void> {
    let count = 0;
    for (let after = ''; ; ) {
      const jobs = await jobsAfter(this.#database, after, page);
      await this.#queue.add(jobs);
      count += jobs.length;
      after = jobs.at(-1)?.id ?? after;
      if (jobs.length < page) break;
    }
    if (count > 0) this.#log.info({ jobs: count }, 'owed jobs scheduled again');
    this.#stopping = new AbortController();
    this.#sweeping = this.#sweep(this.#stopping.signal);
  }

  /** After a commit; a failure is only logged, since the next sweep finds the jobs. */
  hand(jobs: readonly DeskJob[]): void {
    this.#queue.add(jobs).catch((error: unknown) => this.#complain(error));
  }

  async stop(): Promise<void> {
    this.#stopping.abort();
    await this.#sweeping;
    this.#sweeping = undefined;
  }

  async #sweep(signal: AbortSignal): Promise<void> {
    for (;;) {
      await sleep(this.#clock, this.#sweepMs, signal);
      if (signal.aborted) return;
      try {
        const jobs = await jobsDueBefore(this.#database, this.#clock.now() - this.#sweepMs / 2, page);
        this.#overdue.set(jobs.length);
        await this.#queue.add(jobs);
        await this.#ring();
      } catch (error) {
        this.#complain(error);
      }
    }
  }

  /** The queue counts on the wall clock: where that was set back it would ring hours late. */
  async #ring(): Promise<void> {
    for (const jobs of Map.groupBy(this.#due.overdue(this.#sweepMs).slice(0, page), (job) => job.kind).values()) {
      await this.#work(jobs);
      for (const job of jobs) this.#due.forget(job.id);
    }
  }

  #complain(error: unknown): void {
    const code = error instanceof AppError ? error.code : 'MB_INTERNAL';
    this.#log.warn({ code, reason: messageOf(error) }, 'jobs wait in Postgres until the queue is back');
  }
}
