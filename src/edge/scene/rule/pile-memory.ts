import type { UtcMs } from '../../../domain/ids.ts';
import type { Subject } from '../../../domain/scene-event.ts';
import { type Began, HeldShare, type SavedHeldShare, type ShareLimits } from './held-share.ts';
import type { SpotMemory } from './spots.ts';

/** As JSON. */
interface SavedPile {
  readonly share: SavedHeldShare;
  readonly known: boolean;
  readonly broughtBy?: Subject | undefined;
  readonly firstAt?: UtcMs | undefined;
  readonly beganAt?: UtcMs | undefined;
}

/** How a pile is remembered. */
export interface PileLimits extends ShareLimits {
  /** How long one that was always there is known for while it is not seen. */
  readonly rememberMs: number;
}

/** A pile may be seen a while before the vehicle that brings it has stood for two looks. */
const linkMs = 60_000;

/** What is known of one pile: whether it was always there, for how long it lies, and who brought it. */
export class PileMemory implements SpotMemory {
  readonly share: HeldShare;
  /** It lay there when the scene began: background, no case. */
  readonly known: boolean;
  readonly #limits: PileLimits;
  #broughtBy: Subject | undefined;
  #firstAt: UtcMs | undefined;
  #beganAt: UtcMs | undefined;

  constructor(options: { known: boolean; limits: PileLimits; earlier?: Began | undefined; share?: HeldShare }) {
    this.known = options.known;
    this.#limits = options.limits;
    this.share = options.share ?? new HeldShare(options.limits, options.earlier);
    this.#firstAt = options.earlier?.startedAt;
    this.#beganAt = options.earlier?.startedAt;
  }

  static restore(saved: unknown, limits: PileLimits): PileMemory {
    const { share, known, broughtBy, firstAt, beganAt } = saved as SavedPile;
    const pile = new PileMemory({ known, limits, share: HeldShare.restore(share, limits) });
    pile.#broughtBy = broughtBy;
    pile.#firstAt = firstAt;
    pile.#beganAt = beganAt;
    return pile;
  }

  /** What a look says; `before`: the one before it, which shows the place without the pile when that is new. */
  add(at: UtcMs, seen: boolean, before: UtcMs | undefined): void {
    this.share.add(at, seen);
    this.#beganAt = this.share.startedAt === undefined ? undefined : (this.#beganAt ?? before ?? at);
  }

  /** Seen on a look; `vehicleBeside`: the one that stands, or stood a short while ago, beside it. */
  see(at: UtcMs, vehicleBeside: () => Subject | undefined): void {
    this.#firstAt ??= at;
    if (this.#broughtBy === undefined && at - this.#firstAt <= linkMs) this.#broughtBy = vehicleBeside();
  }

  /** The vehicle that stood by when it appeared. */
  get broughtBy(): Subject | undefined {
    return this.#broughtBy;
  }

  /** The last look without it, where there is one: so the picture of that moment is the one before. */
  get startedAt(): UtcMs | undefined {
    return this.known ? undefined : this.#beganAt;
  }

  /** Undefined while it was not seen for long enough. */
  get held(): Began | undefined {
    const { held } = this.share;
    return held && { startedAt: this.startedAt ?? held.startedAt, dwellMs: held.dwellMs };
  }

  get dueInMs(): number {
    return this.share.dueInMs;
  }

  get keepMs(): number {
    return this.known ? this.#limits.rememberMs : 0;
  }

  save(): SavedPile {
    return {
      share: this.share.save(),
      known: this.known,
      ...(this.#broughtBy !== undefined && { broughtBy: this.#broughtBy }),
      ...(this.#firstAt !== undefined && { firstAt: this.#firstAt }),
      ...(this.#beganAt !== undefined && { beganAt: this.#beganAt }),
    };
  }
}
