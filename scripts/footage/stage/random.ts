import { seededRandom } from '../../../src/simulator/seeded-random.ts';

/** Choices that are the same for the same seed. */
export class Random {
  readonly #next: () => number;

  constructor(seed: number) {
    this.#next = seededRandom(seed);
  }

  /** A number from `least` to `most` (excluded). */
  between(least: number, most: number): number {
    return least + (most - least) * this.#next();
  }

  /** A whole number from `least` to `most`, both included. */
  whole(least: number, most: number): number {
    return Math.floor(this.between(least, most + 1));
  }

  /** True in `share` of the cases. */
  chance(share: number): boolean {
    return this.#next() < share;
  }

  /** One of them. @throws RangeError for an empty list. */
  pick<T>(choices: readonly T[]): T {
    const choice = choices[this.whole(0, choices.length - 1)];
    if (choice === undefined) throw new RangeError('nothing to choose from');
    return choice;
  }

  /** Another source of choices, so that one more choice here changes nothing there. */
  branch(): Random {
    return new Random(Math.floor(this.#next() * 2 ** 32));
  }
}
