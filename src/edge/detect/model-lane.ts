import type { UtcMs } from '../../domain/ids.ts';
import type { PictureSpec } from '../../domain/picture.ts';
import { Backoff } from '../../lib/backoff.ts';
import { AppError, messageOf } from '../../lib/errors.ts';
import type { Logger } from '../../lib/log.ts';
import type { Metrics } from '../../lib/metrics.ts';
import { type DetectMetrics, detectMetrics } from './detect-metrics.ts';
import type { Detector, DetectorRequest, ModelDescription } from './detector.ts';
import type { ModelEntry } from './model-manifest.ts';
import type { Detected } from './model-runner.ts';
import type { ModelStatus } from './model-status.ts';
import type { PreparedModel } from './prepare-model.ts';
import { modelFailure, RunningModel, type RunningModelSettings } from './running-model.ts';

/** What one model's lane needs. */
export interface ModelLaneOptions extends RunningModelSettings {
  readonly model: ModelDescription;
  readonly entry: ModelEntry;
  /** Finds the file and chooses the provider; asked again at each new try. @throws AppError with the reason it cannot run. */
  readonly prepare: (signal: AbortSignal) => Promise<PreparedModel>;
  readonly onStatus?: ((status: ModelStatus) => void) | undefined;
  readonly metrics: Metrics;
}

/** Pauses between tries to load a model: it costs seconds of a core. */
const pauses = { minMs: 500, maxMs: 300_000 };

/**
 * One model of a node, through its good and bad times. Where its file is missing, it does not load or has become ill, it
 * is unavailable and tried again by itself with growing pauses, from the file and the choice of provider on. Nothing here
 * rejects but `detect`.
 */
export class ModelLane implements Detector {
  readonly model: ModelDescription;
  readonly input: PictureSpec;
  readonly #options: ModelLaneOptions;
  readonly #log: Logger;
  readonly #metrics: DetectMetrics;
  readonly #backoff = new Backoff(pauses);
  readonly #closing = new AbortController();
  #status: ModelStatus;
  #running: RunningModel | undefined;
  #loading: Promise<void> | undefined;
  #cancelRetry: (() => void) | undefined;

  constructor(options: ModelLaneOptions) {
    const { width, height, fit, channelOrder } = options.entry.input;
    this.#options = options;
    this.model = options.model;
    this.input = { width, height, fit, format: channelOrder === 'rgb' ? 'rgb24' : 'bgr24' };
    this.#log = options.log.child({ model: options.model.id });
    this.#metrics = detectMetrics(options.metrics, options.model.id);
    this.#status = { state: 'loading', since: this.#now() };
  }

  /** How the model is at this moment. While an unavailable one is tried again, it stays unavailable. */
  get status(): ModelStatus {
    const status = this.#status;
    return status.state === 'ready' ? { ...status, waiting: this.#running?.waiting ?? 0 } : status;
  }

  /** Loads the model; resolves when it is ready or known to be unavailable. */
  open(): Promise<void> {
    this.#loading ??= this.#load().finally(() => {
      this.#loading = undefined;
    });
    return this.#loading;
  }

  async detect(request: DetectorRequest): Promise<Detected> {
    if (this.#running !== undefined && this.#status.state === 'ready') return this.#running.detect(request);
    this.#metrics.looks('unavailable');
    throw modelFailure(this.model.id, this.#whyNot());
  }

  async close(): Promise<void> {
    this.#closing.abort();
    this.#cancelRetry?.();
    await this.#running?.close('the detector is closed');
    await this.#loading;
  }

  async #load(): Promise<void> {
    try {
      const prepared = await this.#options.prepare(this.#closing.signal);
      if (this.#closed) return;
      const running = this.#make(prepared);
      this.#running = running;
      const warmUpMs = await running.open();
      if (!this.#closed) this.#begin(prepared, warmUpMs);
    } catch (error) {
      this.#giveUp(error instanceof AppError ? error : modelFailure(this.model.id, messageOf(error)));
    }
  }

  #make(prepared: PreparedModel): RunningModel {
    const running: RunningModel = new RunningModel(
      prepared,
      {
        ...this.#options,
        log: this.#log,
        onWell: () => this.#backoff.reset(),
        // An earlier one that is still being closed has no say.
        onIll: (why) => running === this.#running && this.#giveUp(modelFailure(this.model.id, why)),
      },
      this.#metrics,
    );
    return running;
  }

  #begin({ provider, runner, groupSize, rewritten }: PreparedModel, warmUpMs: number): void {
    const { sessions } = this.#options;
    const { threads, entry } = runner;
    const input = `${entry.input.width}x${entry.input.height}`;
    const facts = { sha256: entry.sha256, ...provider, sessions, threads, groupSize, input, rewritten };
    this.#log.info({ ...facts, warmUpMs: Math.round(warmUpMs) }, 'model ready');
    if (provider.used !== provider.asked && provider.asked !== 'auto')
      this.#log.warn({ ...provider }, `model runs on ${provider.used}, not on ${provider.asked}`);
    this.#metrics.ready(provider.used, true);
    this.#setStatus({ state: 'ready', since: this.#now(), provider, sessions, threads, waiting: 0 });
  }

  /** The model is unavailable until the next try. */
  #giveUp(error: AppError): void {
    if (this.#closed) return;
    const before = this.#status;
    const waitMs = this.#backoff.next();
    const { code, message: why } = error;
    this.#log.error({ code, why, retryInMs: waitMs }, 'model unavailable');
    if (before.state === 'ready') this.#metrics.ready(before.provider.used, false);
    // A thread that hangs in native code may never end: only who closes the lane waits for it.
    void this.#running?.close(why);
    this.#running = undefined;
    const since = before.state === 'unavailable' ? before.since : this.#now();
    this.#setStatus({ state: 'unavailable', since, code, why, retryAt: this.#now() + waitMs });
    this.#cancelRetry = this.#options.clock.after(waitMs, () => void this.open());
  }

  #setStatus(status: ModelStatus): void {
    this.#status = status;
    this.#options.onStatus?.(status);
  }

  #whyNot(): string {
    if (this.#closed) return 'the detector is closed';
    return this.#status.state === 'unavailable' ? `unavailable: ${this.#status.why}` : 'is being loaded';
  }

  get #closed(): boolean {
    return this.#closing.signal.aborted;
  }

  #now(): UtcMs {
    return this.#options.clock.now();
  }
}
