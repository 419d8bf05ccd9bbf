import type { AccessUnit } from '../../domain/access-unit.ts';
import type { PictureSpec } from '../../domain/picture.ts';
import { Backoff } from '../../lib/backoff.ts';
import { BoundedQueue } from '../../lib/bounded-queue.ts';
import { type Clock, systemClock } from '../../lib/clock.ts';
import { AppError } from '../../lib/errors.ts';
import type { Service } from '../../lib/lifecycle.ts';
import type { Logger } from '../../lib/log.ts';
import type { Counter, Gauge, Histogram, Metrics } from '../../lib/metrics.ts';
import type { DecodeResult } from './decode-result.ts';
import { WorkerSlot } from './worker-slot.ts';

/** What a decoder pool needs. */
export interface DecoderPoolOptions {
  readonly workers: number;
  readonly queueCapacity: number;
  /** A thread that has not answered for this long is replaced; default 5 s. */
  readonly jobTimeoutMs?: number;
  readonly log: Logger;
  readonly metrics: Metrics;
  readonly clock?: Clock;
  /** The worker's source; tests put one here that dies. */
  readonly workerFile?: URL;
}

/** Jobs in a thread at once: the second is there when the first is done, which saves it a wait of some 0.5 ms. */
const inFlight = 2;

interface Job {
  readonly id: number;
  readonly unit: AccessUnit;
  readonly spec: PictureSpec;
  readonly resolve: (result: DecodeResult) => void;
  cancelTimeout: () => void;
}

/** What a picture is for: `evidence` of an alert goes before any `look` that may raise one. */
export type DecodePriority = 'look' | 'evidence';

/**
 * Decodes keyframes of all cameras in a few threads. Evidence and looks wait apart and a full queue drops its own oldest
 * job, so that no overload of looks takes an alert's picture away. A thread that dies or hangs is
 * replaced and only its own job fails.
 */
