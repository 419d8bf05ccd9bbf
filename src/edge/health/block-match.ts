import { structuredVariance } from './picture-blocks.ts';
import { blockSize, type ReferenceVersion } from './reference-memory.ts';

/** Usual correlation (of 255) from which a block can be depended on: leaves and traffic are below it. */
const dependable = 128;

/** Fewest dependable blocks that can be judged by. */
export const fewestBlocks = 12;

/** Added to greys before two brightnesses are divided: in the dark one grey value is no doubling. */
const darkGrey = 8;

const pixels = blockSize ** 2;

/** One picture beside one version of the reference. */
export class BlockMatch {
  /** Of each block with its reference, −1 to 1; 0 where only the reference has structure, NaN where it has none. */
  readonly correlations: Float32Array;
  /** Correlation of the dependable blocks by their usual one; undefined where they are too few. */
  likeness: number | undefined;
  layout = 0;
  /** Share of the reference's structured blocks that have structure now. */
  structured = 0;
  /** Structured blocks of the reference. */
  known = 0;
  light = 1;
  /** Deviation of the blocks' brightness by that of the reference's. */
  relief = 1;
  readonly #width: number;
  readonly #height: number;
  /** Means of the blocks now and as usual; NaN where a block fell outside. */
  readonly #now: Float32Array;
  readonly #usual: Float32Array;
  /** Variances and covariance of one block. */
  #varianceNow = 0;
  #varianceUsual = 0;
  #covariance = 0;

  constructor(size: { readonly width: number; readonly height: number }) {
    this.#width = size.width;
    this.#height = size.height;
    const blocks = (size.width * size.height) / pixels;
    this.correlations = new Float32Array(blocks);
    this.#now = new Float32Array(blocks);
    this.#usual = new Float32Array(blocks);
  }

  /** Compares; `dx`, `dy`: pixels by which the reference is looked for elsewhere, blocks that fall outside left out. */
  compare(luma: Uint8Array, { picture, steadiness }: ReferenceVersion, dx = 0, dy = 0): void {
    let [judged, likeness, usual, known, kept] = [0, 0, 0, 0, 0];
    for (let block = 0; block < this.correlations.length; block += 1) {
      this.correlations[block] = Number.NaN;
      if (!this.#read(luma, picture, block, dx, dy) || this.#varianceUsual < structuredVariance) continue;
      known += 1;
      const present = this.#varianceNow >= structuredVariance / 4;
      if (present) kept += 1;
      const correlation = present ? this.#covariance / Math.sqrt(this.#varianceNow * this.#varianceUsual) : 0;
      this.correlations[block] = correlation;
      const steady = steadiness[block] ?? 0;
      if (steady < dependable) continue;
      judged += 1;
      likeness += correlation;
      usual += steady / 255;
    }
    this.known = known;
    this.structured = known === 0 ? 0 : kept / known;
    this.likeness = judged < fewestBlocks ? undefined : likeness / usual;
    this.#compareLayout();
  }

  /** Measures one block; false where it falls outside. */
  #read(luma: Uint8Array, picture: Uint8Array, block: number, dx: number, dy: number): boolean {
    const width = this.#width;
    const columns = width / blockSize;
    const left = (block % columns) * blockSize;
    const top = Math.floor(block / columns) * blockSize;
    this.#now[block] = Number.NaN;
    if (left + dx < 0 || left + dx + blockSize > width || top + dy < 0 || top + dy + blockSize > this.#height)
      return false;
    let [a, b, aa, bb, ab] = [0, 0, 0, 0, 0];
    for (let y = top; y < top + blockSize; y += 1) {
      const row = y * width + left;
      const moved = row + dy * width + dx;
      for (let x = 0; x < blockSize; x += 1) {
        const now = luma[moved + x] ?? 0;
        const usual = picture[row + x] ?? 0;
        a += now;
        b += usual;
        aa += now * now;
        bb += usual * usual;
        ab += now * usual;
      }
    }
    const [meanNow, meanUsual] = [a / pixels, b / pixels];
    this.#now[block] = meanNow;
    this.#usual[block] = meanUsual;
    this.#varianceNow = aa / pixels - meanNow * meanNow;
    this.#varianceUsual = bb / pixels - meanUsual * meanUsual;
    this.#covariance = ab / pixels - meanNow * meanUsual;
    return true;
  }

  /** The brightness of the blocks as a picture of their own. */
  #compareLayout(): void {
    let [n, sumNow, sumUsual, squareNow, squareUsual, product] = [0, 0, 0, 0, 0, 0];
    for (let block = 0; block < this.#now.length; block += 1) {
      const now = this.#now[block] ?? Number.NaN;
      const usual = this.#usual[block] ?? 0;
      if (Number.isNaN(now)) continue;
      n += 1;
      sumNow += now;
      sumUsual += usual;
      squareNow += now * now;
      squareUsual += usual * usual;
      product += now * usual;
    }
    const spreadNow = Math.max(0, squareNow * n - sumNow * sumNow);
    const spreadUsual = Math.max(0, squareUsual * n - sumUsual * sumUsual);
    const spread = Math.sqrt(spreadNow * spreadUsual);
    this.layout = spread > 0 ? (product * n - sumNow * sumUsual) / spread : 0;
    this.relief = spreadUsual > 0 ? Math.sqrt(spreadNow / spreadUsual) : 1;
    this.light = n === 0 ? 1 : (sumNow / n + darkGrey) / (sumUsual / n + darkGrey);
  }
}
