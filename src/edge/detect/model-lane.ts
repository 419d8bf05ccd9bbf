import type { UtcMs } from '../../domain/ids.ts';
import type { PictureSpec } from '../../domain/picture.ts';
import { Backoff } from '../../lib/backoff.ts';
import type { Clock } from '../../lib/clock.ts';
import { AppError, messageOf } from '../../lib/errors.ts';
import type { Logger } from '../../lib/log.ts';
import type { Metrics } from '../../lib/metrics.ts';
import { type DetectMetrics, detectMetrics } from './detect-metrics.ts';
import { DetectThread } from './detect-thread.ts';
import type { Detector, DetectorRequest, ModelDescription } from './detector.ts';
import { inputShare, LookGroups, type Waiting } from './look-group.ts';
import type { ModelEntry } from './model-manifest.ts';
import type { Detected, RunnerOptions } from './model-runner.ts';
import type { ModelStatus } from './model-status.ts';
import type { PreparedModel } from './prepare-model.ts';
import type { RequestResult } from './worker-messages.ts';

/** What one model's lane needs. */
export interface ModelLaneOptions {
  readonly model: ModelDescription;
  readonly entry: ModelEntry;
  /** Finds the file and chooses the provider; asked again at each new try. @throws AppError with the reason it cannot run. */
  readonly prepare: (signal: AbortSignal) => Promise<PreparedModel>;
  readonly sessions: number;
  /** Longest that a look waits for company while the model is idle. */
  readonly maxWaitMs: number;
  readonly queueCapacity: number;
  readonly loadTimeoutMs: number;
  readonly jobTimeoutMs: number;
  readonly onStatus?: ((status: ModelStatus) => void) | undefined;
  readonly clock: Clock;
  readonly log: Logger;
  readonly metrics: Metrics;
  /** The threads' source; tests put one here that dies. */
  readonly workerFile?: URL | undefined;
}

interface Pending extends Waiting {
  readonly request: DetectorRequest;
  readonly resolve: (detected: Detected) => void;
  readonly reject: (error: AppError) => void;
}

type Ready = PreparedModel & { readonly groups: LookGroups<Pending> };

/** Jobs in a thread at once: the second travels while the first is computed. */
const inFlight = 2;
/** Looks that fail one after the other, with nothing between them that went well, before the model is taken for ill. */
const failuresInRow = 8;

/**
 * One model with its threads, shared by all cameras. Looks wait by urgency and go in groups. A thread that dies or hangs
 * fails what it had in hand and is replaced at once; one that dies again without an answer between, a model that fails
 * on everything, or one that does not load is unavailable until a later try, with growing pauses: loading costs seconds of a
 * core. Nothing here rejects but `detect`.
 */
export class ModelLane implements Detector {
  readonly model: ModelDescription;
  readonly input: PictureSpec;
  readonly #options: ModelLaneOptions;
  readonly #log: Logger;
  readonly #metrics: DetectMetrics;
  readonly #backoff = new Backoff({ minMs: 500, maxMs: 300_000 });
  #status: ModelStatus;
  #ready: Ready | undefined;
  #threads: DetectThread[] = [];
  #failedInRow = 0;
  #cancelRetry: (() => void) | undefined;
  #cancelDue: (() => void) | undefined;
  #loading: Promise<void> | undefined;
  readonly #closing = new AbortController();

  constructor(options: ModelLaneOptions) {
    const { width, height, fit, channelOrder } = options.entry.input;
    this.#options = options;
    this.model = options.model;
    this.input = { width, height, fit, format: channelOrder === 'rgb' ? 'rgb24' : 'bgr24' };
    this.#log = options.log.child({ model: options.model.id });
    this.#metrics = detectMetrics(options.metrics, options.model.id);
    this.#status = { state: 'loading', since: this.#now() };
  }