export class DecoderPool implements Service {
  readonly #options: DecoderPoolOptions;
  readonly #clock: Clock;
  readonly #log: Logger;
  /** In the order they are served. */
  readonly #queues: Readonly<Record<DecodePriority, BoundedQueue<Job>>>;
  /** Jobs a dying thread had not begun; they go before the queues. At most one a thread. */
  readonly #returned: Job[] = [];
  readonly #running = new Map<number, Job>();
  readonly #slots = new Set<WorkerSlot>();
  readonly #respawns = new Set<() => void>();
  readonly #backoff = new Backoff({ minMs: 100, maxMs: 10_000 });
  readonly #metrics: {
    jobs: Counter<'result'>;
    seconds: Histogram;
    waiting: Gauge;
    deaths: Counter;
  };
  #state: 'new' | 'running' | 'stopped' = 'new';
  #nextId = 1;

  constructor(options: DecoderPoolOptions) {
    this.#options = options;
    this.#clock = options.clock ?? systemClock;
    this.#log = options.log;
    this.#queues = {
      evidence: new BoundedQueue(options.queueCapacity, 'drop-oldest'),
      look: new BoundedQueue(options.queueCapacity, 'drop-oldest'),
    };
    this.#metrics = {
      jobs: options.metrics.counter('maplebridge_decode_keyframes_total', 'Keyframes by result.', ['result']),
      seconds: options.metrics.latency('maplebridge_decode_seconds', 'Time in the decoder thread, scaling included.'),
      waiting: options.metrics.gauge('maplebridge_decode_queue', 'Keyframes waiting for a decoder.'),
      deaths: options.metrics.counter('maplebridge_decode_worker_deaths_total', 'Decoder threads that died.'),
    };
  }

  /** Starts the threads. @throws AppError MB_MISSING_PART when one cannot start (no FFmpeg library here). */
  async start(signal: AbortSignal): Promise<void> {
    if (this.#state !== 'new') return;
    this.#state = 'running';
    signal.addEventListener('abort', () => void this.stop(), { once: true });
    const ready = Array.from({ length: this.#options.workers }, () => this.#spawn());
    try {
      await Promise.all(ready);
    } catch (error) {
      if (signal.aborted) return;
      await this.stop();
      throw new AppError('MB_MISSING_PART', 'the video decoder (npm package node-av) cannot start', { cause: error });
    }
  }

  /** Fails what waits and ends the threads. */
  async stop(): Promise<void> {
    this.#state = 'stopped';
    for (const cancel of this.#respawns) cancel();
    this.#respawns.clear();
    const waiting = Object.values(this.#queues).flatMap((queue) => queue.drain());
    const left = [...this.#running.values(), ...this.#returned.splice(0), ...waiting];
    for (const job of left) this.#settle(job, stopped);
    const slots = [...this.#slots];
    this.#slots.clear();
    await Promise.all(slots.map((slot) => slot.terminate()));
  }

  /**
   * Decodes one keyframe into the picture asked for. Never rejects. Without a priority, a picture in the camera's own size
   * is evidence: detectors ask for theirs.
   */
  decode(
    unit: AccessUnit,
    spec: PictureSpec,
    { priority = spec.fit === 'original' ? 'evidence' : 'look' }: { readonly priority?: DecodePriority } = {},
  ): Promise<DecodeResult> {
    if (this.#state !== 'running') return Promise.resolve(stopped);
    if (!unit.keyframe) {
      return Promise.resolve({ ok: false, reason: 'unsupported', detail: 'not a keyframe: it does not decode alone' });
    }
    return new Promise((resolve) => {
      const job: Job = { id: this.#nextId++, unit, spec, resolve, cancelTimeout: () => {} };
      const queue = this.#queues[priority];
      if (queue.size === queue.capacity) {
        const oldest = queue.shift();
        if (oldest !== undefined) {
          this.#settle(oldest, { ok: false, reason: 'overloaded', detail: `${queue.capacity} were waiting` });
        }
      }
      queue.push(job);
      this.#dispatch();
    });
  }

  /** Resolves when the new thread is ready; rejects when it dies before. */
  #spawn(): Promise<void> {
    return new Promise((resolve, reject) => {
      const file = this.#options.workerFile ?? new URL('./decode-worker.ts', import.meta.url);
      const slot = new WorkerSlot(file, {
        ready: () => {
          resolve();
          this.#dispatch();
        },
        result: (id, result) => this.#onResult(slot, id, result),
        died: (why) => {
          this.#slots.delete(slot);
          if (!slot.ready) reject(new Error(why));
          else if (this.#state === 'running') this.#onDeath(slot, why);
        },
      });
      this.#slots.add(slot);
    });
  }

  /** Gives jobs out one a thread and round, so that no thread has two while another has none. */
  #dispatch(): void {
    for (let depth = 0; depth < inFlight; depth += 1) {
      for (const slot of this.#slots) {
        if (!slot.ready || slot.jobs.length > depth) continue;
        const job = this.#returned.shift() ?? this.#queues.evidence.shift() ?? this.#queues.look.shift();
        if (job === undefined) break;
        this.#running.set(job.id, job);
        // Copied: the unit stays here as evidence, and its buffer may be shared with its neighbours.
        slot.post({ id: job.id, codec: job.unit.codec, data: new Uint8Array(job.unit.data), spec: job.spec });
        if (slot.jobs.length === 1) this.#watch(slot);
      }
    }
    this.#metrics.waiting.set(this.#queues.evidence.size + this.#queues.look.size);
  }

  /** Times the job the thread is at; those behind it wait their turn. */
  #watch(slot: WorkerSlot): void {
    const job = this.#running.get(slot.jobs[0] ?? 0);
    if (job === undefined) return;
    job.cancelTimeout();
    job.cancelTimeout = this.#clock.after(this.#options.jobTimeoutMs ?? 5000, () => slot.abandon('no answer in time'));
  }

  #onResult(slot: WorkerSlot, id: number, result: DecodeResult): void {
    this.#backoff.reset();
    const job = this.#running.get(id);
    if (job !== undefined) this.#settle(job, result);
    this.#watch(slot);
    this.#dispatch();
  }

  #settle(job: Job, result: DecodeResult): void {
    job.cancelTimeout();
    this.#running.delete(job.id);
    this.#metrics.jobs.inc({ result: result.ok ? 'ok' : result.reason });
    if (result.ok) this.#metrics.seconds.observe(result.decodeMs / 1000);
    job.resolve(result);
  }

  #onDeath(slot: WorkerSlot, why: string): void {
    this.#metrics.deaths.inc();
    const [job, ...behind] = slot.jobs.flatMap((id) => this.#running.get(id) ?? []);
    this.#log.warn({ why, camera: job?.unit.cameraId }, 'decoder thread died; replacing it');
    if (job !== undefined) this.#settle(job, { ok: false, reason: 'decoder-died', detail: why });
    for (const each of behind) this.#running.delete(each.id);
    this.#returned.push(...behind);
    this.#dispatch();
    this.#respawn();
  }

  #respawn(): void {
    if (this.#state !== 'running') return;
    const cancel = this.#clock.after(this.#backoff.next(), () => {
      this.#respawns.delete(cancel);
      this.#spawn().catch((error: unknown) => {
        this.#log.error({ err: error }, 'decoder thread cannot start; trying again');
        this.#respawn();
      });
    });
    this.#respawns.add(cancel);
  }
}

const stopped: DecodeResult = { ok: false, reason: 'decoder-died', detail: 'the decoder pool is not running' };
