import { admit, type ClassAdmission, type ClassDemand, type LookCapacity, severities, shedding } from './admit.ts';

/** How long more than the box can do must be asked for before more is shed. */
const tightenAfterMs = 2_000;
/** How long less must fit before something is taken up again, and how much smaller it must fit. */
const loosenAfterMs = 4_000;
const loosenAt = 0.92;
/** Looks that come too late or are overtaken, of all: more is a box that cannot do what its costs promised. */
const pressureShare = 0.05;
const leastLate = 4;
const pressureForMs = 3_000;
/**
 * What such a box did meanwhile is what it can do; less of it is planned with, and no single step is larger than this: it may
 * have been a hiccup. Then the way back up, with care at first. Each time that was too much again the care takes longer.
 */
const backOff = 0.95;
const largestStep = 0.7;
const leastCapacity = 0.05;
const carefulPerSecond = 0.005;
const recoverPerSecond = 0.08;
const carefulForMs = { first: 8_000, growth: 1.5, longest: 18_000 };

/** What one evaluation is told of the time since the last. */
export interface Evaluation {
  readonly ms: number;
  readonly demands: readonly ClassDemand[];
  /** Looks decided or overtaken of late; of these, those that came too late or never, and with them those that came slowly. */
  readonly looks: number;
  readonly late: number;
  readonly slow: number;
  /** Share of the capacity that was used of late, of the scarcer resource. */
  readonly used: number;
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
  #carefulForMs = 0;
  #nextCareMs = carefulForMs.first;

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

  /** Takes the time since the last evaluation in; true when less is taken on from now. */
  evaluate(evaluation: Evaluation): boolean {
    this.#heed(evaluation);
    const { demands, ms } = evaluation;
    const now = shedding(this.#plan);
    const tighter = admit(demands, this.#at(1));
    const looser = admit(demands, this.#at(loosenAt));
    this.#tightForMs = shedding(tighter) > now + epsilon ? this.#tightForMs + ms : 0;
    this.#looseForMs = shedding(looser) < now - epsilon ? this.#looseForMs + ms : 0;
    const tighten = this.#tightForMs >= tightenAfterMs;
    if (tighten) this.#change(tighter);
    else if (this.#looseForMs >= loosenAfterMs) this.#change(looser);
    return tighten;
  }

  #change(plan: readonly ClassAdmission[]): void {
    this.#plan = plan;
    this.#tightForMs = 0;
    this.#looseForMs = 0;
    this.#pressedForMs = 0;
  }

  /** Learns from looks that came too late. */
  #heed({ ms, looks, late, slow, used }: Evaluation): void {
    const pressed = late >= leastLate && late > looks * pressureShare;
    this.#pressedForMs = pressed ? this.#pressedForMs + ms : 0;
    if (this.#pressedForMs >= pressureForMs) this.#cut(used);
    else if (slow < leastLate || slow <= looks * pressureShare) this.#grow(ms);
  }

  #cut(used: number): void {
    this.#pressedForMs = 0;
    if (used * backOff >= this.#usable) return;
    this.#usable = Math.max(used * backOff, this.#usable * largestStep, leastCapacity);
    this.#carefulForMs = this.#nextCareMs;
    this.#nextCareMs = Math.min(carefulForMs.longest, this.#nextCareMs * carefulForMs.growth);
  }

  #grow(ms: number): void {
    this.#carefulForMs -= ms;
    const perSecond = this.#carefulForMs > 0 ? carefulPerSecond : recoverPerSecond;
    this.#usable = Math.min(1, this.#usable + (perSecond * ms) / 1000);
    if (this.#usable === 1) this.#nextCareMs = carefulForMs.first;
  }

  #at(share: number): LookCapacity {
    const { decoderMs, detectorMs, maxStretch } = this.#capacity;
    const factor = share * this.#usable;
    return { decoderMs: decoderMs * factor, detectorMs: detectorMs * factor, maxStretch };
  }
}

const epsilon = 1e-9;
