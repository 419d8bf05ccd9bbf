import type { AccessUnit } from '../../domain/access-unit.ts';
import type { CameraId } from '../../domain/ids.ts';
import type { PictureSpec } from '../../domain/picture.ts';
import { type Clock, systemClock } from '../../lib/clock.ts';
import { AppError } from '../../lib/errors.ts';
import type { Service } from '../../lib/lifecycle.ts';
import type { Logger } from '../../lib/log.ts';
import type { Metrics } from '../../lib/metrics.ts';
import type { DecodeFailure, DecodeResult, LookAsk, LookResult } from './decode-result.ts';
import type { HardwareInUse, HardwareName } from './hardware-name.ts';
import { probeHardware } from './hardware-probe.ts';
import { type DecodePriority, LookQueue } from './look-queue.ts';
import type { PoolJob } from './pool-job.ts';
import { PoolMetrics } from './pool-metrics.ts';
import { StreamBook } from './stream-book.ts';
import { WorkerCrew } from './worker-crew.ts';
import type { WorkerSettings } from './worker-messages.ts';
import { jobsInThread, type WorkerSlot } from './worker-slot.ts';

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
  /** Cameras decoded continuously at once; default 16. */
  readonly maxStreams?: number;
  readonly log: Logger;
  readonly metrics: Metrics;
  readonly clock?: Clock;
  /** The threads' entry file; by default one without an activity gate. */
  readonly workerFile?: URL;
}

/**
 * Decodes for all cameras in a few threads: single keyframes, each on its own, on whichever thread is free; and for the
 * few cameras with a stream every unit in order, on the thread that has their decoder. A thread that dies or hangs is
 * replaced: the job it was at fails, and its streams go on at their next keyframes.
 */
export class DecoderPool implements Service {
  /** Looks it takes at once before they wait. */
  readonly slots: number;
  readonly #options: DecoderPoolOptions;
  readonly #log: Logger;
  readonly #looks: LookQueue;
  readonly #streams: StreamBook;
  /** Jobs a dying thread had not begun; they go before the queues. At most one a thread. */
  readonly #returned: PoolJob[] = [];
  readonly #crew: WorkerCrew;
  readonly #metrics: PoolMetrics;
  #hardware: HardwareInUse | undefined;
  #state: 'new' | 'running' | 'stopped' = 'new';
  #lastId = 0;
  #streamsTurn = false;

