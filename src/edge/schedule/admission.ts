import {
  admit,
  type ClassAdmission,
  type ClassDemand,
  type LookCapacity,
  plannedMs,
  severities,
  shedding,
} from './admit.ts';
import { isSlow, type LooksOfLate, UsableCapacity } from './usable-capacity.ts';

/** How long more than the box can do must be asked for before more is shed, and how much of it is left at least. */
const tightenAfterMs = 5_000;
const tightenTo = 0.6;
/** How long less must fit before something is taken up again, how much smaller it must fit, and how much it may be. */
const loosenAfterMs = 4_000;
const loosenAt = 0.92;
const loosenBy = 0.25;
/** A step up that had to be taken back so soon failed; it is not tried again for a while, each time longer. */
const trialMs = 20_000;
const restMs = { first: 10_000, growth: 2, longest: 60_000 };
/** Unless it would cost this much less by now than when it was tried. */
const easierAt = 0.85;

/** Past this share of the capacity what is used says nothing of what is asked for. */
const saturatedAt = 0.9;
/** How fast costs are taken for too dear, where less is used than they say, and believed again where all is. */
const doubtMs = 4_000;
const believeMs = 2_000;
const leastBelief = 0.1;
/** A new plan shows in what is used after this long. */
const showsAfterMs = 3_000;

/** A step up. */
interface Trial {
  readonly plan: readonly ClassAdmission[];
  /** What it promised to take of the capacity. */
  readonly load: number;
  leftMs: number;
}

/** Nothing is shed. */
export const wholePlan: readonly ClassAdmission[] = severities.map((severity) => {
  return { severity, stretch: 1, share: 1, continuousShare: 1 };
});

/**
 * Decides what of the demand is taken on. It sheds when the measured costs say for some seconds that the box cannot do it
 * all, and takes up again, step by step, what would have fitted with room to spare. Threads that share cores slow each
 * other down, so costs rise with what is taken on: a step that proves too much is remembered.
 */
export class Admission {
  readonly #capacity: LookCapacity;
  readonly #usable = new UsableCapacity();
  #plan = wholePlan;
  /** Part of the measured costs that what is used bears out, 0–1. */
  #belief = 1;
  #plannedForMs = 0;
  #tightForMs = 0;
  #looseForMs = 0;
  #trial: Trial | undefined;
  #failed: Trial | undefined;
  #nextRestMs = restMs.first;

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
    return this.#usable.share;
  }

  /** Takes the time since the last call in; true when less is taken on from now. */
  evaluate(asked: readonly ClassDemand[], looks: LooksOfLate): boolean {
    const { ms } = looks;
    this.#usable.heed(looks);
    this.#doubt(asked, looks);
    const demands = asked.map((demand) => scaled(demand, this.#belief));
    this.#rest(demands, ms);
    const now = shedding(this.#plan);
    const load = this.#load(demands, this.#plan);
    const tighter = admit(demands, this.#at(Math.max(this.usable, load * tightenTo)));
    const looser = this.#looser(demands, load);
    this.#tightForMs = shedding(tighter) > now + epsilon ? this.#tightForMs + ms : 0;
    this.#looseForMs = shedding(looser) < now - epsilon && this.#mayTry(looser) ? this.#looseForMs + ms : 0;
    const tighten = this.#tightForMs >= tightenAfterMs;
    if (tighten) this.#tighten(tighter);
    else if (this.#looseForMs >= loosenAfterMs) this.#loosen(looser, this.#load(demands, looser));
    return tighten;
  }

  /** The smallest step that sheds less, as far as it fits: intervals grow in whole multiples, so that it may be a large one. */
  #looser(demands: readonly ClassDemand[], load: number): readonly ClassAdmission[] {
    const most = this.usable * loosenAt;
    const now = shedding(this.#plan) - epsilon;
    for (let room = load + loosenBy; room < most; room += loosenBy) {
      const plan = admit(demands, this.#at(room));
      if (shedding(plan) < now) return plan;
    }
    return admit(demands, this.#at(most));
  }

  #tighten(plan: readonly ClassAdmission[]): void {
    this.#change(plan);
    this.#usable.relieved();
    if (this.#trial === undefined) return;
    this.#failed = { ...this.#trial, leftMs: this.#nextRestMs };
    this.#nextRestMs = Math.min(restMs.longest, this.#nextRestMs * restMs.growth);
    this.#trial = undefined;
  }

  #loosen(plan: readonly ClassAdmission[], load: number): void {
    this.#change(plan);
    this.#trial = { plan, load, leftMs: trialMs };
  }

  #change(plan: readonly ClassAdmission[]): void {
    this.#plan = plan;
    this.#plannedForMs = 0;
    this.#tightForMs = 0;
    this.#looseForMs = 0;
  }

  /**
   * Compares what is used with what the costs say it should be. Costs of few looks are learnt slowly, and a moment in which the
   * box stood still would otherwise shed for minutes what there is room for.
   */
  #doubt(demands: readonly ClassDemand[], { ms, used, slow, looks }: LooksOfLate): void {
    this.#plannedForMs += ms;
    const planned = this.#load(demands, this.#plan);
    const saturated = used > saturatedAt || isSlow({ slow, looks });
    if (planned < 0.01 || (!saturated && this.#plannedForMs < showsAfterMs)) return;
    const goal = saturated ? 1 : Math.min(1, Math.max(leastBelief, used / planned));
    this.#belief += (goal - this.#belief) * (1 - Math.exp(-ms / (goal > this.#belief ? believeMs : doubtMs)));
  }

  /** Lets time pass for the last step up, and for the last one that failed. */
  #rest(demands: readonly ClassDemand[], ms: number): void {
    if (this.#trial !== undefined) {
      this.#trial.leftMs -= ms;
      if (this.#trial.leftMs <= 0) {
        this.#trial = undefined;
        this.#nextRestMs = restMs.first;
      }
    }
    if (this.#failed === undefined) return;
    this.#failed.leftMs -= ms;
    const easier = this.#load(demands, this.#failed.plan) < this.#failed.load * easierAt;
    if (easier || this.#failed.leftMs <= 0) this.#failed = undefined;
  }

  #mayTry(plan: readonly ClassAdmission[]): boolean {
    return this.#failed === undefined || shedding(plan) > shedding(this.#failed.plan) + epsilon;
  }

  /** Share of the whole capacity that a plan takes, of the scarcer resource. */
  #load(demands: readonly ClassDemand[], plan: readonly ClassAdmission[]): number {
    const { decoderMs, detectorMs } = plannedMs(demands, plan);
    return Math.max(decoderMs / this.#capacity.decoderMs, detectorMs / this.#capacity.detectorMs);
  }

  #at(share: number): LookCapacity {
    const { decoderMs, detectorMs, maxStretch } = this.#capacity;
    return { decoderMs: decoderMs * share, detectorMs: detectorMs * share, maxStretch };
  }
}

function scaled(demand: ClassDemand, by: number): ClassDemand {
  const { decodeMs, detectMs, continuousMs } = demand;
  return { ...demand, decodeMs: decodeMs * by, detectMs: detectMs * by, continuousMs: continuousMs * by };
}

const epsilon = 1e-9;
