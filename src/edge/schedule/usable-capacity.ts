/** What looks showed of the box since the last time. */
export interface LooksOfLate {
  readonly ms: number;
  /** Looks decided or overtaken; of these, those that came too late or never, and with them those that came slowly. */
  readonly looks: number;
  readonly late: number;
  readonly slow: number;
  /** Share of the capacity that was used, of the scarcer resource. */
  readonly used: number;
}

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
const least = 0.05;
const carefulPerSecond = 0.005;
const recoverPerSecond = 0.08;
const carefulForMs = { first: 8_000, growth: 1.5, longest: 18_000 };

/**
 * How much of the capacity is there. All of it, until looks come late although their costs said they would not (other
 * processes, a slow disk, the main thread): then the looks are believed.
 */
export class UsableCapacity {
  #share = 1;
  #pressedForMs = 0;
  #carefulForMs = 0;
  #nextCareMs = carefulForMs.first;

  /** 0–1. */
  get share(): number {
    return this.#share;
  }

  heed({ ms, looks, late, slow, used }: LooksOfLate): void {
    const pressed = late >= leastLate && late > looks * pressureShare;
    this.#pressedForMs = pressed ? this.#pressedForMs + ms : 0;
    if (this.#pressedForMs >= pressureForMs) this.#cut(used);
    else if (!isSlow({ slow, looks })) this.#grow(ms);
  }

  /** Less is taken on: what came late until now says nothing any more. */
  relieved(): void {
    this.#pressedForMs = 0;
  }

  #cut(used: number): void {
    this.#pressedForMs = 0;
    if (used * backOff >= this.#share) return;
    this.#share = Math.max(used * backOff, this.#share * largestStep, least);
    this.#carefulForMs = this.#nextCareMs;
    this.#nextCareMs = Math.min(carefulForMs.longest, this.#nextCareMs * carefulForMs.growth);
  }

  #grow(ms: number): void {
    this.#carefulForMs -= ms;
    const perSecond = this.#carefulForMs > 0 ? carefulPerSecond : recoverPerSecond;
    this.#share = Math.min(1, this.#share + (perSecond * ms) / 1000);
    if (this.#share === 1) this.#nextCareMs = carefulForMs.first;
  }
}

/** Whether so many looks come slowly that the box cannot have more to do. */
export function isSlow({ slow, looks }: Pick<LooksOfLate, 'slow' | 'looks'>): boolean {
  return slow >= leastLate && slow > looks * pressureShare;
}
