import type { UtcMs } from '../../domain/ids.ts';

/** Marks memory written by this layout; a new layout gets a new number. */
const layout = 0x4d_42_47_02;

/** Bytes before the pixels: layout, width, height, a spare, and when it was last written. */
const headerBytes = 32;

/** Bytes a pixel: background and candidate (16 bits each), usual deviation (16), age of the candidate (8). */
const bytesPerPixel = 7;

/** Pixels across and down one block that votes as one; pictures are whole blocks wide and high. */
export const blockSize = 4;

interface Size {
  readonly width: number;
  readonly height: number;
}

/** Bytes of memory one camera needs. */
export function gateMemoryBytes({ width, height }: Size): number {
  const blocks = (width * height) / blockSize ** 2;
  return headerBytes + width * height * bytesPerPixel + 2 * blocks;
}

/**
 * One camera's past, laid over its shared memory. Every field is an integer of fixed size, so that whatever bytes are
 * in it, they are a past: a wrong one is learnt away like any other.
 */
export class GateMemory {
  /** What the camera usually shows, units. */
  readonly background: Int16Array;
  /** What it shows instead where it changed, units. */
  readonly candidate: Int16Array;
  /** Usual deviation from the background, units. */
  readonly spread: Uint16Array;
  /** How long the candidate has stood, in 255ths of the time after which it becomes background. */
  readonly age: Uint8Array;
  /** Changed pixels a block usually has (its 90th percentile), in 256ths of a pixel. */
  readonly unrest: Uint16Array;
  readonly #header: Int32Array;
  readonly #times: Float64Array;
  readonly #size: Size;

  /** `memory` has at least `gateMemoryBytes` bytes. */
  constructor(memory: SharedArrayBuffer, size: Size) {
    const pixels = size.width * size.height;
    this.#size = size;
    this.#header = new Int32Array(memory, 0, 4);
    this.#times = new Float64Array(memory, 16, 2);
    this.background = new Int16Array(memory, headerBytes, pixels);
    this.candidate = new Int16Array(memory, headerBytes + 2 * pixels, pixels);
    this.spread = new Uint16Array(memory, headerBytes + 4 * pixels, pixels);
    this.unrest = new Uint16Array(memory, headerBytes + 6 * pixels, pixels / blockSize ** 2);
    const blocksEnd = headerBytes + 6 * pixels + (2 * pixels) / blockSize ** 2;
    this.age = new Uint8Array(memory, blocksEnd, pixels);
  }

  /** When the last picture was taken; undefined where there is no past of this layout and size. */
  get lastAt(): UtcMs | undefined {
    const { width, height } = this.#size;
    const known = this.#header[0] === layout && this.#header[1] === width && this.#header[2] === height;
    return known ? this.#time(0) : undefined;
  }

  /** When something was last learnt from a picture. */
  get learntAt(): UtcMs | undefined {
    return this.#time(1);
  }

  set learntAt(at: UtcMs) {
    this.#times[1] = at;
  }

  #time(index: 0 | 1): UtcMs | undefined {
    const at = this.#times[index];
    return at !== undefined && Number.isFinite(at) ? at : undefined;
  }

  /** Notes that the past now includes a picture of this time. */
  keep(at: UtcMs): void {
    this.#header[0] = layout;
    this.#header[1] = this.#size.width;
    this.#header[2] = this.#size.height;
    this.#times[0] = at;
  }
}
