import type { UtcMs } from '../../domain/ids.ts';

/** Marks memory written by this layout; a new layout gets a new number. */
const layout = 0x4d_42_48_01;

/** Pixels across and down one block whose structure is compared. */
export const blockSize = 8;

/** A view by day and one by night, when lamps and infrared draw it anew. */
const versions = 2;

/** Layout, width, height, version matched last; where the view was last found: across, down, whether; and when. */
const headerBytes = 32;
/** Pictures learnt from, a spare; then usual sharpness and the time of learning. */
const versionHeaderBytes = 24;

interface Size {
  readonly width: number;
  readonly height: number;
}

/** Bytes of memory one camera needs: 22 kB for 128×80. */
export function referenceMemoryBytes(size: Size): number {
  return savedBytes(size) + 4 * blocksOf(size);
}

/** Bytes of it that are worth keeping over a restart. */
function savedBytes(size: Size): number {
  return headerBytes + versions * versionBytes(size);
}

function versionBytes(size: Size): number {
  // Whole doubles, so that the next version can be read as such.
  return 8 * Math.ceil((versionHeaderBytes + size.width * size.height + blocksOf(size)) / 8);
}

function blocksOf({ width, height }: Size): number {
  return (width * height) / blockSize ** 2;
}

/** One version of what a camera usually shows. */
export class ReferenceVersion {
  /** Greys. */
  readonly picture: Uint8Array;
  /** Usual correlation of each block with its picture, 0–255 for 0–1: leaves have little, walls have all. */
  readonly steadiness: Uint8Array;
  readonly #counts: Int32Array;
  readonly #numbers: Float64Array;

  constructor(memory: SharedArrayBuffer, start: number, size: Size) {
    const pixels = size.width * size.height;
    this.#counts = new Int32Array(memory, start, 2);
    this.#numbers = new Float64Array(memory, start + 8, 2);
    this.picture = new Uint8Array(memory, start + versionHeaderBytes, pixels);
    this.steadiness = new Uint8Array(memory, start + versionHeaderBytes + pixels, blocksOf(size));
  }

  /** Pictures it was learnt from; 0: there is none. Any bytes give a number that is one. */
  get learnt(): number {
    return Math.max(0, this.#counts[0] ?? 0);
  }

  set learnt(count: number) {
    this.#counts[0] = count;
  }

  get sharpness(): number {
    const value = this.#numbers[0] ?? 0;
    return value > 0 && value < 10 ? value : 0;
  }

  set sharpness(value: number) {
    this.#numbers[0] = value;
  }

  get learntAt(): UtcMs {
    const at = this.#numbers[1] ?? 0;
    return Number.isFinite(at) ? at : 0;
  }

  set learntAt(at: UtcMs) {
    this.#numbers[1] = at;
  }
}

/** What is known of one camera's view, laid over its shared memory; whatever bytes are in it, it can be read. */
export class ReferenceMemory {
  readonly versions: readonly [ReferenceVersion, ReferenceVersion];
  /** Of each block of the picture before: sum and sum of squares in one number. */
  readonly before: Uint32Array;
  readonly #header: Int32Array;
  readonly #size: Size;

  /** `memory` has at least `referenceMemoryBytes` bytes. */
  constructor(memory: SharedArrayBuffer, size: Size) {
    this.#size = size;
    this.#header = new Int32Array(memory, 0, 8);
    this.versions = [
      new ReferenceVersion(memory, headerBytes, size),
      new ReferenceVersion(memory, headerBytes + versionBytes(size), size),
    ];
    this.before = new Uint32Array(memory, savedBytes(size), blocksOf(size));
    if (!this.#known) this.#clear();
  }

  /** Number of the version that the last picture was most like. */
  get current(): 0 | 1 {
    return this.#header[3] === 1 ? 1 : 0;
  }

  set current(version: 0 | 1) {
    this.#header[3] = version;
  }

  /** Where the view was found when it was last looked for, pixels; undefined: here, or nowhere. */
  get shift(): { readonly dx: number; readonly dy: number } | undefined {
    return this.#header[6] === 1 ? { dx: this.#header[4] ?? 0, dy: this.#header[5] ?? 0 } : undefined;
  }

  set shift(shift: { readonly dx: number; readonly dy: number } | undefined) {
    this.#header[4] = shift?.dx ?? 0;
    this.#header[5] = shift?.dy ?? 0;
    this.#header[6] = shift === undefined ? 0 : 1;
  }

  /** When the view was last looked for elsewhere; to the second, as that is what there is room for. */
  get searchedAt(): UtcMs {
    return 1000 * (this.#header[7] ?? 0);
  }

  set searchedAt(at: UtcMs) {
    this.#header[7] = at / 1000;
  }

  /** Forgets both views. */
  forget(): void {
    for (const version of this.versions) version.learnt = 0;
    this.current = 0;
    this.shift = undefined;
  }

  get #known(): boolean {
    const { width, height } = this.#size;
    return this.#header[0] === layout && this.#header[1] === width && this.#header[2] === height;
  }

  #clear(): void {
    this.forget();
    this.before.fill(0);
    this.#header[0] = layout;
    this.#header[1] = this.#size.width;
    this.#header[2] = this.#size.height;
  }
}

/** The references as they are kept. */
export function saveReference(memory: SharedArrayBuffer, size: Size): Uint8Array {
  return Uint8Array.from(new Uint8Array(memory, 0, savedBytes(size)));
}

/** Takes references up that were saved with pictures of this size; others are left alone. */
export function restoreReference(memory: SharedArrayBuffer, saved: Uint8Array, size: Size): void {
  if (saved.length === savedBytes(size)) new Uint8Array(memory).set(saved);
}
