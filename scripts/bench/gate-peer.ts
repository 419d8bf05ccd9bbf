import type { Box } from '../../src/domain/geometry.ts';

/**
 * The usual way, as network video recorders do it: a grey picture 100 lines high, contrast stretched, blurred, its
 * difference from a running average past a threshold, widened, and contours above an area. Thresholds as Frigate
 * documents them (threshold 30, contour area 10, average 0.01 a picture, more than 80 % changed: lightning, look
 * again); its pictures come at 5 a second, so the average takes the steps that this would have taken.
 */
export class RunningAverageMotion {
  readonly width = 160;
  readonly height = 100;
  readonly #average = new Float32Array(this.width * this.height);
  readonly #stretched = new Float32Array(this.width * this.height);
  readonly #across = new Float32Array(this.width * this.height);
  readonly #picture = new Float32Array(this.width * this.height);
  readonly #mask = new Uint8Array(this.width * this.height);
  #lastMs: number | undefined;

  inspect(atMs: number, luma: Uint8Array): { readonly active: boolean; readonly regions: readonly Box[] } {
    this.#stretch(luma);
    blur(this.#stretched, this.#across, 1);
    blur(this.#across, this.#picture, this.width);
    if (this.#lastMs === undefined) {
      this.#lastMs = atMs;
      this.#average.set(this.#picture);
      return { active: true, regions: [[0, 0, 1, 1]] };
    }
    const lightning = this.#mark() > 0.8 * this.#mask.length;
    const pictures = ((atMs - this.#lastMs) / 1000) * 5;
    this.#follow(lightning ? 1 : 1 - 0.99 ** pictures);
    this.#lastMs = atMs;
    const regions = lightning ? [] : this.#contours(this.#mask);
    return { active: regions.length > 0, regions };
  }

  /** Between the 4th and the 96th percentile, over all greys. */
  #stretch(luma: Uint8Array): void {
    const counts = new Int32Array(256);
    for (let at = 0; at < luma.length; at += 1) {
      const value = luma[at] ?? 0;
      counts[value] = (counts[value] ?? 0) + 1;
    }
    const low = percentile(counts, 0.04 * luma.length);
    const high = Math.max(low + 1, percentile(counts, 0.96 * luma.length));
    const greys = Float32Array.from(
      counts,
      (_, value) => (255 * (Math.min(Math.max(value, low), high) - low)) / (high - low),
    );
    for (let at = 0; at < luma.length; at += 1) this.#stretched[at] = greys[luma[at] ?? 0] ?? 0;
  }

  /** Marks what differs, widened by a pixel; returns how many pixels are marked. */
  #mark(): number {
    const { width } = this;
    this.#mask.fill(0);
    for (let at = width + 1; at < this.#mask.length - width - 1; at += 1) {
      if (Math.abs((this.#picture[at] ?? 0) - (this.#average[at] ?? 0)) <= 30) continue;
      for (let row = at - width; row <= at + width; row += width) this.#mask.fill(1, row - 1, row + 2);
    }
    let marked = 0;
    for (let at = 0; at < this.#mask.length; at += 1) marked += this.#mask[at] ?? 0;
    return marked;
  }

  #follow(alpha: number): void {
    for (let at = 0; at < this.#average.length; at += 1) {
      const average = this.#average[at] ?? 0;
      this.#average[at] = average + alpha * ((this.#picture[at] ?? 0) - average);
    }
  }

  #contours(mask: Uint8Array): Box[] {
    const boxes: Box[] = [];
    for (let start = 0; start < mask.length; start += 1) {
      if (mask[start] !== 1) continue;
      const queue = [start];
      mask[start] = 0;
      let [left, top, right, bottom] = [this.width, this.height, 0, 0];
      for (const at of queue) {
        const [x, y] = [at % this.width, Math.floor(at / this.width)];
        [left, top, right, bottom] = [
          Math.min(left, x),
          Math.min(top, y),
          Math.max(right, x + 1),
          Math.max(bottom, y + 1),
        ];
        for (const next of [at - 1, at + 1, at - this.width, at + this.width]) {
          if (mask[next] !== 1) continue;
          mask[next] = 0;
          queue.push(next);
        }
      }
      if (queue.length <= 10) continue;
      boxes.push([left / this.width, top / this.height, right / this.width, bottom / this.height]);
    }
    return boxes;
  }
}

/** 1–2–1 in one direction. */
function blur(from: Float32Array, to: Float32Array, step: number): void {
  for (let at = 0; at < from.length; at += 1) {
    const value = from[at] ?? 0;
    to[at] = (2 * value + (from[at - step] ?? value) + (from[at + step] ?? value)) / 4;
  }
}

/** The grey below which so many pixels lie. */
function percentile(counts: Int32Array, pixels: number): number {
  let below = 0;
  for (const [value, count] of counts.entries()) {
    below += count;
    if (below >= pixels) return value;
  }
  return 255;
}