  constructor(options: DecoderPoolOptions) {
    const { workers, queueCapacity } = options;
    this.#options = options;
    this.slots = workers * jobsInThread;
    this.#log = options.log;
    this.#metrics = new PoolMetrics(options.metrics);
    this.#looks = new LookQueue(queueCapacity, this.#metrics);
    this.#crew = new WorkerCrew({
      workers,
      workerFile: options.workerFile ?? new URL('./decode-worker.ts', import.meta.url),
      jobTimeoutMs: options.jobTimeoutMs ?? 5000,
      clock: options.clock ?? systemClock,
      log: options.log,
      next: (slot) => this.#next(slot),
      onReady: (trouble) => this.#onReady(trouble),
      onDeath: (slot, why, job, behind) => this.#onDeath(slot, why, job, behind),
    });
    this.#streams = new StreamBook({
      maxStreams: options.maxStreams ?? 16,
      newId: () => this.#newId(),
      slots: () => this.#crew.slots,
      metrics: this.#metrics,
    });
  }

  /** What decodes; undefined until it was tried at the start. */
  get hardware(): HardwareInUse | undefined {
    return this.#hardware;
  }

  /** Starts the threads. @throws AppError MB_MISSING_PART when one cannot start (no FFmpeg library here). */
  async start(signal: AbortSignal): Promise<void> {
    if (this.#state !== 'new') return;
    this.#state = 'running';
    signal.addEventListener('abort', () => void this.stop(), { once: true });
    try {
      const settings = await this.#settings();
      if (this.#state === 'running') await this.#crew.start(settings);
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
    for (const job of [...this.#returned.splice(0), ...this.#looks.drain()]) job.failed(stopped);
    this.#streams.stop(stopped);
    for (const job of await ending) job.failed(stopped);
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

  /**
   * Begins to decode a camera continuously: feed it every unit from then on. False when `maxStreams` cameras are, which
   * leaves this one with its keyframes.
   */
  openStream(camera: CameraId): boolean {
    return this.#state === 'running' && this.#streams.open(camera);
  }

  /**
   * Takes the next unit of a camera with a stream, every one in order. With an `ask` it resolves with what became of its
   * picture, without one at once; undefined while waiting for a keyframe, and when the stream is closed meanwhile. Where
   * pictures are reordered (B-frames) the answer comes with one of the units after it. Never rejects.
   */
  feed(unit: AccessUnit, ask?: LookAsk): Promise<LookResult | undefined> {
    if (this.#state !== 'running') return Promise.resolve(undefined);
    const result = this.#streams.feed(unit, ask);
    this.#crew.dispatch();
    return result;
  }

  /** Lets a camera's stream go, and its decoder's memory. */
  closeStream(camera: CameraId): void {
    this.#streams.close(camera);
  }

  #enqueue(unit: AccessUnit, ask: LookAsk, priority: DecodePriority): Promise<LookResult> {
    if (this.#state !== 'running') return Promise.resolve(stopped);
    if (!unit.keyframe) {
      return Promise.resolve({ ok: false, reason: 'unsupported', detail: 'not a keyframe: it does not decode alone' });
    }
    const result = this.#looks.add(this.#newId(), unit, ask, priority);
    this.#crew.dispatch();
    return result;
  }

  /** Evidence first; then streams and looks by turns, so that neither can starve the other. */
  #next(slot: WorkerSlot): PoolJob | undefined {
    const urgent = this.#returned.shift() ?? this.#looks.next('evidence');
    if (urgent !== undefined) return urgent;
    this.#streamsTurn = !this.#streamsTurn;
    return this.#streamsTurn
      ? (this.#streams.next(slot) ?? this.#looks.next('look'))
      : (this.#looks.next('look') ?? this.#streams.next(slot));
  }

  #newId(): number {
    this.#lastId += 1;
    return this.#lastId;
  }

  /** Tries the hardware that was asked for, and says what is used. */
  async #settings(): Promise<WorkerSettings> {
    const { hardware: asked = 'none', hardwareDevice, skipLoopFilter = false, gate } = this.#options;
    const inUse = await probeHardware({ asked, device: hardwareDevice });
    this.#hardware = inUse;
    if (asked !== 'none') {
      if (inUse.used === 'software') this.#log.warn(inUse, 'hardware cannot decode: decoding in software');
      else this.#log.info(inUse, 'decoding in hardware');
    }
    const device = hardwareDevice === undefined ? {} : { hardwareDevice };
    return { hardware: inUse.used, skipLoopFilter, gate, ...device };
  }

  #onReady(trouble: string | undefined): void {
    if (trouble === undefined || this.#hardware === undefined) return;
    this.#hardware = { ...this.#hardware, used: 'software', why: `a thread could not use it: ${trouble}` };
    this.#log.warn(this.#hardware, 'hardware cannot decode any more: decoding in software');
  }

  #onDeath(slot: WorkerSlot, why: string, job: PoolJob | undefined, behind: readonly PoolJob[]): void {
    const failure: DecodeFailure = { ok: false, reason: 'decoder-died', detail: why };
    this.#metrics.deaths.inc();
    this.#log.warn({ why, camera: job?.camera }, 'decoder thread died; replacing it');
    job?.failed(failure);
    for (const each of behind) {
      if (each.movable) this.#returned.push(each);
      else each.failed(failure);
    }
    this.#streams.orphan(slot, failure);
  }
}

const stopped: DecodeFailure = { ok: false, reason: 'decoder-died', detail: 'the decoder pool is not running' };
