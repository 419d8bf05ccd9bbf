import {
  admit,
  type ClassAdmission,
  type ClassDemand,
  type LookCapacity,
  plannedMs,
  severities,
  shedding,
} from './admit.ts';

/** How long more than the box can do must be asked for before more is shed. */
const tightenAfterMs = 2_000;
/** How long less must fit before something is taken up again, and how much smaller it must fit. */
const loosenAfterMs = 4_000;
const loosenAt = 0.88;
/** Looks that come too late or are overtaken, of all: more is a box that cannot do what its costs promised. */
const pressureShare = 0.05;
const pressureForMs = 3_000;
/** One step down from what is planned now, and the way back up. */
const backOff = 0.9;
const recoverPerSecond = 0.03;
const leastCapacity = 0.05;

/** What one evaluation is told of the time since the last. */
export interface Evaluation {
  readonly ms: number;
  readonly demands: readonly ClassDemand[];
  /** Looks decided, and of those and the overtaken ones, how many came too late or never. */
  readonly looks: number;
  readonly troubled: number;
}

/** Nothing is shed. */
export const wholePlan: readonly ClassAdmission[] = severities.map((severity) => {
  return { severity, stretch: 1, share: 1, continuousShare: 1 };
});

/**
 * Decides what of the demand is taken on, with hysteresis: it sheds when the measured costs say for some seconds that
 * the box cannot do it all, and takes up again what would have fitted with room to spare. Where looks come late although
 * the costs said they would not (other processes, a slow disk, the main thread), it believes the looks: capacity is cut
 * to less than what is planned now and grows back by itself.
 */
export class Admission {
  readonly #capacity: LookCapacity;
  #plan = wholePlan;
  #usable = 1;
  #tightForMs = 0;
  #looseForMs = 0;
  #pressedForMs = 0;

  /** `capacity`: what looks may plan with while nothing says otherwise. */
  constructor(capacity: LookCapacity) {
    this.#capacity = capacity;
  }

  /** What each severity gets, most severe first. */
  get plan(): readonly ClassAdmission[] {
    return this.#plan;
  }

  /** Share of the capacity that looks have shown to be there. */
  get usable(): number {
    return this.#usable;
  }

  /** Takes the time since the last evaluation in; true when the plan is another one now. */
  evaluate(evaluation: Evaluation): boolean {
    this.#heed(evaluation);
    const { demands, ms } = evaluation;
    const now = shedding(this.#plan);
    const tighter = admit(demands, this.#at(1));
    const looser = admit(demands, this.#at(loosenAt));
    this.#tightForMs = shedding(tighter) > now + epsilon ? this.#tightForMs + ms : 0;
    this.#looseForMs = shedding(looser) < now - epsilon ? this.#looseForMs + ms : 0;
    if (this.#tightForMs >= tightenAfterMs) return this.#change(tighter);
    if (this.#looseForMs >= loosenAfterMs) return this.#change(looser);
    return false;
  }

  #change(plan: readonly ClassAdmission[]): true {
    this.#plan = plan;
    this.#tightForMs = 0;
    this.#looseForMs = 0;
    return true;
  }

  /** Learns from looks that came too late. */
  #heed({ ms, demands, looks, troubled }: Evaluation): void {
    const pressed = looks > 0 && troubled / looks > pressureShare;
    this.#pressedForMs = pressed ? this.#pressedForMs + ms : Math.max(0, this.#pressedForMs - ms);
    if (this.#pressedForMs < pressureForMs) {
      if (!pressed) this.#usable = Math.min(1, this.#usable + (recoverPerSecond * ms) / 1000);
      return;
    }
    const planned = plannedMs(demands, this.#plan);
    const { decoderMs, detectorMs } = this.#capacity;
    const used = Math.max(planned.decoderMs / decoderMs, planned.detectorMs / detectorMs);
    this.#usable = Math.max(leastCapacity, Math.min(this.#usable, used) * backOff);
    this.#pressedForMs = 0;
  }

  #at(share: number): LookCapacity {
    const { decoderMs, detectorMs, maxStretch } = this.#capacity;
    const factor = share * this.#usable;
    return { decoderMs: decoderMs * factor, detectorMs: detectorMs * factor, maxStretch };
  }
}

const epsilon = 1e-9;
