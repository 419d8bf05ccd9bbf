import { Backoff } from '../../lib/backoff.ts';
import type { Clock } from '../../lib/clock.ts';
import type { Logger } from '../../lib/log.ts';
import type { PoolJob } from './pool-job.ts';
import type { JobAnswer, WorkerSettings } from './worker-messages.ts';
import { jobsInThread, WorkerSlot } from './worker-slot.ts';

/** What a crew needs, and whom it works for. */
export interface WorkerCrewOptions {
  readonly workers: number;
  readonly workerFile: URL;
  /** A thread that has not answered for this long is replaced. */
  readonly jobTimeoutMs: number;
  readonly clock: Clock;
  readonly log: Logger;
  /** The next job for a thread that has room. */
  readonly next: (slot: WorkerSlot) => PoolJob | undefined;
  /** A thread is ready; `trouble` as in `WorkerAnswer`. */
  readonly onReady: (trouble: string | undefined) => void;
  /** A thread that was ready is gone: `job` went with it, and `behind` had not begun. */
  readonly onDeath: (slot: WorkerSlot, why: string, job: PoolJob | undefined, behind: readonly PoolJob[]) => void;
}

/** The decoder threads: gives them jobs, times them, and replaces the one that dies or hangs. */
export class WorkerCrew {
  readonly #options: WorkerCrewOptions;
  readonly #slots = new Set<WorkerSlot>();
  readonly #respawns = new Set<() => void>();
  readonly #timeouts = new Map<WorkerSlot, () => void>();
  readonly #backoff = new Backoff({ minMs: 100, maxMs: 10_000 });
  #settings: WorkerSettings | undefined;
  #stopped = false;

  constructor(options: WorkerCrewOptions) {
    this.#options = options;
  }

  /** Threads that are ready. */
  get slots(): readonly WorkerSlot[] {
    return [...this.#slots].filter(({ ready }) => ready);
  }

  /** Starts the threads; rejects when one dies before it is ready. */
  async start(settings: WorkerSettings): Promise<void> {
    this.#settings = settings;
    await Promise.all(Array.from({ length: this.#options.workers }, () => this.#spawn()));
  }

  /** Ends the threads; gives back the jobs they had. */
  async stop(): Promise<readonly PoolJob[]> {
    this.#stopped = true;
    for (const cancel of [...this.#respawns, ...this.#timeouts.values()]) cancel();
    this.#respawns.clear();
    this.#timeouts.clear();
    const slots = [...this.#slots];
    this.#slots.clear();
    const left = slots.flatMap(({ jobs }) => jobs);
    await Promise.all(slots.map((slot) => slot.terminate()));
    return left;
  }

  /** Gives jobs out one a thread and round, so that no thread has two while another has none. */
  dispatch(): void {
    for (let depth = 0; depth < jobsInThread; depth += 1) {
      for (const slot of this.#slots) {
        if (!slot.free || slot.jobs.length > depth) continue;
        const job = this.#options.next(slot);
        if (job === undefined) continue;
        slot.post(job);
        if (slot.jobs.length === 1) this.#watch(slot);
      }
    }
  }

  /** Resolves when the new thread is ready; rejects when it dies before. */
  #spawn(): Promise<void> {
    return new Promise((resolve, reject) => {
      const { workerFile, onReady } = this.#options;
      const slot = new WorkerSlot(workerFile, this.#settings ?? softwareOnly, {
        ready: (trouble) => {
          onReady(trouble);
          resolve();
          this.dispatch();
        },
        answered: (job, answer) => this.#onAnswer(slot, job, answer),
        died: (why) => {
          this.#slots.delete(slot);
          this.#cancelTimeout(slot);
          if (this.#stopped) reject(new Error(why));
          else this.#onDeath(slot, why, reject);
        },
      });
      this.#slots.add(slot);
    });
  }

  /** Times the job the thread is at; those behind it wait their turn. */
  #watch(slot: WorkerSlot): void {
    this.#cancelTimeout(slot);
    if (slot.jobs.length === 0) return;
    const { clock, jobTimeoutMs } = this.#options;
    this.#timeouts.set(
      slot,
      clock.after(jobTimeoutMs, () => slot.abandon('no answer in time')),
    );
  }

  #cancelTimeout(slot: WorkerSlot): void {
    this.#timeouts.get(slot)?.();
    this.#timeouts.delete(slot);
  }

  #onAnswer(slot: WorkerSlot, job: PoolJob, answer: JobAnswer): void {
    this.#backoff.reset();
    job.answered(answer);
    this.#watch(slot);
    this.dispatch();
  }

  #onDeath(slot: WorkerSlot, why: string, neverReady: (error: Error) => void): void {
    if (slot.ready) {
      const [job, ...behind] = slot.jobs.splice(0);
      this.#options.onDeath(slot, why, job, behind);
    } else neverReady(new Error(why));
    this.#respawn();
    this.dispatch();
  }

  #respawn(): void {
    if (this.#stopped) return;
    const cancel = this.#options.clock.after(this.#backoff.next(), () => {
      this.#respawns.delete(cancel);
      this.#spawn().catch((error: unknown) => {
        if (!this.#stopped) this.#options.log.error({ err: error }, 'decoder thread cannot start; trying again');
      });
    });
    this.#respawns.add(cancel);
  }
}

const softwareOnly: WorkerSettings = { hardware: 'software', skipLoopFilter: false };
