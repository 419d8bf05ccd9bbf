import type { AccessUnit } from '../../domain/access-unit.ts';
import type { UnlookedReason } from '../../domain/camera.ts';
import type { CameraId } from '../../domain/ids.ts';
import type { LookNeeds, LookOutcome, LookPriority } from '../../domain/look.ts';
import type { Severity } from '../../domain/scene-id.ts';
import type { ScheduleConfig } from './config.ts';
import { DueAccount, type DueTerms, dueTerms, type MissedCause } from './due-account.ts';
import type { Waiter } from './look-heap.ts';
import type { Rotated } from './rotation.ts';

/** A picture in hand. */
export interface PictureInHand extends LookPriority {
  readonly unit: AccessUnit;
  /** Monotonic; the node's time of its last packet. */
  readonly arrivedMs: number;
}

/** A camera that is to be looked at five times a second, and is every 2 s, misses looks but is not blind. */
const leastBlindEveryMs = 2_000;

/** What one camera's looks are at; the scheduler's own, nobody else writes it. */
export class CameraLooks implements Waiter, Rotated {
  readonly camera: CameraId;
  readonly #config: ScheduleConfig;
  readonly due: DueAccount;
  /** Most urgent of what it waits for, for the heap: kept when a newer picture takes the older one's place. */
  deadlineMs = 0;
  place = -1;
  watched = true;
  watchedSinceMs: number;
  /** What its scenes ask for. */
  needs: LookNeeds;
  /** How many times longer its interval is for now. */
  stretch = 1;
  /** Every picture of it is decoded. */
  continuous = false;
  connected = true;
  /** The newest picture, while it waits. */
  waiting: PictureInHand | undefined;
  /** A look is under way. */
  looking = false;
  /** Nothing of it was decided yet. */
  first = true;
  /** Why looks since the last decided one were none. */
  trouble: MissedCause | undefined;
  failures = 0;
  /** Since the last decided look a picture was overtaken by a newer one. */
  overtaken = false;
  /** What the blindness account was told. */
  blind: UnlookedReason | undefined;
  /** What ingest was told. */
  told: { readonly everyMs: number; readonly continuous: boolean } | undefined;

  constructor(camera: CameraId, needs: LookNeeds, config: ScheduleConfig, nowMs: number) {
    this.camera = camera;
    this.#config = config;
    this.needs = needs;
    this.watchedSinceMs = nowMs;
    this.due = new DueAccount(this.terms);
  }

  get severity(): Severity {
    return this.needs.severity;
  }

  get terms(): DueTerms {
    return dueTerms(this.needs.everyMs, this.#config);
  }

  get looksPerSecond(): number {
    return 1000 / (this.needs.everyMs * this.stretch);
  }

  /** Looks of it are due: it is connected, and has shown a picture or is known to. */
  get live(): boolean {
    return this.due.fromMs !== undefined;
  }

  /** The pace its pictures are to come at: never, while it is shed. */
  get paceMs(): number {
    return this.watched ? this.needs.everyMs * this.stretch : Number.POSITIVE_INFINITY;
  }

  /** What its scenes ask for changes. */
  change(needs: LookNeeds, nowMs: number): void {
    this.needs = needs;
    this.due.change(this.terms, nowMs);
    if (this.waiting !== undefined)
      this.deadlineMs = Math.min(this.deadlineMs, this.deadlineOf(this.waiting.arrivedMs));
  }

  deadlineOf(arrivedMs: number): number {
    return arrivedMs + this.terms.decideWithinMs;
  }

  /** Puts a picture in the place of the one that waits; that one is returned. */
  put(unit: AccessUnit, arrivedMs: number): PictureInHand | undefined {
    const before = this.waiting;
    const deadlineMs = this.deadlineOf(arrivedMs);
    this.waiting = { unit, arrivedMs, deadlineMs, severity: this.severity };
    if (before === undefined) this.deadlineMs = deadlineMs;
    else this.overtaken = true;
    return before;
  }

  /** A look ended otherwise than decided; says whether the next picture is wanted at once. */
  failed(result: Exclude<LookOutcome['result'], 'decided'>): boolean {
    this.trouble = troubles[result];
    this.failures += 1;
    // Once: what fails again and again must not cost more than what works.
    return this.failures === 1 && this.waiting === undefined;
  }

  decided(): void {
    this.first = false;
    this.trouble = undefined;
    this.failures = 0;
    this.overtaken = false;
  }

  /** Why a look that was due by now did not come. */
  get cause(): MissedCause {
    if (!this.watched || this.stretch > 1 || (this.needs.continuous && !this.continuous)) return 'overloaded';
    const inHand = this.overtaken || this.looking || this.waiting !== undefined;
    return this.trouble ?? (inHand ? 'overloaded' : 'no-picture');
  }

  /** Why the camera counts as not watched now: it is shed, or was not looked at for two of its intervals. */
  blindness(nowMs: number): UnlookedReason | undefined {
    const { fromMs } = this.due;
    if (fromMs === undefined) return undefined;
    if (!this.watched) return 'overloaded';
    const longMs = 2 * Math.max(leastBlindEveryMs, this.needs.everyMs) + this.terms.toleranceMs;
    return nowMs - fromMs <= longMs ? undefined : reasons[this.cause];
  }
}

const troubles = {
  corrupt: 'undecodable',
  unsupported: 'undecodable',
  failed: 'failed',
  overloaded: 'overloaded',
} as const satisfies Record<Exclude<LookOutcome['result'], 'decided'>, MissedCause>;

const reasons = {
  overloaded: 'overloaded',
  undecodable: 'undecodable',
  failed: 'model-unavailable',
  'no-picture': 'no-keyframe',
} as const satisfies Record<MissedCause, UnlookedReason>;
