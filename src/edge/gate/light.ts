import { unit } from './levels.ts';

/** Pixels across and down one cell of the light field. */
const cellSize = 16;

/** Bins of the median searches: differences in steps of a level, ±256 levels. */
const bins = 512;
const binShift = 6;

/** How much contrast may be explained by light: fog and night take it away, the sun brings it. */
const maxContrastLoss = -0.6;
const maxContrastGain = 1;

/** What the light did to a picture since its background. */
export interface LightChange {
  /** Brighter or darker as a whole, units. */
  readonly offset: number;
  /** More or less contrast, as a share. */
  readonly contrast: number;
  /** Largest local deviation from that, units. */
  readonly local: number;
}

/**
 * Tells what of the difference between a picture and its background is light: brightness and contrast of the whole
 * (exposure, night, gamma), and a smooth field of local brightness (clouds, lamps). Medians throughout, so that
 * objects do not pass for light unless they cover most of the neighbourhood.
 */
export class LightEstimate {
  readonly #width: number;
  readonly #height: number;
  readonly #columns: number;
  readonly #rows: number;
  readonly #histogram = new Int32Array(bins);
  readonly #cells: Float32Array;
  readonly #field: Float32Array;
  readonly #left: Uint8Array;
  readonly #across: Float32Array;
  readonly #nine = new Float32Array(9);

  constructor(size: { readonly width: number; readonly height: number }) {
    this.#width = size.width;
    this.#height = size.height;
    this.#columns = size.width / cellSize;
    this.#rows = size.height / cellSize;
    this.#cells = new Float32Array(this.#columns * this.#rows);
    this.#field = new Float32Array(this.#columns * this.#rows);
    const columns = Array.from({ length: size.width }, (_, x) => between(x, this.#columns));
    this.#left = Uint8Array.from(columns, ([cell]) => cell);
    this.#across = Float32Array.from(columns, ([, part]) => part);
  }

  /** Writes into `residual` what is left of `picture` − `background` when light is taken out (all in units). */
  remove(picture: Int16Array, background: Int16Array, residual: Int16Array): LightChange {
    const offset = this.#medianDifference(picture, background);
    const mean = meanOf(background);
    const contrast = contrastChange(picture, background, offset, mean);
    const pixels = this.#width * this.#height;
    for (let at = 0; at < pixels; at += 1) {
      const base = background[at] ?? 0;
      residual[at] = (picture[at] ?? 0) - base - offset - contrast * (base - mean);
    }
    this.#measureCells(residual);
    const local = this.#smoothCells();
    if (local > unit) this.#subtractField(residual);
    return { offset, contrast, local };
  }

  /** The median deviation of a residual, units: the noise of its picture where less than half of it changed. */
  typical(residual: Int16Array): number {
    const histogram = this.#histogram.fill(0);
    let counted = 0;
    for (let at = 0; at < residual.length; at += 2) {
      count(histogram, Math.abs(residual[at] ?? 0));
      counted += 1;
    }
    return median(histogram, counted);
  }

  #medianDifference(picture: Int16Array, background: Int16Array): number {
    const histogram = this.#histogram.fill(0);
    const pixels = this.#width * this.#height;
    let counted = 0;
    for (let at = 0; at < pixels; at += 2) {
      count(histogram, (picture[at] ?? 0) - (background[at] ?? 0));
      counted += 1;
    }
    return median(histogram, counted);
  }

  #measureCells(residual: Int16Array): void {
    for (let row = 0; row < this.#rows; row += 1) {
      for (let column = 0; column < this.#columns; column += 1) {
        const histogram = this.#histogram.fill(0);
        const start = row * cellSize * this.#width + column * cellSize;
        for (let y = 0; y < cellSize; y += 1) {
          const from = start + y * this.#width;
          for (let at = from; at < from + cellSize; at += 1) count(histogram, residual[at] ?? 0);
        }
        this.#cells[row * this.#columns + column] = median(histogram, cellSize * cellSize);
      }
    }
  }

