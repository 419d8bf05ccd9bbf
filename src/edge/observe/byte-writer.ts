const encoder = new TextEncoder();
const doubleBits = new DataView(new ArrayBuffer(8));

/** Bytes that grow: numbers as base-128 varints, low groups first (as in Protocol Buffers), but not limited to 32 bits. */
export class ByteWriter {
  #bytes = new Uint8Array(512);
  #length = 0;

  get length(): number {
    return this.#length;
  }

  byte(value: number): void {
    if (this.#length === this.#bytes.length) this.#grow(1);
    this.#bytes[this.#length++] = value;
  }

  /** A whole number from 0 to 2^53. */
  unsigned(value: number): void {
    let rest = value;
    while (rest >= 128) {
      this.byte((rest % 128) + 128);
      rest = Math.floor(rest / 128);
    }
    this.byte(rest);
  }

  /** Zigzag: near zero is short on both sides. */
  signed(value: number): void {
    this.unsigned(value >= 0 ? 2 * value : -2 * value - 1);
  }

  /** IEEE 754, little-endian. */
  double(value: number): void {
    doubleBits.setFloat64(0, value, true);
    for (let index = 0; index < 8; index += 1) this.byte(doubleBits.getUint8(index));
  }

  /** UTF-8 with its length before it. */
  text(value: string): void {
    const bytes = encoder.encode(value);
    this.unsigned(bytes.length);
    this.#grow(bytes.length);
    this.#bytes.set(bytes, this.#length);
    this.#length += bytes.length;
  }

  /** A copy of what was written so far. */
  bytes(): Uint8Array {
    return this.#bytes.slice(0, this.#length);
  }

  #grow(by: number): void {
    if (this.#length + by <= this.#bytes.length) return;
    const larger = new Uint8Array(Math.max(this.#length + by, this.#bytes.length * 2));
    larger.set(this.#bytes);
    this.#bytes = larger;
  }
}
