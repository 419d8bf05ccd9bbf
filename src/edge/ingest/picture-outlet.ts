import type { AccessUnit } from '../../domain/access-unit.ts';
import type { CameraState } from '../../domain/camera.ts';
import type { Clock } from '../../lib/clock.ts';
import { messageOf } from '../../lib/errors.ts';
import type { Logger } from '../../lib/log.ts';
import { AccessUnitRing, type RingLimits } from './access-unit-ring.ts';
import type { UnitKind } from './depacketizer.ts';

/** Who takes what comes of a camera. */
export interface CameraConsumer {
  /** What is kept of its recent past; nothing where absent. */
  readonly keep?: RingLimits;
  /**
   * Asked once a picture, as soon as its kind is known: one that is not wanted is counted and dropped without a copy.
   * Where a recent past is kept all are wanted, and handed on too. Default: all are.
   */
  readonly wanted?: (kind: UnitKind) => boolean;
  readonly onAccessUnit: (unit: AccessUnit) => void;
  /** A whole picture that was not wanted, and how large it was. */
  readonly onPassed?: (kind: UnitKind, bytes: number) => void;
  readonly onState: (state: CameraState) => void;
}

/** Where a camera's pictures and states leave it, and what of them stays: the newest keyframe and the recent past. */
export class PictureOutlet {
  readonly #consumer: CameraConsumer;
  readonly #clock: Clock;
  readonly #log: Logger;
  readonly #onFault: () => void;
  readonly #ring: AccessUnitRing | undefined;
  #latestKeyframe: AccessUnit | undefined;
  #faultToldAt = Number.NEGATIVE_INFINITY;

  /** `onFault` is called for everything a consumer throws. */
  constructor(options: { consumer: CameraConsumer; clock: Clock; log: Logger; onFault?: () => void }) {
    const { keep } = options.consumer;
    this.#consumer = options.consumer;
    this.#clock = options.clock;
    this.#log = options.log;
    this.#onFault = options.onFault ?? (() => undefined);
    this.#ring = keep !== undefined && keep.maxBytes > 0 ? new AccessUnitRing(keep) : undefined;
  }

  get recent(): AccessUnitRing | undefined {
    return this.#ring;
  }

  get latestKeyframe(): AccessUnit | undefined {
    return this.#latestKeyframe;
  }

  wanted(kind: UnitKind): boolean {
    return this.#ring !== undefined || (this.#consumer.wanted?.(kind) ?? true);
  }

  /** Keeps a picture as configured and hands it on. */
  push(unit: AccessUnit): void {
    if (unit.keyframe) this.#latestKeyframe = unit;
    this.#ring?.push(unit);
    this.#guard(() => this.#consumer.onAccessUnit(unit));
  }

  /** A whole picture came that was not wanted. */
  passed(kind: UnitKind, bytes: number): void {
    const { onPassed } = this.#consumer;
    if (onPassed !== undefined) this.#guard(() => onPassed(kind, bytes));
  }

  tell(state: CameraState): void {
    this.#guard(() => this.#consumer.onState(state));
  }

  /** Lets go of what is kept. */
  clear(): void {
    this.#ring?.clear();
    this.#latestKeyframe = undefined;
  }

  /** A consumer's fault must not stop the camera; it is told at most once a second. */
  #guard(call: () => void): void {
    try {
      call();
    } catch (error) {
      this.#onFault();
      const now = this.#clock.monotonic();
      if (now - this.#faultToldAt < 1000) return;
      this.#faultToldAt = now;
      this.#log.error({ err: error }, `a consumer of the camera failed: ${messageOf(error)}`);
    }
  }
}
