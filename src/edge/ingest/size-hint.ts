/** Inter frames from which a camera's usual sizes are learnt before anything is said: some seconds. */
const learning = 100;

/** How far the estimate moves a frame, in doublings of the size; faster while it is new. */
const step = 0.02;
const firstStep = 0.2;

/** The usual high: exceeded by one frame in twenty. A median would make an onset of every P-frame between B-frames. */
const usualShare = 0.95;

/** An onset is this much larger than the usual high, in doublings: 1.4 times. */
const margin = 0.5;

/**
 * Hears from the sizes of one camera's inter frames when something begins to move. The usual high is a running
 * quantile of their logarithms: one number, no window, deaf to single outliers. It only ever hints: under a capped
 * rate, pictures with and without motion are of one size (performance.md).
 */
export class SizeHint {
  #seen = 0;
  #usualHigh = 0;
  #high = false;

  /**
   * Takes the next coded picture's size; true on the first inter frame that is clearly larger than this camera's
   * usually are, and not again until they are usual again.
   */
  observe(keyframe: boolean, bytes: number): boolean {
    if (keyframe || !(bytes > 0) || bytes === Number.POSITIVE_INFINITY) return false;
    const size = Math.log2(bytes);
    if (this.#seen === 0) this.#usualHigh = size;
    const known = this.#seen >= learning;
    if (!known) this.#seen += 1;
    const above = size > this.#usualHigh;
    const onset = known && !this.#high && size > this.#usualHigh + margin;
    this.#high = known && (this.#high ? above : onset);
    this.#usualHigh += (known ? step : firstStep) * (above ? usualShare : usualShare - 1);
    return onset;
  }
}
