import { unit } from './levels.ts';

/** Half the width of the neighbourhood whose mean passes for light, pixels: shadows with sharp edges are seen. */
const radius = 8;

/** What a single pixel can add to its neighbourhood's mean: an object must not pass for light in its surroundings. */
const most = 25 * unit;

/** Takes soft local light (clouds, lamps, the sun coming round) out of a residual. */
export class SoftLight {
  readonly #width: number;
  readonly #height: number;
  readonly #columns: Int32Array;

  constructor(size: { readonly width: number; readonly height: number }) {
    this.#width = size.width;
    this.#height = size.height;
    this.#columns = new Int32Array(size.width);
  }

  /** Writes `residual` less the mean of each pixel's neighbourhood into `detail`; returns the largest mean, units. */
  remove(residual: Int16Array, detail: Int16Array): number {
    const [width, height] = [this.#width, this.#height];
    const columns = this.#columns.fill(0);
    for (let y = 0; y < radius; y += 1) this.#add(residual, y, 1);
    let largest = 0;
    for (let y = 0; y < height; y += 1) {
      if (y + radius < height) this.#add(residual, y + radius, 1);
      if (y - radius > 0) this.#add(residual, y - radius - 1, -1);
      const rows = Math.min(height - 1, y + radius) - Math.max(0, y - radius) + 1;
      let sum = 0;
      for (let x = 0; x < radius; x += 1) sum += columns[x] ?? 0;
      for (let x = 0; x < width; x += 1) {
        if (x + radius < width) sum += columns[x + radius] ?? 0;
        if (x - radius > 0) sum -= columns[x - radius - 1] ?? 0;
        const across = Math.min(width - 1, x + radius) - Math.max(0, x - radius) + 1;
        const mean = sum / (rows * across);
        if (mean > largest) largest = mean;
        else if (-mean > largest) largest = -mean;
        const at = y * width + x;
        detail[at] = (residual[at] ?? 0) - mean;
      }
    }
    return largest;
  }

  #add(residual: Int16Array, y: number, sign: 1 | -1): void {
    const columns = this.#columns;
    const start = y * this.#width;
    for (let x = 0; x < this.#width; x += 1) {
      const value = residual[start + x] ?? 0;
      columns[x] = (columns[x] ?? 0) + sign * (value > most ? most : value < -most ? -most : value);
    }
  }
}
