/**
 * Buffers in which access units are put together. A camera borrows one only while a unit is incomplete, so a process
 * of many cameras needs as many as there are units in flight, not as many as there are cameras.
 */
export class ScratchPool {
  readonly #free: Buffer[] = [];

  /** A buffer with undefined content; `give` it back. */
  take(): Buffer {
    return this.#free.pop() ?? Buffer.allocUnsafeSlow(initialBytes);
  }

  /** Takes a buffer back; what was grown beyond use is left to the garbage collector. */
  give(buffer: Buffer): void {
    if (this.#free.length < maxKept && buffer.length <= maxKeptBytes) this.#free.push(buffer);
  }

  /** A larger buffer with the first `used` bytes of `buffer`, which is given back. */
  grow(buffer: Buffer, used: number, needed: number): Buffer {
    const grown = Buffer.allocUnsafeSlow(Math.max(needed, buffer.length * 2));
    buffer.copy(grown, 0, 0, used);
    this.give(buffer);
    return grown;
  }
}

/** Holds most keyframes of a substream (640×360, 40 KB). */
const initialBytes = 64 * 1024;
const maxKept = 64;
const maxKeptBytes = 1024 * 1024;

/** The process's pool: ingest runs on one event loop. */
export const sharedScratch = new ScratchPool();
