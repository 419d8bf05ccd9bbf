import { createPostgresBackend, type Processor, Queue, Worker } from 'bullmq';
import { Redis } from 'ioredis';
import type { Clock } from '../../lib/clock.ts';
import { AppError, messageOf } from '../../lib/errors.ts';
import { sha256 } from '../../lib/hash.ts';
import type { Logger } from '../../lib/log.ts';
import type { ConnectionTarget } from '../store/database.ts';
import type { DeskJob } from '../store/jobs.ts';
import type { JobQueue } from './job-queue.ts';

/** What both backends' queues and workers have; BullMQ's own types differ by backend. */
interface Part {
  waitUntilReady(): Promise<unknown>;
  close(force?: boolean): Promise<void>;
  on(event: 'error', listener: (error: Error) => void): unknown;
}
interface BulkQueue extends Part {
  add(name: string, data: readonly DeskJob[], opts: object): Promise<unknown>;
  addBulk(jobs: readonly { name: string; data: readonly DeskJob[]; opts: object }[]): Promise<unknown>;
}
interface Backend {
  readonly up: boolean;
  queue(name: string): BulkQueue;
  worker(name: string, processor: Processor<readonly DeskJob[]>): Part;
  close(): Promise<void>;
}

/** One queue a kind of job: delayed clocks never stand before a dispatch. Neither name may hold a colon (Redis keys). */
const kinds = ['dispatch', 'sign-clock'] as const;
/** What is done or failed need not stay: Postgres knows what is owed, and an id that is gone can be scheduled again. */
const jobOptions = { removeOnComplete: true, removeOnFail: true };
/**
 * Jobs that are due together travel as one: measured, BullMQ on Postgres takes 15 ms of CPU for each thing it schedules
 * and runs, and a transaction of a hundred tickets costs little more than ten of one. No more, so that what is taken in
 * meanwhile does not wait long for the audit chain's head.
 */
const groupSize = 100;
/**
 * Up to so many are scheduled one by one: BullMQ's bulk insert on Postgres makes and drops two temporary tables (measured:
 * 24 ms a call, against 0.6 ms for each by itself).
 */
const bulkFrom = 9;
/** Jobs so close together ring at the same time, the last one's. */
const sameTimeMs = 10;
/** All transactions of the desk take turns at the chain's head: more at a time would only stand before the intake. */
const concurrency = 1;
const readyTimeoutMs = 4_000;
const closeTimeoutMs = 3_000;

/** Where the queue lives. */
export type QueueTarget =
  | { readonly kind: 'redis'; readonly url: string }
  | { readonly kind: 'database'; readonly target: ConnectionTarget };

/** The job queue on BullMQ, over Redis or over the desk's own database: the only file that speaks BullMQ and Redis. */
export class BullmqQueue implements JobQueue {
  readonly #target: QueueTarget;
  readonly #clock: Clock;
  readonly #waitMs: (job: DeskJob) => number;
  readonly #log: Logger;
  #backend: Backend | undefined;
  #queues = new Map<DeskJob['kind'], BulkQueue>();
  #workers: Part[] = [];
  #loggedAt = Number.NEGATIVE_INFINITY;

  /** `waitMs`: how long a job still waits. */
  constructor(options: { target: QueueTarget; waitMs: (job: DeskJob) => number; clock: Clock; log: Logger }) {
    this.#target = options.target;
    this.#clock = options.clock;
    this.#waitMs = options.waitMs;
    this.#log = options.log;
  }

  get up(): boolean {
    return this.#queues.size === kinds.length && (this.#backend?.up ?? false);
  }

  async start(work: (jobs: readonly DeskJob[]) => Promise<void>): Promise<void> {
    const backend =
      this.#target.kind === 'redis'
        ? redisBackend(this.#target.url, (error) => this.#complain(error))
        : databaseBackend(this.#target.target);
    this.#backend = backend;
    try {
      for (const kind of kinds) {
        const queue = this.#watched(backend.queue(kind));
        this.#queues.set(kind, queue);
        await inTime(queue.waitUntilReady(), readyTimeoutMs);
        const worker = this.#watched(backend.worker(kind, (job) => this.#run([job.data].flat(), work)));
        this.#workers.push(worker);
        await inTime(worker.waitUntilReady(), readyTimeoutMs);
      }
    } catch (error) {
      await this.stop();
      throw new AppError('MB_QUEUE_UNREACHABLE', `the job queue cannot be reached: ${messageOf(error)}`, {
        cause: error,
      });
    }
  }

  async add(jobs: readonly DeskJob[]): Promise<void> {
    for (const kind of kinds) {
      const mine = jobs.filter((job) => job.kind === kind);
      if (mine.length === 0) continue;
      const queue = this.#queues.get(kind);
      if (queue === undefined) throw new AppError('MB_QUEUE_UNREACHABLE', 'the job queue is not connected yet');
      try {
        const groups = groupsOf(mine, (job) => this.#waitMs(job)).map(({ group, delayMs }) => ({
          name: kind,
          data: group,
          opts: { ...jobOptions, jobId: groupId(group), delay: delayMs },
        }));
        if (groups.length < bulkFrom) for (const { name, data, opts } of groups) await queue.add(name, data, opts);
        else await queue.addBulk(groups);
      } catch (error) {
        throw new AppError('MB_QUEUE_UNREACHABLE', `jobs could not be scheduled: ${messageOf(error)}`, {
          cause: error,
        });
      }
    }
  }

