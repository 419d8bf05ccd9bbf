import type { AccessUnit } from '../../domain/access-unit.ts';
import type { PictureSpec } from '../../domain/picture.ts';
import { BoundedQueue } from '../../lib/bounded-queue.ts';
import { type Clock, systemClock } from '../../lib/clock.ts';
import { AppError } from '../../lib/errors.ts';
import type { Service } from '../../lib/lifecycle.ts';
import type { Logger } from '../../lib/log.ts';
import type { Metrics } from '../../lib/metrics.ts';
import type { DecodeFailure, DecodeResult, LookAsk, LookResult } from './decode-result.ts';
import type { HardwareInUse, HardwareName } from './hardware-name.ts';
import type { PoolJob } from './pool-job.ts';
import { type PoolMetrics, poolMetrics } from './pool-metrics.ts';
import { WorkerCrew } from './worker-crew.ts';
import type { StageMs } from './worker-messages.ts';
import { jobsInThread } from './worker-slot.ts';

/** What a decoder pool needs. */
export interface DecoderPoolOptions {
  readonly workers: number;
  readonly queueCapacity: number;
  /** A thread that has not answered for this long is replaced; default 5 s. */
  readonly jobTimeoutMs?: number;
  /** What decodes; default `none`, which is software. */
  readonly hardware?: HardwareName;
  readonly hardwareDevice?: string | undefined;
  /** Looks leave the deblocking filter out; default false. */
  readonly skipLoopFilter?: boolean;
  /** Configuration of the activity gate, for the entry file of the threads: plain values. */
  readonly gate?: unknown;
  readonly log: Logger;
  readonly metrics: Metrics;
  readonly clock?: Clock;
  /** The threads' entry file; by default one without an activity gate. */
  readonly workerFile?: URL;
}

/** What a picture is for: `evidence` of an alert goes before any `look` that may raise one. */
export type DecodePriority = 'look' | 'evidence';

/**
 * Decodes keyframes of all cameras in a few threads. Evidence and looks wait apart and a full queue drops its own oldest
 * job, so that no overload of looks takes an alert's picture away. A thread that dies or hangs is
 * replaced and only its own job fails.
 */
export class DecoderPool implements Service {
  /** Looks it takes at once before they wait. */
  readonly slots: number;
  readonly #log: Logger;
  /** In the order they are served. */
  readonly #queues: Readonly<Record<DecodePriority, BoundedQueue<PoolJob>>>;
  /** Jobs a dying thread had not begun; they go before the queues. At most one a thread. */
  readonly #returned: PoolJob[] = [];
  readonly #crew: WorkerCrew;
  readonly #metrics: PoolMetrics;
  readonly #asked: HardwareName;
  #hardware: HardwareInUse | undefined;
  #state: 'new' | 'running' | 'stopped' = 'new';
  #nextId = 1;

