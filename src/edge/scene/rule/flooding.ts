import type { UtcMs } from '../../../domain/ids.ts';
import { type Began, HeldShare, type SavedHeldShare, type ShareLimits } from './held-share.ts';

/** State as JSON. */
export interface SavedFlooding {
  readonly wet: SavedHeldShare;
  readonly severe: SavedHeldShare;
  readonly sure: boolean;
  readonly truckAt?: UtcMs | undefined;
  readonly afterTruck: boolean;
}

/** Water on one stretch of road: how much, for how long, and whether a truck brought it. */
export class Flooding {
  readonly #limits: ShareLimits;
  readonly #truckMs: number;
  #wet: HeldShare;
  #severe: HeldShare;
  #truckAt: UtcMs | undefined;
  #afterTruck = false;
  #sure = false;

  /** `truckMs`: water seen for the first time no later than this after a truck is a sprinkler's, maybe. */
  constructor(limits: ShareLimits & { readonly truckMs: number }) {
    this.#limits = limits;
    this.#truckMs = limits.truckMs;
    this.#wet = new HeldShare(limits);
    this.#severe = new HeldShare(limits);
  }

  /** An incident from before a restart. */
  resume(earlier: Began): void {
    if (this.#wet.held !== undefined) return;
    this.#wet = new HeldShare(this.#limits, earlier);
    this.#sure = true;
  }

  /** What one look shows; `truck`: one drives on the stretch; `sure`: the water is confirmed and clear. */
  add(at: UtcMs, { wet, severe, truck, sure }: { wet: boolean; severe: boolean; truck: boolean; sure: boolean }): void {
    const dry = this.#wet.startedAt === undefined;
    this.#wet.add(at, wet);
    this.#severe.add(at, severe);
    // The road has dried: what comes next must be clear itself.
    this.#sure = this.#wet.startedAt !== undefined && (this.#sure || sure);
    // One that passes while the first water shows is as likely its cause.
    if (truck) this.#truckAt = at;
    if (dry && wet) this.#afterTruck = this.#truckAt !== undefined && at - this.#truckAt <= this.#truckMs;
  }

  /** Enough of the road is under water. */
  get wet(): HeldShare {
    return this.#wet;
  }

  /** Whether the water was ever confirmed and clear since the road was last dry. */
  get sure(): boolean {
    return this.#sure;
  }

  /** Enough of the road is under it, for as long. */
  get isSevere(): boolean {
    return this.#severe.held !== undefined;
  }

  /** It began just after a truck had passed: a sprinkler, maybe. */
  get afterTruck(): boolean {
    return this.#afterTruck;
  }

  save(): SavedFlooding {
    return {
      wet: this.#wet.save(),
      severe: this.#severe.save(),
      sure: this.#sure,
      afterTruck: this.#afterTruck,
      ...(this.#truckAt !== undefined && { truckAt: this.#truckAt }),
    };
  }

  restore(saved: SavedFlooding): void {
    this.#wet = HeldShare.restore(saved.wet, this.#limits);
    this.#severe = HeldShare.restore(saved.severe, this.#limits);
    this.#sure = saved.sure;
    this.#truckAt = saved.truckAt;
    this.#afterTruck = saved.afterTruck;
  }
}
