import type { AccessUnit } from '../../domain/access-unit.ts';
import type { UnlookedReason } from '../../domain/camera.ts';
import type { CameraId, UtcMs } from '../../domain/ids.ts';
import type { LookNeeds, LookOutcome } from '../../domain/look.ts';
import type { Severity } from '../../domain/scene-id.ts';
import { type Clock, sleep } from '../../lib/clock.ts';
import type { Service } from '../../lib/lifecycle.ts';
import type { Logger } from '../../lib/log.ts';
import type { Metrics } from '../../lib/metrics.ts';
import { CameraLooks } from './camera-looks.ts';
import type { ScheduleConfig } from './config.ts';
import { createDueCounts, type DueCounts } from './due-account.ts';
import { LoadKeeper } from './load-keeper.ts';
import { type EndedLook, LookDispatch, type PerformLook } from './look-dispatch.ts';
import { ScheduleMetrics } from './schedule-metrics.ts';
import type { ScheduleStatus } from './schedule-status.ts';

/** What a scheduler needs. */
export interface LookSchedulerOptions {
  /** Looks the decoders take at once. */
  readonly slots: number;
  /** Threads there are, for the reckoning of what fits; default a decoder for two slots, and one detector. */
  readonly threads?: { readonly decoder: number; readonly detector: number };
  readonly config: ScheduleConfig;
  readonly clock: Clock;
  readonly log: Logger;
  readonly metrics: Metrics;
  readonly perform: PerformLook;
  /**
   * Tells ingest how far apart a camera's keyframes may come: `Infinity` means none. Said again with the same pace it asks
   * for the very next keyframe. `continuous`: every picture, to be decoded as it comes; looks taken so are told by
   * `looked`. Must not throw.
   */
  readonly pace: (camera: CameraId, everyMs: number, continuous: boolean) => void;
  /** Since when a connected camera has not been looked at, and why; undefined: it is looked at again. */
  readonly onBlind?: (camera: CameraId, reason: UnlookedReason | undefined, since: UtcMs) => void;
  /** What is shed changed: for health. */
  readonly onChange?: () => void;
}

/** How often everything that depends on time is gone through. */
const tickMs = 1_000;
/** A picture that says it is older was received under another clock. */
const mostTransitMs = 10_000;

/**
 * Decides which camera is looked at next. Of each camera at most one picture waits, the newest, and at most one look is
 * under way; the more severe scene goes first, within a severity the earlier deadline, which a camera keeps while newer
 * pictures take the older ones' place, so that none is passed over for ever. What does not fit the box is not queued but
 * not taken on, in the declared order (`admit`). Every look that was due and did not come in time is counted.
 */
export class LookScheduler implements Service {
  readonly #options: LookSchedulerOptions;
  readonly #clock: Clock;
  readonly #cameras = new Map<CameraId, CameraLooks>();
  readonly #dispatch: LookDispatch;
  readonly #load: LoadKeeper;
  readonly #metrics: ScheduleMetrics;
  readonly #due: Readonly<Record<Severity, DueCounts>>;
  #cancelTick: (() => void) | undefined;
  #stopping: Promise<void> | undefined;

  constructor(options: LookSchedulerOptions) {
    const { slots, config, clock, log, perform } = options;
    const { maxUndecided } = config;
    this.#options = options;
    this.#clock = clock;
    this.#due = { 1: createDueCounts(), 2: createDueCounts(), 3: createDueCounts(), 4: createDueCounts() };
    this.#metrics = new ScheduleMetrics(options.metrics);
    this.#dispatch = new LookDispatch({ slots, maxUndecided, perform, clock, log, onEnd: (look) => this.#ended(look) });
    const threads = options.threads ?? { decoder: Math.max(1, slots / 2), detector: 1 };
    this.#load = new LoadKeeper({ threads, config, clock, log, cameras: this.#cameras, due: this.#due });
  }

