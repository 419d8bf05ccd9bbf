import { unit } from './levels.ts';

/** Half the width of the neighbourhood whose mean passes for light, pixels: shadows with sharp edges are seen. */
const radius = 8;

/** What a single pixel can add to its neighbourhood's mean: an object must not pass for light in its surroundings. */
const most = 60 * unit;

/** Takes soft local light (clouds, lamps, the sun coming round) out of a residual. */
export class SoftLight {
  readonly #width: number;
  readonly #height: number;
  /** Sums of the rows around the present one, column by column, with `radius` empty columns on either side. */
  readonly #columns: Int32Array;
  /** One over the number of columns around each: fewer at either end. */
  readonly #weights: Float64Array;

  constructor(size: { readonly width: number; readonly height: number }) {
    this.#width = size.width;
    this.#height = size.height;
    this.#columns = new Int32Array(size.width + 2 * radius + 1);
    this.#weights = Float64Array.from({ length: size.width }, (_, x) => {
      return 1 / (Math.min(x, radius) + Math.min(size.width - 1 - x, radius) + 1);
    });
  }

  /** Writes `residual` less the mean of each pixel's neighbourhood into `detail`; returns the largest mean, units. */
  remove(residual: Int16Array, detail: Int16Array): number {
    this.#columns.fill(0);
    for (let y = 0; y < radius; y += 1) this.#add(residual, y, 1);
    let largest = 0;
    for (let y = 0; y < this.#height; y += 1) {
      this.#add(residual, y + radius, 1);
      this.#add(residual, y - radius - 1, -1);
      const rows = Math.min(this.#height - 1, y + radius) - Math.max(0, y - radius) + 1;
      largest = Math.max(largest, this.#row(residual, detail, y * this.#width, rows));
    }
    return largest;
  }

  #row(residual: Int16Array, detail: Int16Array, start: number, rows: number): number {
    const columns = this.#columns;
    const weights = this.#weights;
    const weight = 1 / rows;
    const width = this.#width;
    let largest = 0;
    let sum = 0;
    for (let x = 0; x < 2 * radius; x += 1) sum += columns[x] ?? 0;
    for (let x = 0; x < width; x += 1) {
      sum += columns[x + 2 * radius] ?? 0;
      const mean = (sum * (weights[x] ?? 0) * weight) | 0;
      if (mean > largest || -mean > largest) largest = Math.abs(mean);
      detail[start + x] = (residual[start + x] ?? 0) - mean;
      sum -= columns[x] ?? 0;
    }
    return largest;
  }

  #add(residual: Int16Array, y: number, sign: 1 | -1): void {
    if (y < 0 || y >= this.#height) return;
    const columns = this.#columns;
    const start = y * this.#width;
    for (let x = 0; x < this.#width; x += 1) {
      const value = Math.min(Math.max(residual[start + x] ?? 0, -most), most);
      columns[x + radius] = (columns[x + radius] ?? 0) + sign * value;
    }
  }
}