  constructor(options: DecoderPoolOptions) {
    this.slots = options.workers * jobsInThread;
    this.#log = options.log;
    this.#metrics = poolMetrics(options.metrics);
    this.#asked = options.hardware ?? 'none';
    this.#queues = {
      evidence: new BoundedQueue(options.queueCapacity, 'drop-oldest'),
      look: new BoundedQueue(options.queueCapacity, 'drop-oldest'),
    };
    this.#crew = new WorkerCrew({
      workers: options.workers,
      workerFile: options.workerFile ?? new URL('./decode-worker.ts', import.meta.url),
      settings: {
        hardware: this.#asked,
        skipLoopFilter: options.skipLoopFilter ?? false,
        gate: options.gate,
        ...(options.hardwareDevice === undefined ? {} : { hardwareDevice: options.hardwareDevice }),
      },
      jobTimeoutMs: options.jobTimeoutMs ?? 5000,
      clock: options.clock ?? systemClock,
      log: options.log,
      next: () => this.#next(),
      onReady: (hardware) => this.#onReady(hardware),
      onResult: (job, result, stages) => job.settle(result, stages),
      onDeath: (_slot, why, job, behind) => this.#onDeath(why, job, behind),
    });
  }

  /** What decodes; undefined until the first thread has tried. */
  get hardware(): HardwareInUse | undefined {
    return this.#hardware;
  }

  /** Starts the threads. @throws AppError MB_MISSING_PART when one cannot start (no FFmpeg library here). */
  async start(signal: AbortSignal): Promise<void> {
    if (this.#state !== 'new') return;
    this.#state = 'running';
    signal.addEventListener('abort', () => void this.stop(), { once: true });
    try {
      await this.#crew.start();
    } catch (error) {
      if (signal.aborted) return;
      await this.stop();
      throw new AppError('MB_MISSING_PART', 'the video decoder (npm package node-av) cannot start', { cause: error });
    }
  }

  /** Fails what waits and ends the threads. */
  async stop(): Promise<void> {
    this.#state = 'stopped';
    const ending = this.#crew.stop();
    const waiting = Object.values(this.#queues).flatMap((queue) => queue.drain());
    for (const job of [...this.#returned.splice(0), ...waiting]) job.settle(stopped);
    for (const job of await ending) job.settle(stopped);
  }

  /**
   * Decodes one keyframe into the picture asked for. Never rejects. Without a priority, a picture in the camera's own size
   * is evidence: detectors ask for theirs.
   */
  async decode(
    unit: AccessUnit,
    spec: PictureSpec,
    { priority = spec.fit === 'original' ? 'evidence' : 'look' }: { readonly priority?: DecodePriority } = {},
  ): Promise<DecodeResult> {
    const result = await this.#enqueue(unit, { specs: [spec], always: true, at: unit.receivedAt }, priority);
    if (!result.ok) return result;
    const [picture] = result.pictures;
    if (picture === undefined) return { ok: false, reason: 'unsupported', detail: 'no picture' };
    return { ok: true, picture, decodeMs: result.decodeMs };
  }

  /**
   * Looks at one keyframe: decodes it once, compares it with its camera's past where the threads have a gate, and gives
   * the pictures in `ask.specs` where that, or `ask.always`, calls for them. Never rejects.
   */
  look(unit: AccessUnit, ask: LookAsk): Promise<LookResult> {
    return this.#enqueue(unit, ask, 'look');
  }

  #enqueue(unit: AccessUnit, ask: LookAsk, priority: DecodePriority): Promise<LookResult> {
    if (this.#state !== 'running') return Promise.resolve(stopped);
    if (!unit.keyframe) {
      return Promise.resolve({ ok: false, reason: 'unsupported', detail: 'not a keyframe: it does not decode alone' });
    }
    return new Promise((resolve) => {
      const queue = this.#queues[priority];
      if (queue.size === queue.capacity) {
        queue.shift()?.settle({ ok: false, reason: 'overloaded', detail: `${queue.capacity} were waiting` });
      }
      queue.push(this.#lookJob(unit, ask, priority, resolve));
      this.#crew.dispatch();
      this.#countWaiting();
    });
  }

  #lookJob(unit: AccessUnit, ask: LookAsk, priority: DecodePriority, resolve: (result: LookResult) => void): PoolJob {
    const id = this.#nextId++;
    return {
      id,
      camera: unit.cameraId,
      pack: (lane) => {
        const [data = new Uint8Array()] = lane.fill([unit.data]);
        return { kind: 'look', id, codec: unit.codec, data, exact: priority === 'evidence', ask };
      },
      settle: (result = nothing, stages = undefined) => {
        this.#count(result, stages);
        resolve(result);
      },
    };
  }

  #next(): PoolJob | undefined {
    return this.#returned.shift() ?? this.#queues.evidence.shift() ?? this.#queues.look.shift();
  }

  #count(result: LookResult, stages: StageMs | undefined): void {
    this.#metrics.keyframes.inc({ result: result.ok ? 'ok' : result.reason });
    if (result.ok) this.#metrics.seconds.observe(result.decodeMs / 1000);
    for (const [stage, ms] of Object.entries(stages ?? {})) this.#metrics.stages.observe({ stage }, ms / 1000);
    this.#countWaiting();
  }

  #countWaiting(): void {
    this.#metrics.waiting.set(this.#queues.evidence.size + this.#queues.look.size);
  }

  #onReady(hardware: HardwareInUse): void {
    if (this.#hardware?.why === hardware.why && this.#hardware.used === hardware.used) return;
    this.#hardware = hardware;
    if (hardware.asked === 'none') return;
    if (hardware.used === 'software') this.#log.warn(hardware, 'decoding in software although hardware was asked for');
    else this.#log.info(hardware, 'decoding in hardware');
  }

  #onDeath(why: string, job: PoolJob | undefined, behind: readonly PoolJob[]): void {
    this.#metrics.deaths.inc();
    this.#log.warn({ why, camera: job?.camera }, 'decoder thread died; replacing it');
    job?.settle({ ok: false, reason: 'decoder-died', detail: why });
    this.#returned.push(...behind);
  }
}

const stopped: DecodeFailure = { ok: false, reason: 'decoder-died', detail: 'the decoder pool is not running' };
const nothing: DecodeFailure = { ok: false, reason: 'unsupported', detail: 'the thread gave no picture' };
