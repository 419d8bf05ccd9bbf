import { Worker } from 'node:worker_threads';
import { messageOf } from '../../lib/errors.ts';
import type { DecodeResult } from './decode-result.ts';
import type { DecodeJob, WorkerAnswer } from './worker-messages.ts';

/** What a slot tells its pool. */
export interface WorkerSlotEvents {
  ready(): void;
  result(id: number, result: DecodeResult): void;
  /** The thread is gone, once; no further event follows. */
  died(why: string): void;
}

/** One decoder thread and the jobs it has. */
export class WorkerSlot {
  /** Ids of the jobs in the thread, in order: it works on the first. */
  readonly jobs: number[] = [];
  ready = false;
  readonly #worker: Worker;
  readonly #events: WorkerSlotEvents;
  #gone = false;

  constructor(file: URL, events: WorkerSlotEvents) {
    this.#events = events;
    this.#worker = new Worker(file, { name: 'decoder' });
    this.#worker.on('message', (answer: WorkerAnswer) => this.#onAnswer(answer));
    this.#worker.on('error', (error) => this.#die(messageOf(error)));
    this.#worker.on('exit', (code) => this.#die(`thread ended with code ${code}`));
  }

  /** Hands a job over; its buffer moves to the thread. */
  post(job: DecodeJob): void {
    this.jobs.push(job.id);
    this.#worker.postMessage(job, [job.data.buffer as ArrayBuffer]);
  }

  /** Gives the thread up although it still runs (it hangs): reported as died at once. */
  abandon(why: string): void {
    this.#die(why);
    void this.#worker.terminate();
  }

  /** Ends the thread. */
  async terminate(): Promise<void> {
    this.#die('stopped');
    await this.#worker.terminate();
  }

  #onAnswer(answer: WorkerAnswer): void {
    if (this.#gone) return;
    if (answer.kind === 'ready') {
      this.ready = true;
      this.#events.ready();
      return;
    }
    const at = this.jobs.indexOf(answer.id);
    if (at >= 0) this.jobs.splice(at, 1);
    this.#events.result(answer.id, answer.result);
  }

  #die(why: string): void {
    if (this.#gone) return;
    this.#gone = true;
    this.#events.died(why);
  }
}