  async stop(): Promise<void> {
    const workers = this.#workers;
    const queues = [...this.#queues.values()];
    this.#workers = [];
    this.#queues = new Map();
    await Promise.all(workers.map((worker) => closed(worker)));
    await Promise.all(queues.map((queue) => closed(queue)));
    await this.#backend?.close();
    this.#backend = undefined;
  }

  async #run(jobs: readonly DeskJob[], work: (jobs: readonly DeskJob[]) => Promise<void>): Promise<void> {
    try {
      await work(jobs);
    } catch (error) {
      // Still owed in Postgres: the relay schedules it again.
      const first = jobs[0]?.id;
      this.#log.warn({ job: first, jobs: jobs.length, reason: messageOf(error) }, 'job failed; it is tried again');
      const lost = error instanceof AppError && error.retryable;
      if (lost || jobs.length === 1) throw error;
      // One ticket that cannot be worked on must not hold up the others.
      for (const job of jobs) await this.#run([job], work).catch(() => undefined);
    }
  }

  #watched<P extends Part>(part: P): P {
    part.on('error', (error) => this.#complain(error));
    return part;
  }

  /** At most once a second: a lost Redis reports every retry of every connection. */
  #complain(error: Error): void {
    const now = this.#clock.monotonic();
    if (now - this.#loggedAt < 1000) return;
    this.#loggedAt = now;
    this.#log.warn({ code: 'MB_QUEUE_UNREACHABLE', reason: messageOf(error) }, 'job queue');
  }
}

/** Jobs due at the same time together; a dispatch is due at once, and nobody counts its wait. */
function groupsOf(jobs: readonly DeskJob[], waitMs: (job: DeskJob) => number) {
  const delayOf = (job: DeskJob) => Math.ceil(Math.max(0, waitMs(job)) / sameTimeMs) * sameTimeMs;
  const byDelay = Map.groupBy(jobs, (job) => (job.kind === 'dispatch' ? 0 : delayOf(job)));
  return [...byDelay].flatMap(([delayMs, due]) =>
    Array.from({ length: Math.ceil(due.length / groupSize) }, (_, index) => ({
      group: due.slice(index * groupSize, (index + 1) * groupSize),
      delayMs,
    })),
  );
}

/** The same jobs have the same id, so that handing them over twice schedules them once. */
function groupId(jobs: readonly DeskJob[]): string {
  const [first] = jobs;
  if (jobs.length === 1 && first !== undefined) return first.id;
  return `group-${sha256(jobs.map((job) => job.id).join(' '))}`;
}

function redisBackend(url: string, onError: (error: Error) => void): Backend {
  const connections: Redis[] = [];
  const connect = (options: { maxRetriesPerRequest: number | null; enableOfflineQueue: boolean }) => {
    const redis = new Redis(url, options);
    redis.on('error', onError);
    connections.push(redis);
    return redis;
  };
  return {
    get up() {
      return connections.every((redis) => redis.status === 'ready');
    },
    // Scheduling fails at once while Redis is away: the job stays owed, and nothing piles up in memory.
    queue: (name) =>
      new Queue<readonly DeskJob[]>(name, {
        connection: connect({ maxRetriesPerRequest: 1, enableOfflineQueue: false }),
        prefix: 'maplebridge',
      }) as BulkQueue,
    worker: (name, processor) =>
      new Worker<readonly DeskJob[]>(name, processor, {
        connection: connect({ maxRetriesPerRequest: null, enableOfflineQueue: true }),
        prefix: 'maplebridge',
        concurrency,
      }),
    close: async () => {
      for (const redis of connections) redis.disconnect();
    },
  };
}

function databaseBackend(target: ConnectionTarget): Backend {
  // Two connections a pool: BullMQ listens on one of its own besides.
  const connection = { ...target, max: 2, migrate: true };
  return {
    // Its database answers for itself.
    up: true,
    queue: (name) => new Queue(name, { connection }, createPostgresBackend) as unknown as BulkQueue,
    worker: (name, processor) =>
      new Worker(name, processor, { connection, concurrency }, createPostgresBackend) as unknown as Part,
    close: async () => undefined,
  };
}

async function inTime<T>(work: Promise<T>, timeoutMs: number): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  try {
    return await Promise.race([
      work,
      new Promise<never>((_, reject) => {
        timer = setTimeout(() => reject(new Error(`no answer in ${timeoutMs} ms`)), timeoutMs);
      }),
    ]);
  } finally {
    clearTimeout(timer);
  }
}

/** Closes gracefully, or by force when the server behind it does not answer. */
async function closed(part: Part): Promise<void> {
  await inTime(part.close(), closeTimeoutMs).catch(() => {
    // Not awaited: without its server a forced close may never settle either.
    part.close(true).catch(() => undefined);
  });
}
