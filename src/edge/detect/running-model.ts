import type { Clock } from '../../lib/clock.ts';
import { AppError, messageOf } from '../../lib/errors.ts';
import type { Logger } from '../../lib/log.ts';
import type { DetectMetrics } from './detect-metrics.ts';
import { DetectThread } from './detect-thread.ts';
import type { DetectorRequest } from './detector.ts';
import { inputShare, LookGroups, type Waiting } from './look-group.ts';
import type { Detected } from './model-runner.ts';
import type { PreparedModel } from './prepare-model.ts';
import type { RequestResult } from './worker-messages.ts';

/** How a model's threads are run. */
export interface RunningModelSettings {
  readonly sessions: number;
  /** Longest that a look waits for company while a thread is idle. */
  readonly maxWaitMs: number;
  readonly queueCapacity: number;
  readonly loadTimeoutMs: number;
  readonly jobTimeoutMs: number;
  readonly clock: Clock;
  readonly log: Logger;
  /** The threads' source; tests put one here that dies. */
  readonly workerFile?: URL | undefined;
}

/** Who hears how it goes. */
export interface RunningModelListener {
  /** A look went well. */
  readonly onWell: () => void;
  /** It is of no use any more: close it. Once only. */
  readonly onIll: (why: string) => void;
}

interface Pending extends Waiting {
  readonly request: DetectorRequest;
  readonly resolve: (detected: Detected) => void;
  readonly reject: (error: AppError) => void;
}

/** Jobs in a thread at once: the second travels while the first is computed. */
const inFlight = 2;
/** Looks that fail one after the other, with nothing between them that went well, before the model is taken for ill. */
const failuresInRow = 8;

/**
 * The threads of one loaded model, shared by all cameras. Looks wait by urgency and go in groups. A thread that dies or
 * hangs fails what it had in hand and is replaced at once, for it may have been one bad picture's doing; one that dies
 * again without an answer between, or a model that fails on everything, is ill. Lives once.
 */
export class RunningModel {
  readonly #model: PreparedModel;
  readonly #settings: RunningModelSettings & RunningModelListener;
  readonly #metrics: DetectMetrics;
  readonly #groups: LookGroups<Pending>;
  #threads: DetectThread[] = [];
  #failedInRow = 0;
  #died = false;
  #cancelDue: (() => void) | undefined;
  #over = false;

  constructor(model: PreparedModel, settings: RunningModelSettings & RunningModelListener, metrics: DetectMetrics) {
    const { queueCapacity, maxWaitMs } = settings;
    this.#model = model;
    this.#settings = settings;
    this.#metrics = metrics;
    this.#groups = new LookGroups({ capacity: queueCapacity, size: model.groupSize, maxWaitMs });
  }

  /** Looks waiting. */
  get waiting(): number {
    return this.#groups.waiting;
  }

  /** Loads the model on every thread; returns how many ms the slowest took. Rejects when one of them does not load. */
  async open(): Promise<number> {
    const { sessions } = this.#settings;
    const warmUpMs = await Promise.all(Array.from({ length: sessions }, () => this.#spawn()));
    if (this.#threads.length < sessions) throw new Error('a thread died while others were still loading');
    return Math.max(...warmUpMs);
  }

  detect(request: DetectorRequest): Promise<Detected> {
    return new Promise((resolve, reject) => {
      if (this.#over) return reject(this.#failure('the detector is closed'));
      const queuedAt = this.#settings.clock.monotonic();
      const share = inputShare(request, this.#model.runner.entry.input);
      const dropped = this.#groups.push({ request, priority: request.priority, queuedAt, share, resolve, reject });
      dropped?.reject(this.#overloaded());
      this.#feed();
    });
  }

  /** Ends all threads and fails what waits; idempotent. */
  async close(why: string): Promise<void> {
    this.#over = true;
    this.#cancelDue?.();
    for (const { reject } of this.#groups.drain()) reject(this.#failure(why));
    this.#metrics.waiting(0);
    await Promise.all(this.#threads.splice(0).map((thread) => thread.close()));
  }

  async #spawn(): Promise<number> {
    const { loadTimeoutMs, jobTimeoutMs, clock, workerFile: file } = this.#settings;
    const { runner } = this.#model;
    const onGone = (why: string) => void this.#replace(thread, why);
    const thread: DetectThread = new DetectThread({ runner, loadTimeoutMs, jobTimeoutMs, clock, onGone, file });
    this.#threads.push(thread);
    return thread.open();
  }

  async #replace(thread: DetectThread, why: string): Promise<void> {
    this.#threads = this.#threads.filter((each) => each !== thread);
    this.#metrics.death();
    if (this.#died) return this.#giveUp(why);
    this.#died = true;
    this.#settings.log.error({ why }, 'detector thread gone; another is started');
    try {
      await this.#spawn();
      this.#feed();
    } catch (error) {
      this.#giveUp(messageOf(error));
    }
  }

  #giveUp(why: string): void {
    if (this.#over) return;
    this.#over = true;
    this.#settings.onIll(why);
  }

  /** Hands out what may go: to idle threads first, to busy ones only what fills the model's input. */
  #feed(): void {
    if (this.#over) return;
    this.#cancelDue?.();
    const { clock } = this.#settings;
    for (let busy = 0; busy < inFlight; busy += 1) {
      for (const thread of this.#threads) {
        if (thread.busy !== busy || !thread.isReady) continue;
        const group = this.#groups.next(clock.monotonic(), busy > 0);
        if (group !== undefined) void this.#run(thread, group);
      }
    }
    this.#metrics.waiting(this.waiting);
    const dueInMs = this.#groups.dueInMs(clock.monotonic());
    const idle = this.#threads.some((thread) => thread.isReady && thread.busy === 0);
    if (idle && dueInMs !== undefined) this.#cancelDue = clock.after(dueInMs, () => this.#feed());
  }

  async #run(thread: DetectThread, group: readonly Pending[]): Promise<void> {
    const began = this.#settings.clock.monotonic();
    const waitedMs = group.map(({ queuedAt }) => began - queuedAt);
    try {
      const { results, stages } = await thread.run(group.map(({ request: { priority: _, ...look } }) => look));
      this.#metrics.job(this.#model.provider.used, waitedMs, stages);
      for (const [index, pending] of group.entries()) this.#settle(pending, results[index]);
    } catch (error) {
      this.#metrics.looks('failed', group.length);
      for (const { reject } of group) reject(this.#failure(messageOf(error)));
    }
    this.#feed();
  }

  #settle({ resolve, reject }: Pending, result: RequestResult | undefined): void {
    if (result?.ok === true) {
      this.#died = false;
      this.#failedInRow = 0;
      this.#metrics.looks('ok');
      this.#settings.onWell();
      resolve(result.detected);
      return;
    }
    const detail = result?.detail ?? 'no answer for this look';
    this.#failedInRow += 1;
    this.#metrics.looks('failed');
    reject(this.#failure(detail));
    if (this.#failedInRow >= failuresInRow) this.#giveUp(`failed on ${failuresInRow} looks in a row, last: ${detail}`);
  }

  #overloaded(): AppError {
    this.#metrics.looks('overloaded');
    const { id } = this.#model.runner.entry;
    return new AppError('MB_OVERLOADED', `${this.waiting} more urgent looks are waiting for ${id}`, {
      details: { model: id },
    });
  }

  #failure(why: string): AppError {
    return modelFailure(this.#model.runner.entry.id, why);
  }
}

/** A model's fault, with its name. */
export function modelFailure(id: string, why: string): AppError {
  return new AppError('MB_MODEL_FAILED', `model ${id}: ${why}`, { details: { model: id } });
}
