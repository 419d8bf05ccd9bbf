import { unit } from './levels.ts';

/** Bins of the median searches: differences in steps of a level, ±256 levels. */
const bins = 512;
const binShift = 6;

/** How much contrast may be explained by light: fog and night take it away, the sun brings it. */
const maxContrastLoss = -0.6;
const maxContrastGain = 1;

/** Brightnesses told apart, 8 levels each; their differences from the line, 4 levels each, up to ±128. */
const toneShift = 9;
const tones = 65_536 >> toneShift;
const toneOffset = tones / 2;

/** The curve between them, level by level. */
const curveShift = 6;
const curveOffset = 65_536 >> (curveShift + 1);

const misfitShift = 8;
const misfits = 64;

/** Pixels of one brightness that outweigh the line. */
const enough = 12;

/** What the light did to a picture since its background. */
export interface LightChange {
  /** Brighter or darker as a whole, units. */
  readonly offset: number;
  /** More or less contrast, as a share. */
  readonly contrast: number;
}

/**
 * Tells what of the difference between a picture and its background is light of the whole picture: one curve from old
 * to new brightness (exposure, dusk, gamma). A median, then a line, then the curve, each from what fits the one
 * before, so that objects do not bend it.
 */
export class LightEstimate {
  readonly #histogram = new Int32Array(bins);
  readonly #tones = new Float32Array(tones);
  readonly #curve = new Float32Array(tones << (toneShift - curveShift));
  readonly #table = new Int32Array(tones * misfits);
  readonly #counts = new Int32Array(tones);

  /** Writes into `residual` what is left of `picture` − `background` when light is taken out (all in units). */
  remove(
    picture: Int16Array,
    { background, age }: { readonly background: Int16Array; readonly age: Uint8Array },
    residual: Int16Array,
  ): LightChange {
    const offset = this.#medianDifference(picture, background);
    const mean = meanOf(background);
    const contrast = contrastChange(picture, background, offset, mean);
    this.#fitTones(picture, background, age, { offset, contrast, mean });
    for (let at = 0; at < picture.length; at += 1) {
      const base = background[at] ?? 0;
      residual[at] = (picture[at] ?? 0) - base - (this.#curve[(base >> curveShift) + curveOffset] ?? 0);
    }
    return { offset, contrast };
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
    let counted = 0;
    for (let at = 0; at < picture.length; at += 2) {
      count(histogram, (picture[at] ?? 0) - (background[at] ?? 0));
      counted += 1;
    }
    return median(histogram, counted);
  }

  /** The median difference at each brightness of the background; the line's where there are too few pixels. */
  #fitTones(
    picture: Int16Array,
    background: Int16Array,
    age: Uint8Array,
    line: LightChange & { readonly mean: number },
  ): void {
    const { offset, contrast, mean } = line;
    const table = this.#table.fill(0);
    const counts = this.#counts.fill(0);
    for (let at = 0; at < picture.length; at += 2) {
      // What stands before the background since the last look tells nothing about the light on it.
      if (age[at] !== 0) continue;
      const base = background[at] ?? 0;
      const misfit = (picture[at] ?? 0) - base - offset - contrast * (base - mean);
      const bin = (base >> toneShift) + toneOffset;
      const row = Math.min(Math.max((misfit >> misfitShift) + misfits / 2, 0), misfits - 1);
      table[bin * misfits + row] = (table[bin * misfits + row] ?? 0) + 1;
      counts[bin] = (counts[bin] ?? 0) + 1;
    }
    for (let bin = 0; bin < tones; bin += 1) {
      const middle = (bin - toneOffset + 0.5) * (1 << toneShift);
      const counted = counts[bin] ?? 0;
      const misfit = counted < enough ? 0 : median(table, counted, bin * misfits, misfits, misfitShift);
      this.#tones[bin] = offset + contrast * (middle - mean) + misfit;
    }
    for (let fine = 0; fine < this.#curve.length; fine += 1) {
      const position = Math.max(0, (fine + 0.5) / (1 << (toneShift - curveShift)) - 0.5);
      const bin = Math.floor(position);
      const [here, next] = [this.#tones[bin] ?? 0, this.#tones[Math.min(bin + 1, tones - 1)] ?? 0];
      this.#curve[fine] = here + (next - here) * (position - bin);
    }
  }
}

function count(histogram: Int32Array, difference: number): void {
  const bin = (difference >> binShift) + bins / 2;
  const inside = bin < 0 ? 0 : bin >= bins ? bins - 1 : bin;
  histogram[inside] = (histogram[inside] ?? 0) + 1;
}

/** The middle value of what was counted in some bins of a histogram around zero, interpolated within its bin. */
function median(histogram: Int32Array, counted: number, from = 0, length = bins, shift = binShift): number {
  const half = counted / 2;
  let below = 0;
  for (let bin = 0; bin < length; bin += 1) {
    const here = histogram[from + bin] ?? 0;
    if (below + here >= half && here > 0) return (bin - length / 2 + (half - below) / here) * (1 << shift);
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
