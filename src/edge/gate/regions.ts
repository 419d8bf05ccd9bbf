import type { Box } from '../../domain/geometry.ts';
import type { GateConfig } from './config.ts';
import { blockSize } from './gate-memory.ts';
import { mergeBoxes } from './merge-boxes.ts';
import { sameStructure, structureSize } from './structure.ts';

/** Changed pixels that make a block take part, and that one block of a patch must have. */
const takesPart = 2;
const decides = 5;

/** What a block's usual changed pixels can add to that, in pixels: something solid is seen in the thickest rain. */
const mostUnrest = 6;
/** Past this many of its sixteen pixels a block holds something solid, which says nothing about its unrest. */
const solid = 9;
const usualShare = 0.9;
const unrestUnit = 256;
/** Pixels by which a block's unrest moves in one time constant. */
const unrestStep = 4;

/** Changed neighbours, of eight, that a changed pixel needs. */
const company = 3;

/** Share of a patch's blocks with the same structure as before from which it is only lit otherwise. */
const light = 0.8;

/** A patch in blocks, ends exclusive. */
interface Patch {
  readonly left: number;
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
}

/** Finds the patches of changed pixels that are more than specks, as at most eight boxes with a margin. */
export class RegionFinder {
  readonly #config: GateConfig;
  readonly #columns: number;
  readonly #rows: number;
  readonly #votes: Uint8Array;
  readonly #kept: Uint8Array;
  readonly #queue: Int32Array;
  readonly #dense: Uint8Array;

  constructor(config: GateConfig) {
    this.#config = config;
    this.#columns = config.width / blockSize;
    this.#rows = config.height / blockSize;
    this.#votes = new Uint8Array(this.#columns * this.#rows);
    this.#dense = new Uint8Array(config.width * config.height);
    this.#kept = new Uint8Array(this.#columns * this.#rows);
    this.#queue = new Int32Array(this.#columns * this.#rows);
  }

