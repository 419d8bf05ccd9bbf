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
  #lastMs: number | undefined;

  inspect(luma: Uint8Array, atMs: number): { readonly active: boolean; readonly regions: readonly Box[] } {
    const picture = this.#blurred(this.#stretched(luma));
    if (this.#lastMs === undefined) {
      this.#lastMs = atMs;
      this.#average.set(picture);
      return { active: true, regions: [[0, 0, 1, 1]] };
    }
    const mask = this.#dilated(picture.map((value, at) => (Math.abs(value - (this.#average[at] ?? 0)) > 30 ? 1 : 0)));
    const share = mask.reduce((sum, flag) => sum + flag, 0) / mask.length;
    const lightning = share > 0.8;
    const pictures = ((atMs - this.#lastMs) / 1000) * 5;
    const alpha = lightning ? 1 : 1 - 0.99 ** pictures;
    for (let at = 0; at < picture.length; at += 1) {
      const average = this.#average[at] ?? 0;
      this.#average[at] = average + alpha * ((picture[at] ?? 0) - average);
    }
    this.#lastMs = atMs;
    const regions = lightning ? [] : this.#contours(mask);
    return { active: regions.length > 0, regions };
  }

  /** Between the 4th and the 96th percentile, over all greys. */
  #stretched(luma: Uint8Array): Float32Array {
    const sorted = Uint8Array.from(luma).sort();
    const low = sorted[Math.floor(sorted.length * 0.04)] ?? 0;
    const high = Math.max(low + 1, sorted[Math.floor(sorted.length * 0.96)] ?? 255);
    return Float32Array.from(luma, (value) => (255 * (Math.min(Math.max(value, low), high) - low)) / (high - low));
  }

  #blurred(picture: Float32Array): Float32Array {
    return this.#along(this.#along(picture, 1), this.width);
  }

  /** 1–2–1 in one direction. */
  #along(picture: Float32Array, step: number): Float32Array {
    return picture.map((value, at) => (2 * value + (picture[at - step] ?? value) + (picture[at + step] ?? value)) / 4);
  }

  #dilated(mask: Float32Array): Uint8Array {
    return Uint8Array.from(mask, (_, at) => {
      for (let y = -1; y <= 1; y += 1) {
        for (let x = -1; x <= 1; x += 1) if (mask[at + y * this.width + x] === 1) return 1;
      }
      return 0;
    });
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
