import type { UtcMs } from '../../../domain/ids.ts';
import type { Track } from '../../../domain/track.ts';
import { Flicker, type SavedFlicker } from './flicker.ts';
import { type Began, HeldShare, type SavedHeldShare, type ShareLimits } from './held-share.ts';
import type { SpotMemory } from './spots.ts';

/** As JSON. */
interface SavedFire {
  readonly flame: SavedHeldShare;
  readonly smoke: SavedHeldShare;
  readonly flameFlicker: SavedFlicker;
  readonly smokeFlicker: SavedFlicker;
  readonly proven: boolean;
}

/** How steadily flame and smoke must be seen. */
export interface FireLimits {
  readonly flame: ShareLimits;
  readonly smoke: ShareLimits;
  /** A fire that is out for no longer is the same one. */
  readonly clearAfterMs: number;
}

/** What one spot shows of a fire: flame and smoke, each with how steadily it is seen and how much it flickers. */
export class FireMemory implements SpotMemory {
  readonly flame: HeldShare;
  readonly smoke: HeldShare;
  readonly flameFlicker = new Flicker();
  readonly smokeFlicker = new Flicker();
  /** It was a case: it need not show again that it is no lamp. */
  proven: boolean;
  readonly #limits: FireLimits;

  constructor(limits: FireLimits, more: { earlier?: Began | undefined; flame?: HeldShare; smoke?: HeldShare } = {}) {
    this.#limits = limits;
    this.flame = more.flame ?? new HeldShare(limits.flame, more.earlier);
    this.smoke = more.smoke ?? new HeldShare(limits.smoke, more.earlier);
    this.proven = more.earlier !== undefined;
  }

  static restore(saved: unknown, limits: FireLimits): FireMemory {
    const { flame, smoke, flameFlicker, smokeFlicker, proven } = saved as SavedFire;
    const memory = new FireMemory(limits, {
      flame: HeldShare.restore(flame, limits.flame),
      smoke: HeldShare.restore(smoke, limits.smoke),
    });
    memory.flameFlicker.restore(flameFlicker);
    memory.smokeFlicker.restore(smokeFlicker);
    memory.proven = proven;
    return memory;
  }

  /** What is seen there on a look. */
  add(at: UtcMs, { flames, smokes }: { readonly flames: readonly Track[]; readonly smokes: readonly Track[] }): void {
    this.flame.add(at, flames.length > 0);
    this.smoke.add(at, smokes.length > 0);
    this.flameFlicker.add(at, flames);
    this.smokeFlicker.add(at, smokes);
  }

  get startedAt(): UtcMs | undefined {
    const [flame, smoke] = [this.flame.startedAt, this.smoke.startedAt];
    return flame === undefined || smoke === undefined ? (flame ?? smoke) : Math.min(flame, smoke);
  }

  get dueInMs(): number {
    const due = (share: HeldShare) => (share.startedAt === undefined ? Number.POSITIVE_INFINITY : share.dueInMs);
    return Math.min(due(this.flame), due(this.smoke));
  }

  get keepMs(): number {
    return this.proven ? this.#limits.clearAfterMs : 0;
  }

  save(): SavedFire {
    return {
      flame: this.flame.save(),
      smoke: this.smoke.save(),
      flameFlicker: this.flameFlicker.save(),
      smokeFlicker: this.smokeFlicker.save(),
      proven: this.proven,
    };
  }
}