  /** How the model is at this moment. */
  get status(): ModelStatus {
    const status = this.#status;
    return status.state === 'ready' ? { ...status, waiting: this.#ready?.groups.waiting ?? 0 } : status;
  }

  /** Loads the model; resolves when it is ready or known to be unavailable. */
  open(): Promise<void> {
    this.#loading ??= this.#load().finally(() => {
      this.#loading = undefined;
    });
    return this.#loading;
  }

  detect(request: DetectorRequest): Promise<Detected> {
    return new Promise((resolve, reject) => {
      const ready = this.#ready;
      if (ready === undefined) {
        this.#metrics.looks('unavailable');
        return reject(this.#failure(this.#whyNot()));
      }
      const queuedAt = this.#options.clock.monotonic();
      const share = inputShare(request, this.#options.entry.input);
      const dropped = ready.groups.push({ request, priority: request.priority, queuedAt, share, resolve, reject });
      if (dropped !== undefined) {
        this.#metrics.looks('overloaded');
        const waiting = `${ready.groups.waiting} more urgent looks are waiting for ${this.model.id}`;
        dropped.reject(new AppError('MB_OVERLOADED', waiting, { details: { model: this.model.id } }));
      }
      this.#feed();
    });
  }

  async close(): Promise<void> {
    this.#closing.abort();
    this.#cancelRetry?.();
    await this.#drop('the detector is closed');
    await this.#loading;
  }

  async #load(): Promise<void> {
    this.#setStatus({ state: 'loading', since: this.#now() });
    try {
      const prepared = await this.#options.prepare(this.#closing.signal);
      if (this.#closed) return;
      const warmUpMs = await this.#spawn(prepared.runner, this.#options.sessions);
      this.#begin(prepared, warmUpMs);
    } catch (error) {
      await this.#giveUp(error instanceof AppError ? error : this.#failure(messageOf(error)));
    }
  }

  #begin(prepared: PreparedModel, warmUpMs: number): void {
    if (this.#closed) return;
    const { sessions, maxWaitMs, queueCapacity } = this.#options;
    const { provider, runner, groupSize, rewritten } = prepared;
    const groups = new LookGroups<Pending>({ capacity: queueCapacity, size: groupSize, maxWaitMs });
    this.#ready = { ...prepared, groups };
    this.#failedInRow = 0;
    const { threads, entry } = runner;
    const input = `${entry.input.width}x${entry.input.height}`;
    const facts = { sha256: entry.sha256, ...provider, sessions, threads, groupSize, input, rewritten };
    this.#log.info({ ...facts, warmUpMs: Math.round(warmUpMs) }, 'model ready');
    if (provider.used !== provider.asked && provider.asked !== 'auto')
      this.#log.warn({ ...provider }, `model runs on ${provider.used}, not on ${provider.asked}`);
    this.#metrics.ready(provider.used, true);
    this.#setStatus({ state: 'ready', since: this.#now(), provider, sessions, threads, waiting: 0 });
  }

  /** Starts threads; rejects when one of them does not load. */
  async #spawn(runner: RunnerOptions, count: number): Promise<number> {
    const { loadTimeoutMs, jobTimeoutMs, clock, workerFile: file } = this.#options;
    const threads = Array.from({ length: count }, () => {
      const thread: DetectThread = new DetectThread({
        runner,
        loadTimeoutMs,
        jobTimeoutMs,
        clock,
        onGone: (why) => void this.#onGone(thread, why),
        file,
      });
      return thread;
    });
    this.#threads.push(...threads);
    return Math.max(...(await Promise.all(threads.map((thread) => thread.open()))));
  }

  /** The first death may be one bad picture's doing: its successor starts at once, and what waits, waits for it. */
  async #onGone(thread: DetectThread, why: string): Promise<void> {
    this.#threads = this.#threads.filter((each) => each !== thread);
    this.#metrics.death();
    const { runner } = this.#ready ?? {};
    if (this.#closed || runner === undefined) return;
    if (this.#backoff.attempt > 0) return this.#giveUp(this.#failure(why));
    this.#backoff.next();
    this.#log.error({ why }, 'detector thread gone; another is started');
    try {
      await this.#spawn(runner, 1);
      this.#feed();
    } catch (error) {
      await this.#giveUp(this.#failure(messageOf(error)));
    }
  }

  /** The model is unavailable until the next try. */
  async #giveUp(error: AppError): Promise<void> {
    if (this.#closed || this.#status.state === 'unavailable') return;
    const waitMs = this.#backoff.next();
    const retryAt = (this.#now() + waitMs) as UtcMs;
    this.#log.error({ code: error.code, why: error.message, retryInMs: waitMs }, 'model unavailable');
    this.#setStatus({ state: 'unavailable', since: this.#now(), code: error.code, why: error.message, retryAt });
    this.#cancelRetry = this.#options.clock.after(waitMs, () => void this.open());
    await this.#drop(error.message);
  }

  /** Ends all threads and fails what waits. */
  async #drop(why: string): Promise<void> {
    const { groups, provider } = this.#ready ?? {};
    const threads = this.#threads;
    this.#ready = undefined;
    this.#threads = [];
    this.#cancelDue?.();
    if (provider !== undefined) this.#metrics.ready(provider.used, false);
    for (const { reject } of groups?.drain() ?? []) reject(this.#failure(why));
    this.#metrics.waiting(0);
    const ended = Promise.all(threads.map((thread) => thread.close()));
    // A thread that hangs in native code may never end: only who closes the detector waits for it.
    if (this.#closed) await ended;
  }

  /** Hands out what may go: to idle threads first, to busy ones only what fills the model's input. */
  #feed(): void {
    const ready = this.#ready;
    if (ready === undefined) return;
    this.#cancelDue?.();
    const { clock } = this.#options;
    for (let busy = 0; busy < inFlight; busy += 1) {
      for (const thread of this.#threads) {
        if (thread.busy !== busy || !thread.isReady) continue;
        const group = ready.groups.next(clock.monotonic(), busy > 0);
        if (group !== undefined) void this.#run(thread, group, ready);
      }
    }
    this.#metrics.waiting(ready.groups.waiting);
    const dueInMs = ready.groups.dueInMs(clock.monotonic());
    const idle = this.#threads.some((thread) => thread.isReady && thread.busy === 0);
    if (idle && dueInMs !== undefined) this.#cancelDue = clock.after(dueInMs, () => this.#feed());
  }

  async #run(thread: DetectThread, group: readonly Pending[], { provider }: Ready): Promise<void> {
    const began = this.#options.clock.monotonic();
    try {
      const { results, stages } = await thread.run(group.map(({ request: { priority: _, ...look } }) => look));
      this.#metrics.job(
        provider.used,
        group.map(({ queuedAt }) => began - queuedAt),
        stages,
      );
      for (const [index, pending] of group.entries()) this.#settle(pending, results[index]);
      if (this.#failedInRow >= failuresInRow) {
        const last = results.find((result) => !result.ok);
        await this.#giveUp(this.#failure(`failed on ${this.#failedInRow} looks in a row, last: ${last?.detail ?? ''}`));
      }
    } catch (error) {
      this.#metrics.looks('failed', group.length);
      for (const { reject } of group) reject(this.#failure(messageOf(error)));
    }
    this.#feed();
  }

  #settle({ resolve, reject }: Pending, result: RequestResult | undefined): void {
    if (result?.ok === true) {
      this.#backoff.reset();
      this.#failedInRow = 0;
      this.#metrics.looks('ok');
      resolve(result.detected);
      return;
    }
    this.#failedInRow += 1;
    this.#metrics.looks('failed');
    reject(this.#failure(result?.detail ?? 'no answer for this look'));
  }

  #setStatus(status: ModelStatus): void {
    this.#status = status;
    if (!this.#closed) this.#options.onStatus?.(status);
  }

  #whyNot(): string {
    if (this.#closed) return 'the detector is closed';
    return this.#status.state === 'unavailable' ? this.#status.why : 'is being loaded';
  }

  #failure(why: string): AppError {
    const prefix = `model ${this.model.id}: `;
    const text = why.startsWith(prefix) ? why : `${prefix}${why}`;
    return new AppError('MB_MODEL_FAILED', text, { details: { model: this.model.id } });
  }

  get #closed(): boolean {
    return this.#closing.signal.aborted;
  }

  #now(): UtcMs {
    return this.#options.clock.now();
  }
}
