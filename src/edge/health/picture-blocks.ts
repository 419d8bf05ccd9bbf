import { blockSize } from './reference-memory.ts';

/** Variance from which a block has structure: a deviation of 3 greys, which averaged sensor noise does not reach. */
export const structuredVariance = 9;

/** Pixels between the two ends of a difference: fine detail, and what a picture out of focus keeps. */
const fine = 1;
const coarse = 4;

/** Every second row tells enough about sharpness. */
const rowStep = 2;

/** Least coarse energy a block, in squared greys: below it there is nothing that could be sharp. */
const leastEnergy = 64;

/** Sensor noise is what the flattest fifth of the blocks has. */
const flattest = 0.2;

/** What one grey picture measures by itself, block by block. */
export class PictureBlocks {
  readonly count: number;
  /** Sum of squares and sum of each block in one number: two pictures that agree in all of them are the same. */
  readonly signatures: Uint32Array;
  mean = 0;
  contrast = 0;
  /** Blocks with structure. */
  structured = 0;
  /** Energy of fine detail by that of coarse, noise taken out; undefined where there is no structure. Fog lowers both. */
  sharpness: number | undefined;
  readonly #width: number;
  readonly #height: number;
  readonly #fine: Float64Array;
  readonly #coarse: Float64Array;
  readonly #sorted: Float64Array;

  constructor(size: { readonly width: number; readonly height: number }) {
    this.#width = size.width;
    this.#height = size.height;
    this.count = (size.width * size.height) / blockSize ** 2;
    this.signatures = new Uint32Array(this.count);
    this.#fine = new Float64Array(this.count);
    this.#coarse = new Float64Array(this.count);
    this.#sorted = new Float64Array(this.count);
  }

  /** Takes a picture in: packed rows, one byte a pixel. */
  read(luma: Uint8Array): void {
    const pixels = blockSize ** 2;
    const columns = this.#width / blockSize;
    let [total, totalSquares, structured] = [0, 0, 0];
    for (let block = 0; block < this.count; block += 1) {
      const start = Math.floor(block / columns) * blockSize * this.#width + (block % columns) * blockSize;
      let [sum, squares] = [0, 0];
      for (let y = 0; y < blockSize; y += 1) {
        const row = start + y * this.#width;
        for (let at = row; at < row + blockSize; at += 1) {
          const value = luma[at] ?? 0;
          sum += value;
          squares += value * value;
        }
      }
      if (squares / pixels - (sum / pixels) ** 2 >= structuredVariance) structured += 1;
      this.signatures[block] = Math.imul(squares, 0x9e_37) + sum;
      total += sum;
      totalSquares += squares;
    }
    const all = this.count * pixels;
    this.mean = total / all;
    this.contrast = Math.sqrt(Math.max(0, totalSquares / all - this.mean ** 2));
    this.structured = structured;
    this.sharpness = this.#sharpness(luma);
  }

  /** Blocks exactly as they were; remembers how they are. */
  unchanged(before: Uint32Array): number {
    let same = 0;
    for (let block = 0; block < this.count; block += 1) if (before[block] === this.signatures[block]) same += 1;
    before.set(this.signatures);
    return same;
  }

  #sharpness(luma: Uint8Array): number | undefined {
    this.#differences(luma);
    this.#sorted.set(this.#fine);
    this.#sorted.sort();
    const noise = this.#sorted[Math.floor(this.count * flattest)] ?? 0;
    let [sharp, all] = [0, 0];
    for (let block = 0; block < this.count; block += 1) {
      const energy = (this.#coarse[block] ?? 0) - noise;
      if (energy < leastEnergy) continue;
      sharp += Math.max(0, (this.#fine[block] ?? 0) - noise);
      all += energy;
    }
    return all < leastEnergy * this.count * 0.1 ? undefined : sharp / all;
  }

  #differences(luma: Uint8Array): void {
    const columns = this.#width / blockSize;
    for (let block = 0; block < this.count; block += 1) {
      this.#difference(luma, block, (block % columns) * blockSize, Math.floor(block / columns) * blockSize);
    }
  }

  #difference(luma: Uint8Array, block: number, left: number, top: number): void {
    const width = this.#width;
    // What has no neighbour four pixels on is left out.
    const right = Math.min(left + blockSize, width - coarse);
    const bottom = Math.min(top + blockSize, this.#height - coarse);
    let [near, far] = [0, 0];
    for (let y = top; y < bottom; y += rowStep) {
      for (let at = y * width + left; at < y * width + right; at += 1) {
        const here = luma[at] ?? 0;
        const nearRight = (luma[at + fine] ?? 0) - here;
        const nearDown = (luma[at + fine * width] ?? 0) - here;
        const farRight = (luma[at + coarse] ?? 0) - here;
        const farDown = (luma[at + coarse * width] ?? 0) - here;
        near += nearRight * nearRight + nearDown * nearDown;
        far += farRight * farRight + farDown * farDown;
      }
    }
    this.#fine[block] = near;
    this.#coarse[block] = far;
  }
}