  /**
   * `changed`: one byte a pixel, 0 or 1; pixels that belong to no patch are set to 0. Normalised boxes, and the share
   * of the picture that their changed pixels cover.
   */
  find(
    look: { readonly picture: Int16Array; readonly changed: Uint8Array },
    past: { readonly background: Int16Array; readonly unrest: Uint16Array },
    elapsedMs: number,
  ): { readonly regions: readonly Box[]; readonly share: number } {
    const { changed } = look;
    this.#thin(changed);
    this.#vote(this.#dense);
    this.#weigh(past.unrest, elapsedMs);
    const { width, height, minAreaShare } = this.#config;
    const least = minAreaShare * width * height;
    const patches: Patch[] = [];
    this.#kept.fill(0);
    let total = 0;
    for (let block = 0; block < this.#votes.length; block += 1) {
      if ((this.#votes[block] ?? 0) < takesPart) continue;
      const { patch, pixels, most, blocks } = this.#flood(block);
      if (pixels < least || most < decides || this.#isLight(look.picture, past.background, blocks)) continue;
      patches.push(patch);
      total += pixels;
      this.#keep(blocks);
    }
    this.#clear(changed);
    return { regions: mergeBoxes(patches.map((patch) => this.#box(patch))), share: total / (width * height) };
  }

  /** Keeps changed pixels in company: lines one pixel wide are rain, wires and the edges of a shaken picture. */
  #thin(changed: Uint8Array): void {
    const { width } = this.#config;
    for (let at = 0; at < changed.length; at += 1) {
      if (changed[at] !== 1) {
        this.#dense[at] = 0;
        continue;
      }
      const up = at - width;
      const down = at + width;
      const sum =
        (changed[up - 1] ?? 0) +
        (changed[up] ?? 0) +
        (changed[up + 1] ?? 0) +
        (changed[at - 1] ?? 0) +
        (changed[at + 1] ?? 0) +
        (changed[down - 1] ?? 0) +
        (changed[down] ?? 0) +
        (changed[down + 1] ?? 0);
      this.#dense[at] = sum >= company ? 1 : 0;
    }
  }

  #vote(changed: Uint8Array): void {
    const { width } = this.#config;
    for (let row = 0; row < this.#rows; row += 1) {
      for (let column = 0; column < this.#columns; column += 1) {
        let votes = 0;
        const start = row * blockSize * width + column * blockSize;
        for (let y = 0; y < blockSize; y += 1) {
          const at = start + y * width;
          votes += (changed[at] ?? 0) + (changed[at + 1] ?? 0) + (changed[at + 2] ?? 0) + (changed[at + 3] ?? 0);
        }
        this.#votes[row * this.#columns + column] = votes;
      }
    }
  }

  /** Takes what a block usually has off its votes, and learns what that is. */
  #weigh(unrest: Uint16Array, elapsedMs: number): void {
    const step = unrestStep * unrestUnit * (1 - Math.exp(-elapsedMs / this.#config.spreadMs));
    for (let block = 0; block < this.#votes.length; block += 1) {
      const votes = this.#votes[block] ?? 0;
      const usual = Math.min(unrest[block] ?? 0, mostUnrest * unrestUnit);
      this.#votes[block] = Math.max(0, votes - Math.ceil(usual / unrestUnit));
      if (votes >= solid) continue;
      const moved = votes * unrestUnit > usual ? usual + usualShare * step : usual - (1 - usualShare) * step;
      unrest[block] = Math.max(0, moved);
    }
  }

  /** Takes the blocks that hang together with one, corners included, off the votes. */
  #flood(start: number): { patch: Patch; pixels: number; most: number; blocks: number } {
    let [left, top, right, bottom] = [this.#columns, this.#rows, 0, 0];
    let pixels = 0;
    let most = 0;
    let filled = this.#claim(start, 0);
    for (let next = 0; next < filled; next += 1) {
      const packed = this.#queue[next] ?? 0;
      const block = packed >> 8;
      const votes = packed & 0xff;
      const row = Math.floor(block / this.#columns);
      const column = block % this.#columns;
      left = Math.min(left, column);
      top = Math.min(top, row);
      right = Math.max(right, column + 1);
      bottom = Math.max(bottom, row + 1);
      pixels += votes;
      most = Math.max(most, votes);
      for (let y = Math.max(0, row - 1); y <= Math.min(this.#rows - 1, row + 1); y += 1) {
        for (let x = Math.max(0, column - 1); x <= Math.min(this.#columns - 1, column + 1); x += 1) {
          filled = this.#claim(y * this.#columns + x, filled);
        }
      }
    }
    return { patch: { left, top, right, bottom }, pixels, most, blocks: filled };
  }

  /** Whether nearly all of the last patch's blocks show the structure they had: then only the light on it is another. */
  #isLight(picture: Int16Array, background: Int16Array, blocks: number): boolean {
    const { width, height } = this.#config;
    let alike = 0;
    for (let next = 0; next < blocks; next += 1) {
      const block = (this.#queue[next] ?? 0) >> 8;
      // The structure of a block is that of itself and half a block around it.
      const y = Math.floor(block / this.#columns) * blockSize - blockSize / 2;
      const x = (block % this.#columns) * blockSize - blockSize / 2;
      const top = Math.min(Math.max(y, 0), height - structureSize);
      const left = Math.min(Math.max(x, 0), width - structureSize);
      if (sameStructure(picture, background, width, top * width + left)) alike += 1;
    }
    return alike >= light * blocks;
  }

  /** Marks the blocks of the last patch and their neighbours, into which its edge reaches. */
  #keep(blocks: number): void {
    for (let next = 0; next < blocks; next += 1) {
      const block = (this.#queue[next] ?? 0) >> 8;
      const row = Math.floor(block / this.#columns);
      const column = block % this.#columns;
      for (let y = Math.max(0, row - 1); y <= Math.min(this.#rows - 1, row + 1); y += 1) {
        for (let x = Math.max(0, column - 1); x <= Math.min(this.#columns - 1, column + 1); x += 1) {
          this.#kept[y * this.#columns + x] = 1;
        }
      }
    }
  }

  /** Takes back what belongs to no patch, so that it is learnt like any steady pixel. */
  #clear(changed: Uint8Array): void {
    const { width } = this.#config;
    for (let at = 0; at < changed.length; at += 1) {
      if (changed[at] !== 1) continue;
      const block = Math.floor(at / width / blockSize) * this.#columns + Math.floor((at % width) / blockSize);
      if (this.#kept[block] !== 1) changed[at] = 0;
    }
  }

  #claim(block: number, filled: number): number {
    const votes = this.#votes[block] ?? 0;
    if (votes < takesPart) return filled;
    this.#votes[block] = 0;
    this.#queue[filled] = (block << 8) | votes;
    return filled + 1;
  }

  #box({ left, top, right, bottom }: Patch): Box {
    const { margin } = this.#config;
    return [
      Math.max(0, left / this.#columns - margin),
      Math.max(0, top / this.#rows - margin),
      Math.min(1, right / this.#columns + margin),
      Math.min(1, bottom / this.#rows + margin),
    ];
  }
}
