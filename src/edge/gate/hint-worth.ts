/** Looks with a hint, and without one, from which anything is concluded. */
const fewest = 20;

/** Looks after which the past counts half: some hours, so that a camera's day and night are told apart. */
const memory = 2000;

/** How much more often a hinted look finds activity than another, for hints to be used. */
const leastLift = 1.5;

/** Standard errors of the difference at which hints are taken up, and below which they are given up again. */
const takeUp = 4;
const giveUp = 2;

/**
 * Learns whether the hints of one camera tell anything: whether looks that a hint came before find activity more often
 * than others, by more than chance. Where rate control keeps every picture the same size, they do not.
 */
export class HintWorth {
  readonly #hinted = { looks: 0, active: 0 };
  readonly #plain = { looks: 0, active: 0 };
  #enabled = false;

  /** Whether a hint of this camera is worth an earlier look. */
  get enabled(): boolean {
    return this.#enabled;
  }

  /** How many times more often hinted looks find activity; undefined while too little was seen. */
  get lift(): number | undefined {
    if (this.#hinted.looks < fewest || this.#plain.looks < fewest) return undefined;
    return share(this.#hinted) / share(this.#plain);
  }

  /** Notes one look: whether a hint came since the look before, and whether the gate found activity. */
  observe(hinted: boolean, active: boolean): void {
    const row = hinted ? this.#hinted : this.#plain;
    row.looks += 1;
    if (active) row.active += 1;
    if (this.#hinted.looks + this.#plain.looks > memory) this.#fade();
    const { lift } = this;
    const bar = this.#enabled ? giveUp : takeUp;
    this.#enabled = lift !== undefined && lift >= leastLift && this.#standardErrors() >= bar;
  }

  #fade(): void {
    for (const row of [this.#hinted, this.#plain]) {
      row.looks /= 2;
      row.active /= 2;
    }
  }

  /** Difference of the two shares in standard errors (two-proportion z-test, pooled). */
  #standardErrors(): number {
    const [a, b] = [this.#hinted, this.#plain];
    const pooled = (a.active + b.active + 1) / (a.looks + b.looks + 2);
    const error = Math.sqrt(pooled * (1 - pooled) * (1 / a.looks + 1 / b.looks));
    return (share(a) - share(b)) / error;
  }
}

/** Share of active looks, drawn a little towards a half so that it is never nothing. */
function share({ looks, active }: { readonly looks: number; readonly active: number }): number {
  return (active + 0.5) / (looks + 1);
}
