import type { UtcMs } from '../../../domain/ids.ts';

/** How one look saw it: the logarithm of its area, and its score. */
type Sample = readonly [at: UtcMs, logArea: number, score: number];

/** State as JSON. */
export interface SavedFlicker {
  readonly samples: readonly Sample[];
}

/** What is compared: half a minute at a look every two seconds. */
const maxSamples = 12;
/** Fewer say nothing. */
const leastSamples = 3;
/** Flames change some times a second: looks nearer to each other than this show the same flame. */
const leastApartMs = 200;
/** Scores tremble with the picture's noise as well: they say half as much as the size does. */
const scoreWeight = 0.5;

/**
 * How much something varies in size and clearness: a flame's box changes by a fifth from look to look, that of a lamp
 * only by the detector's jitter. A standard deviation, so that it means the same at every rate of looks.
 */
export class Flicker {
  #samples: Sample[] = [];

  add(at: UtcMs, area: number, score: number): void {
    const last = this.#samples.at(-1);
    if (last !== undefined && at < last[0]) this.#samples = [];
    else if (last !== undefined && at - last[0] < leastApartMs) return;
    if (area <= 0) return;
    this.#samples.push([at, Math.log(area), score]);
    if (this.#samples.length > maxSamples) this.#samples.shift();
  }

  /** Relative to its size, 0 where it does not vary at all; undefined while too little was seen. */
  get strength(): number | undefined {
    if (this.#samples.length < leastSamples) return undefined;
    const size = deviation(this.#samples.map(([, logArea]) => logArea));
    const clearness = deviation(this.#samples.map(([, , score]) => score));
    return Math.hypot(size, scoreWeight * clearness);
  }

  save(): SavedFlicker {
    return { samples: [...this.#samples] };
  }

  restore({ samples }: SavedFlicker): void {
    this.#samples = [...samples];
  }
}

function deviation(values: readonly number[]): number {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  return Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (values.length - 1));
}
