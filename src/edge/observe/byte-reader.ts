const decoder = new TextDecoder('utf-8', { fatal: true });

/** Reads what a `ByteWriter` wrote. Past the end it throws a RangeError: the bytes were cut off. */
export class ByteReader {
  readonly #bytes: Uint8Array;
  #at = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  get atEnd(): boolean {
    return this.#at >= this.#bytes.length;
  }

  byte(): number {
    const value = this.#bytes[this.#at];
    if (value === undefined) throw new RangeError('the bytes end too early');
    this.#at += 1;
    return value;
  }

  unsigned(): number {
    let byte = this.byte();
    if (byte < 128) return byte;
    let value = byte - 128;
    byte = this.byte();
    if (byte < 128) return value + byte * 128;
    value += (byte - 128) * 128;
    return value + this.#rest();
  }

  /** From the third byte of a varint on. */
  #rest(): number {
    let value = 0;
    let factor = 16_384;
    for (;;) {
      const byte = this.byte();
      if (byte < 128) return value + byte * factor;
      value += (byte - 128) * factor;
      factor *= 128;
    }
  }

  signed(): number {
    const value = this.unsigned();
    if (value < 0x40000000) return (value >>> 1) ^ -(value & 1);
    return value % 2 === 0 ? value / 2 : -(value + 1) / 2;
  }

  double(): number {
    const from = this.#take(8);
    return new DataView(this.#bytes.buffer, this.#bytes.byteOffset + from, 8).getFloat64(0, true);
  }

  text(): string {
    const length = this.unsigned();
    const from = this.#take(length);
    return decoder.decode(this.#bytes.subarray(from, from + length));
  }

  #take(length: number): number {
    const from = this.#at;
    if (from + length > this.#bytes.length) throw new RangeError('the bytes end too early');
    this.#at += length;
    return from;
  }
}