  /** Each cell becomes the median of its neighbourhood; returns the largest value. */
  #smoothCells(): number {
    let largest = 0;
    for (let row = 0; row < this.#rows; row += 1) {
      for (let column = 0; column < this.#columns; column += 1) {
        const value = this.#neighbourhoodMedian(row, column);
        this.#field[row * this.#columns + column] = value;
        largest = Math.max(largest, Math.abs(value));
      }
    }
    return largest;
  }

  #neighbourhoodMedian(row: number, column: number): number {
    let filled = 0;
    for (let y = Math.max(0, row - 1); y <= Math.min(this.#rows - 1, row + 1); y += 1) {
      for (let x = Math.max(0, column - 1); x <= Math.min(this.#columns - 1, column + 1); x += 1) {
        this.#nine[filled] = this.#cells[y * this.#columns + x] ?? 0;
        filled += 1;
      }
    }
    return this.#nine.subarray(0, filled).sort()[filled >> 1] ?? 0;
  }

  /** Takes the field out, interpolated between the middles of the cells. */
  #subtractField(residual: Int16Array): void {
    for (let y = 0; y < this.#height; y += 1) {
      const [above, down] = between(y, this.#rows);
      const top = above * this.#columns;
      const low = Math.min(above + 1, this.#rows - 1) * this.#columns;
      const start = y * this.#width;
      for (let x = 0; x < this.#width; x += 1) {
        const left = this.#left[x] ?? 0;
        const right = Math.min(left + 1, this.#columns - 1);
        const across = this.#across[x] ?? 0;
        const upper = mix(this.#field[top + left] ?? 0, this.#field[top + right] ?? 0, across);
        const lower = mix(this.#field[low + left] ?? 0, this.#field[low + right] ?? 0, across);
        residual[start + x] = (residual[start + x] ?? 0) - mix(upper, lower, down);
      }
    }
  }
}

/** The cell whose middle lies before a pixel, and how far the pixel is on the way to the next one. */
function between(at: number, cells: number): [cell: number, part: number] {
  const position = Math.min(Math.max((at + 0.5) / cellSize - 0.5, 0), cells - 1);
  const cell = Math.floor(position);
  return [cell, position - cell];
}

function mix(a: number, b: number, part: number): number {
  return a + (b - a) * part;
}

function count(histogram: Int32Array, difference: number): void {
  const bin = (difference >> binShift) + bins / 2;
  const inside = bin < 0 ? 0 : bin >= bins ? bins - 1 : bin;
  histogram[inside] = (histogram[inside] ?? 0) + 1;
}

/** The middle value of what was counted, interpolated within its bin. */
function median(histogram: Int32Array, counted: number): number {
  const half = counted / 2;
  let below = 0;
  for (let bin = 0; bin < bins; bin += 1) {
    const here = histogram[bin] ?? 0;
    if (below + here >= half && here > 0) return (bin - bins / 2 + (half - below) / here) * (1 << binShift);
    below += here;
  }
  return 0;
}

function meanOf(values: Int16Array): number {
  let sum = 0;
  for (let at = 0; at < values.length; at += 1) sum += values[at] ?? 0;
  return sum / values.length;
}

/** Slope of the difference over the background's brightness: least squares, twice, what fits badly left out. */
function contrastChange(picture: Int16Array, background: Int16Array, offset: number, mean: number): number {
  let slope = 0;
  for (const limit of [40 * unit, 20 * unit]) {
    let product = 0;
    let square = 0;
    for (let at = 0; at < picture.length; at += 2) {
      const x = (background[at] ?? 0) - mean;
      const y = (picture[at] ?? 0) - (background[at] ?? 0) - offset;
      const misfit = y - slope * x;
      if (misfit > limit || misfit < -limit) continue;
      product += x * y;
      square += x * x;
    }
    slope = square > 0 ? Math.min(Math.max(product / square, maxContrastLoss), maxContrastGain) : 0;
  }
  return slope;
}
