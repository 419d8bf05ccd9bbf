import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import { messageOf } from '../../lib/errors.ts';
import type { PoolJob } from './pool-job.ts';
import { SharedLane } from './shared-lane.ts';
import type { CloseStream, EndThread, JobAnswer, WorkerAnswer, WorkerSettings } from './worker-messages.ts';

/** Jobs in a thread at once: the second is there when the first is done, which saves it a wait of some 0.5 ms. */
export const jobsInThread = 2;

/** What a thread may take for the two jobs it has at most, before it is torn down. */
const endWithinMs = 2000;

/** What a slot tells its crew. */
export interface WorkerSlotEvents {
  ready(trouble: string | undefined): void;
  answered(job: PoolJob, answer: JobAnswer): void;
  /** The thread is gone, once; no further event follows. */
  died(why: string): void;
}

/** One decoder thread and the jobs it has. */
export class WorkerSlot {
  /** Jobs in the thread, in order: it works on the first. */
  readonly jobs: PoolJob[] = [];
  ready = false;
  readonly #worker: Worker;
  readonly #events: WorkerSlotEvents;
  readonly #lanes = Array.from({ length: jobsInThread }, () => new SharedLane());
  readonly #laneOf = new Map<PoolJob, SharedLane>();
  #gone = false;
  #exited = false;

  constructor(file: URL, settings: WorkerSettings, events: WorkerSlotEvents) {
    this.#events = events;
    this.#worker = new Worker(file, { name: 'decoder', workerData: settings });
    this.#worker.on('message', (answer: WorkerAnswer) => this.#onAnswer(answer));
    this.#worker.on('error', (error) => this.#die(messageOf(error)));
    this.#worker.on('exit', (code) => {
      this.#exited = true;
      this.#die(`thread ended with code ${code}`);
    });
  }

  /** Room for one more job. */
  get free(): boolean {
    return this.ready && this.jobs.length < jobsInThread;
  }

  /** Hands a job over; only while there is room. */
  post(job: PoolJob): void {
    const lane = this.#lanes.find(({ busy }) => !busy);
    if (lane === undefined) throw new RangeError('no lane free: the thread has all the jobs it takes');
    lane.busy = true;
    this.#laneOf.set(job, lane);
    this.jobs.push(job);
    this.#worker.postMessage(job.pack(lane));
  }

  /** Tells the thread to let a camera's stream go. */
  closeStream(stream: number): void {
    const order: CloseStream = { kind: 'close', stream };
    if (!this.#gone) this.#worker.postMessage(order);
  }

  /** Gives the thread up although it still runs (it hangs): reported as died at once. */
  abandon(why: string): void {
    this.#die(why);
    void this.#worker.terminate();
  }

  /** Ends the thread once it is through with what it has. Torn down in the midst of native code, it can take the process with it. */
  async terminate(): Promise<void> {
    this.#die('stopped');
    if (this.#exited) return;
    const order: EndThread = { kind: 'end' };
    this.#worker.postMessage(order);
    const patience = new AbortController();
    const ended = once(this.#worker, 'exit', { signal: patience.signal });
    const late = setTimeout(() => patience.abort(), endWithinMs);
    await ended.catch(() => this.#worker.terminate());
    clearTimeout(late);
  }

  #onAnswer(answer: WorkerAnswer): void {
    if (this.#gone) return;
    if (answer.kind === 'ready') {
      this.ready = true;
      this.#events.ready(answer.trouble);
      return;
    }
    const at = this.jobs.findIndex(({ id }) => id === answer.id);
    const [job] = at < 0 ? [] : this.jobs.splice(at, 1);
    if (job === undefined) return;
    const lane = this.#laneOf.get(job);
    if (lane !== undefined) lane.busy = false;
    this.#laneOf.delete(job);
    this.#events.answered(job, answer);
  }

  #die(why: string): void {
    if (this.#gone) return;
    this.#gone = true;
    this.#events.died(why);
  }
}
