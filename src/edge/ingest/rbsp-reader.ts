/**
 * Reads bits of a NAL unit's payload, emulation prevention bytes left out (ITU-T H.264 §7.3.1, H.265 §7.3.1.1). Past the
 * end it reads zeros and says so by `overrun`.
 */
export class RbspReader {
  readonly #buffer: Buffer;
  readonly #end: number;
  #at: number;
  #bit = 0;
  #zeros = 0;

  /** Reads `buffer[start, end)`. */
  constructor(buffer: Buffer, start: number, end: number) {
    this.#buffer = buffer;
    this.#at = start;
    this.#end = end;
  }

  /** More was read than there is. */
  get overrun(): boolean {
    return this.#at > this.#end;
  }

  /** `u(count)`: an unsigned number of up to 32 bits. */
  bits(count: number): number {
    let value = 0;
    for (let read = 0; read < count; read += 1) value = value * 2 + this.#next();
    return value;
  }

  /** Passes over so many bits. */
  skip(count: number): void {
    for (let read = 0; read < count && !this.overrun; read += 1) this.#next();
  }

  /** `ue(v)`: unsigned Exp-Golomb (H.264 §9.1); undefined beyond 16 bits or past the end: no id or type is that large. */
  ue(): number | undefined {
    let zeros = 0;
    while (this.#next() === 0) {
      zeros += 1;
      if (zeros > 16 || this.overrun) return undefined;
    }
    const value = 2 ** zeros - 1 + this.bits(zeros);
    return this.overrun ? undefined : value;
  }

  #next(): number {
    if (this.#bit === 0 && this.#zeros >= 2 && this.#buffer[this.#at] === 3) {
      this.#at += 1;
      this.#zeros = 0;
    }
    if (this.#at >= this.#end) {
      this.#at = this.#end + 1;
      return 0;
    }
    const byte = this.#buffer[this.#at] ?? 0;
    const bit = (byte >> (7 - this.#bit)) & 1;
    this.#bit += 1;
    if (this.#bit === 8) {
      this.#bit = 0;
      this.#at += 1;
      this.#zeros = byte === 0 ? this.#zeros + 1 : 0;
    }
    return bit;
  }
}
