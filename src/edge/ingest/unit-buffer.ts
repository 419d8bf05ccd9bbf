import type { ScratchPool } from './scratch-pool.ts';

/** A 4K keyframe at the highest rates stays below; anything larger is a stream that never ends its pictures. */
const maxUnitBytes = 8 * 1024 * 1024;

/**
 * Bytes of one picture while it is put together, in a buffer borrowed only as long as there are any. Every `add` says
 * whether there was room.
 */
export class UnitBuffer {
  readonly #pool: ScratchPool;
  #buffer: Buffer | undefined;
  #length = 0;
  #passed = 0;

  constructor(pool: ScratchPool) {
    this.#pool = pool;
  }

  /** Bytes copied so far. */
  get length(): number {
    return this.#length;
  }

  /** Bytes of the picture so far, copied or not. */
  get size(): number {
    return this.#length + this.#passed;
  }

  /** What was copied; only its first `length` bytes mean anything. */
  get bytes(): Buffer {
    return this.#buffer ?? empty;
  }

  /** Adds a 4-byte start code and a NAL unit header of one or two bytes. */
  startNal(header: number, headerBytes: 1 | 2): boolean {
    const buffer = this.#reserve(4 + headerBytes);
    if (buffer === undefined) return false;
    buffer.writeUInt32BE(1, this.#length);
    buffer.writeUIntBE(header, this.#length + 4, headerBytes);
    this.#length += 4 + headerBytes;
    return true;
  }

  /** Adds a 4-byte start code and the NAL unit `from[start, end)`. */
  addNal(from: Buffer, start: number, end: number): boolean {
    const buffer = this.#reserve(4 + end - start);
    if (buffer === undefined) return false;
    buffer.writeUInt32BE(1, this.#length);
    this.#length += 4;
    return this.append(from, start, end);
  }

  /** Adds `from[start, end)`. */
  append(from: Buffer, start: number, end: number): boolean {
    const buffer = this.#reserve(end - start);
    if (buffer === undefined) return false;
    from.copy(buffer, this.#length, start, end);
    this.#length += end - start;
    return true;
  }

  /** Counts bytes that are not copied. */
  pass(bytes: number): void {
    this.#passed += bytes;
  }

  /** Forgets what was copied from `length` on. */
  cut(length: number): void {
    this.#length = length;
  }

  /** A copy of the picture of its own, after `prefix`. */
  copy(prefix: Buffer = empty, suffix: Buffer = empty): Buffer {
    const data = Buffer.allocUnsafe(prefix.length + this.#length + suffix.length);
    prefix.copy(data, 0);
    this.#buffer?.copy(data, prefix.length, 0, this.#length);
    suffix.copy(data, prefix.length + this.#length);
    return data;
  }

  /** Empties it and gives its memory back. */
  release(): void {
    if (this.#buffer !== undefined) this.#pool.give(this.#buffer);
    this.#buffer = undefined;
    this.#length = 0;
    this.#passed = 0;
  }

  #reserve(bytes: number): Buffer | undefined {
    const needed = this.#length + bytes;
    if (needed > maxUnitBytes) return undefined;
    this.#buffer ??= this.#pool.take();
    if (needed > this.#buffer.length) this.#buffer = this.#pool.grow(this.#buffer, this.#length, needed);
    return this.#buffer;
  }
}

const empty = Buffer.alloc(0);
