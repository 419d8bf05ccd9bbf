import { unit } from './levels.ts';

/** Bins of the median searches: differences in steps of a level, ±256 levels. */
const bins = 512;
const binShift = 6;

/** The curve from old to new brightness, level by level; memory may hold any 16 bits. */
const curveShift = 6;
const curveLength = 65_536 >> curveShift;
const curveOffset = curveLength / 2;

/** Brightness is measured from middle grey, in steps of this many units, so that squares stay small. */
const middle = 200 * unit;
const scale = 100 * unit;

/** Every fifth pixel tells enough about the light: other columns in each row, as rows are multiples of 16. */
const stride = 5;

/** What fits the curve worse than this is an object: the limit of each round of fitting, units. */
const misfits = [40 * unit, 15 * unit];

/** Contrast lost and won that may be light: fog and night take it away, the sun brings it. */
const leastContrast = -0.6;
const mostContrast = 1;

/** Bend (gamma) that may be light. */
const mostBend = 0.5;

/** Pixels that each term of the curve is held towards zero with: a curve needs a picture's worth of witnesses. */
const inertia = 8;

/** What the light did to a picture since its background. */
export interface LightChange {
  /** Brighter or darker as a whole, units. */
  readonly offset: number;
  /** More or less contrast, as a share. */
  readonly contrast: number;
}

/**
 * Tells what of the difference between a picture and its background is light of the whole picture: brightness,
 * contrast and bend of one curve from old to new brightness (exposure, dusk, gamma). A median first, then least
 * squares over what fits, so that objects do not bend it; three terms only, so that a cloud on one side does not either.
 */
export class LightEstimate {
  readonly #histogram = new Int32Array(bins);
  readonly #curve = new Int16Array(curveLength);

  /** Writes into `residual` what is left of `picture` − `background` when light is taken out (all in units). */
  remove(
    picture: Int16Array,
    past: { readonly background: Int16Array; readonly age: Uint8Array },
    residual: Int16Array,
  ): LightChange {
    const offset = this.#medianDifference(picture, past.background);
    const curve = fitCurve(picture, past.background, past.age, offset);
    for (let at = 0; at < curveLength; at += 1) {
      const x = ((at - curveOffset + 0.5) * (1 << curveShift) - middle) / scale;
      this.#curve[at] = curve.offset + x * (curve.slope + x * curve.bend);
    }
    for (let at = 0; at < picture.length; at += 1) {
      const base = past.background[at] ?? 0;
      residual[at] = (picture[at] ?? 0) - base - (this.#curve[(base >> curveShift) + curveOffset] ?? 0);
    }
    return { offset: curve.offset, contrast: curve.slope / scale };
  }

  /** The median deviation of a residual, units: the noise of its picture where less than half of it changed. */
  typical(residual: Int16Array): number {
    const histogram = this.#histogram.fill(0);
    let counted = 0;
    for (let at = 0; at < residual.length; at += stride) {
      count(histogram, Math.abs(residual[at] ?? 0));
      counted += 1;
    }
    return median(histogram, counted);
  }

  #medianDifference(picture: Int16Array, background: Int16Array): number {
    const histogram = this.#histogram.fill(0);
    let counted = 0;
    for (let at = 0; at < picture.length; at += stride) {
      count(histogram, (picture[at] ?? 0) - (background[at] ?? 0));
      counted += 1;
    }
    return median(histogram, counted);
  }
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

/** Difference over brightness: `offset + slope · x + bend · x²`, units. */
interface Curve {
  readonly offset: number;
  readonly slope: number;
  readonly bend: number;
}

/** Least squares in rounds, each leaving out what the one before does not fit, and what stands before the background. */
function fitCurve(picture: Int16Array, background: Int16Array, age: Uint8Array, offset: number): Curve {
  let curve: Curve = { offset, slope: 0, bend: 0 };
  for (const limit of misfits) {
    let [n, x1, x2, x3, x4, y0, y1, y2] = [0, 0, 0, 0, 0, 0, 0, 0];
    for (let at = 0; at < picture.length; at += stride) {
      if (age[at] !== 0) continue;
      const base = background[at] ?? 0;
      const x = (base - middle) / scale;
      const y = (picture[at] ?? 0) - base;
      const misfit = y - curve.offset - x * (curve.slope + x * curve.bend);
      if (misfit > limit || misfit < -limit) continue;
      const square = x * x;
      n += 1;
      x1 += x;
      x2 += square;
      x3 += square * x;
      x4 += square * square;
      y0 += y;
      y1 += y * x;
      y2 += y * square;
    }
    if (n < inertia) return curve;
    curve = solve([n, x1, x2, x3, x4], [y0, y1, y2]);
  }
  return curve;
}

/** Normal equations of a parabola, by Cramer's rule, slope and bend held towards zero and within bounds. */
function solve(
  [n, x1, x2, x3, x4]: readonly [number, number, number, number, number],
  [y0, y1, y2]: readonly [number, number, number],
): Curve {
  const [p, q] = [x2 + inertia, x4 + inertia];
  const determinant = n * (p * q - x3 * x3) - x1 * (x1 * q - x3 * x2) + x2 * (x1 * x3 - p * x2);
  const bendTop = n * (p * y2 - x3 * y1) - x1 * (x1 * y2 - y1 * x2) + y0 * (x1 * x3 - p * x2);
  const bend = within(determinant === 0 ? 0 : bendTop / determinant, -mostBend * scale, mostBend * scale);
  // With the bend at its bound or not, the line that goes best with it.
  const [rest0, rest1] = [y0 - bend * x2, y1 - bend * x3];
  const lineTop = n * rest1 - x1 * rest0;
  const lineBottom = n * p - x1 * x1;
  const slope = within(lineBottom === 0 ? 0 : lineTop / lineBottom, leastContrast * scale, mostContrast * scale);
  return { offset: (rest0 - slope * x1) / n, slope, bend };
}

function within(value: number, least: number, most: number): number {
  return Math.min(Math.max(value, least), most);
}