  async start(signal: AbortSignal): Promise<void> {
    if (this.#cancelTick !== undefined || this.#stopping !== undefined || signal.aborted) return;
    signal.addEventListener('abort', () => void this.stop(), { once: true });
    this.#tickLater();
  }

  /** Takes no more pictures; resolves when the looks under way have ended, or had the time to. */
  stop(): Promise<void> {
    this.#stopping ??= this.#drain();
    return this.#stopping;
  }

  /** Schedules a camera's looks from now on. */
  add(camera: CameraId, needs: LookNeeds): void {
    if (this.#cameras.has(camera)) {
      this.update(camera, needs);
      return;
    }
    const looks = new CameraLooks(camera, needs, this.#options.config, this.#clock.monotonic());
    this.#cameras.set(camera, looks);
    this.#load.place(looks);
    this.#tellPace(looks);
  }

  /** What the camera's scenes ask for has changed. Nothing where the camera is not known. */
  update(camera: CameraId, needs: LookNeeds): void {
    const looks = this.#cameras.get(camera);
    if (looks === undefined || sameNeeds(looks.needs, needs)) return;
    const moves = looks.severity !== needs.severity || looks.needs.continuous !== needs.continuous;
    looks.change(needs, this.#clock.monotonic());
    this.#dispatch.moved(looks);
    if (moves) this.#load.place(looks);
    this.#tellPace(looks);
  }

  /** Forgets a camera; a look of it that is under way ends by itself. */
  remove(camera: CameraId): void {
    const looks = this.#cameras.get(camera);
    if (looks === undefined) return;
    this.#cameras.delete(camera);
    this.#dispatch.remove(looks);
    this.#tellBlind(looks, undefined);
  }

  /** The camera's connection came or went: while it is away no look is due. */
  connected(camera: CameraId, connected: boolean): void {
    const looks = this.#cameras.get(camera);
    if (looks === undefined) return;
    looks.connected = connected;
    if (connected) looks.due.begin(this.#clock.monotonic());
    else {
      looks.due.pause();
      this.#tellBlind(looks, undefined);
    }
  }

  /** Takes a keyframe in; it takes the place of an older one that still waits. Never throws, never blocks. */
  offer(unit: AccessUnit): void {
    const looks = this.#cameras.get(unit.cameraId);
    if (looks === undefined || !unit.keyframe || this.#stopping !== undefined) return;
    const arrivedMs = this.#monotonicOf(unit.receivedAt);
    if (looks.connected) looks.due.begin(arrivedMs);
    this.#load.costs.offer(looks.severity);
    if (!looks.watched) {
      this.#metrics.result(looks.severity, 'shed');
      return;
    }
    if (looks.put(unit, arrivedMs) !== undefined) {
      this.#load.overtaken();
      this.#metrics.result(looks.severity, 'replaced');
    }
    this.#dispatch.add(looks);
  }

  /** A look of a camera that is decoded continuously, taken by its owner. */
  looked(camera: CameraId, outcome: LookOutcome): void {
    const looks = this.#cameras.get(camera);
    if (looks !== undefined) this.#account(looks, outcome, this.#monotonicOf(outcome.at), this.#clock.monotonic());
  }

  /** Decoder time of a camera that is decoded continuously, for pictures that were not looked at. */
  spent(camera: CameraId, decodeMs: number): void {
    const looks = this.#cameras.get(camera);
    if (looks !== undefined) this.#load.stream(looks.severity, decodeMs);
  }

  /** How it is, at this moment. */
  status(): ScheduleStatus {
    const { waiting, decoding, undecided } = this.#dispatch;
    return { waiting, decoding, undecided, ...this.#load.status() };
  }

  async #drain(): Promise<void> {
    this.#cancelTick?.();
    const late = sleep(this.#clock, this.#options.config.lookTimeoutMs);
    await Promise.race([this.#dispatch.close(), late]);
    this.#dispatch.giveUpAfter(0);
  }

  #tickLater(): void {
    this.#cancelTick = this.#clock.after(tickMs, () => {
      this.#tick();
      if (this.#stopping === undefined) this.#tickLater();
    });
  }

  #tick(): void {
    this.#dispatch.giveUpAfter(this.#options.config.lookTimeoutMs);
    const { changed, moved } = this.#load.evaluate();
    for (const looks of moved) {
      if (!looks.watched) this.#dispatch.remove(looks);
      this.#tellPace(looks);
    }
    const now = this.#clock.monotonic();
    for (const looks of this.#cameras.values()) {
      looks.due.sweep(now, this.#due[looks.severity], looks.cause);
      const reason = looks.blindness(now);
      if (reason !== undefined) this.#tellBlind(looks, reason);
    }
    this.#dispatch.dispatch();
    this.#metrics.update(this.status(), this.#load.plan, this.#due);
    if (changed) this.#options.onChange?.();
  }

  #ended({ looks, picture, outcome, endedMs }: EndedLook): void {
    if (this.#cameras.get(looks.camera) !== looks) this.#load.look(looks, outcome, 'gone');
    else this.#account(looks, outcome, picture.arrivedMs, endedMs);
  }

  #account(looks: CameraLooks, outcome: LookOutcome, arrivedMs: number, decidedMs: number): void {
    const { severity } = looks;
    this.#metrics.result(severity, outcome.result);
    if (outcome.result !== 'decided') {
      this.#load.look(looks, outcome, outcome.result === 'overloaded' ? 'late' : 'gone');
      if (looks.failed(outcome.result) && looks.told !== undefined) this.#pace(looks, looks.told);
      return;
    }
    const late = decidedMs - looks.deadlineOf(arrivedMs);
    this.#metrics.late(severity, late);
    const slow = -late < looks.terms.decideWithinMs / 2;
    // One model of the look had no room, as more urgent looks had it: as little in time as one that had none at all.
    const crowded = outcome.partly === 'overloaded';
    this.#load.look(looks, outcome, late > 0 || crowded ? 'late' : slow ? 'slow' : 'in-time');
    // A look that ends after the connection has gone begins nothing.
    if (looks.connected) looks.due.looked({ arrivedMs, decidedMs }, this.#due[severity], looks.cause);
    looks.decided();
    this.#tellBlind(looks, undefined);
  }

  #tellPace(looks: CameraLooks): void {
    const { paceMs: everyMs, continuous, told } = looks;
    if (told?.everyMs === everyMs && told.continuous === continuous) return;
    looks.told = { everyMs, continuous };
    this.#pace(looks, looks.told);
  }

  #pace({ camera }: CameraLooks, { everyMs, continuous }: NonNullable<CameraLooks['told']>): void {
    this.#options.pace(camera, everyMs, continuous);
  }

  #tellBlind(looks: CameraLooks, reason: UnlookedReason | undefined): void {
    if (looks.blind === reason) return;
    looks.blind = reason;
    const agoMs = this.#clock.monotonic() - (looks.due.fromMs ?? this.#clock.monotonic());
    // A monotonic clock counts finer than a time of day is kept.
    this.#options.onBlind?.(looks.camera, reason, this.#clock.now() - Math.round(agoMs));
  }

  /** When something of the node's wall clock was; the clock may have been set since. */
  #monotonicOf(at: UtcMs): number {
    return this.#clock.monotonic() - Math.min(mostTransitMs, Math.max(0, this.#clock.now() - at));
  }
}

function sameNeeds(a: LookNeeds, b: LookNeeds): boolean {
  return a.severity === b.severity && a.everyMs === b.everyMs && a.continuous === b.continuous;
}
