import { area, type Box, iou } from '../../../domain/geometry.ts';
import type { UtcMs } from '../../../domain/ids.ts';

/** How one look saw it: the logarithm of its area, and its score. */
type Sample = readonly [at: UtcMs, logArea: number, score: number];

/** State as JSON. */
export interface SavedFlicker {
  readonly samples: readonly Sample[];
  readonly box?: Box | undefined;
}

/** What is compared: half a minute at a look every two seconds. */
const maxSamples = 12;
/** Fewer say nothing. */
const leastSamples = 3;
/** Flames change some times a second: looks nearer to each other than this show the same flame. */
const leastApartMs = 200;
/** Scores tremble with the picture's noise as well: they say half as much as the size does. */
const scoreWeight = 0.5;
/** A flame that flares up overlaps with itself by more than this; a lamp and what passes it do not. */
const sameIou = 0.3;
/** Not seen for longer, something else is looked at in its place. */
const forgetMs = 10_000;

/**
 * How much something varies in size and clearness: a flame's box changes by a fifth from look to look, that of a lamp
 * only by the detector's jitter. A standard deviation, so that it means the same at every rate of looks.
 */
export class Flicker {
  #samples: Sample[] = [];
  #box: Box | undefined;

  /** What may be it on this look. */
  add(at: UtcMs, seen: readonly { readonly box: Box; readonly score: number }[]): void {
    const last = this.#samples.at(-1)?.[0];
    if (last !== undefined && (at < last || at - last > forgetMs)) {
      this.#samples = [];
      this.#box = undefined;
    } else if (last !== undefined && at - last < leastApartMs) return;
    const likeness = ({ box }: { readonly box: Box }) => (this.#box === undefined ? area(box) : iou(this.#box, box));
    const [same] = [...seen].sort((a, b) => likeness(b) - likeness(a));
    if (same === undefined || area(same.box) <= 0) return;
    if (this.#box !== undefined && likeness(same) < sameIou) return;
    this.#box = same.box;
    this.#samples.push([at, Math.log(area(same.box)), same.score]);
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
    return { samples: [...this.#samples], ...(this.#box !== undefined && { box: this.#box }) };
  }

  restore({ samples, box }: SavedFlicker): void {
    this.#samples = [...samples];
    this.#box = box;
  }
}

function deviation(values: readonly number[]): number {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  return Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (values.length - 1));
}
