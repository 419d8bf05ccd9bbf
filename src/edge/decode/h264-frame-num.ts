/**
 * Notices lost pictures of an H.264 stream by its `frame_num` (ITU-T H.264 §7.4.3): FFmpeg conceals them without a
 * word, and what follows is drawn on the wrong ground until the next keyframe.
 */
export class FrameNumbers {
  #maxFrameNum: number | undefined;
  #separatePlanes = false;
  #gapsAllowed = false;
  #lastReference: number | undefined;

  /** Takes the next access unit (Annex B) in decoding order; true where reference pictures are missing before it. */
  missedBefore(unit: Uint8Array): boolean {
    for (const nal of nalUnits(unit)) {
      const type = nal.byte & 31;
      if (type === 7) this.#readSps(nal.payload(spsBytes));
      if (type !== 1 && type !== 5) continue;
      return this.#followSlice(nal.payload(sliceBytes), type === 5, (nal.byte >> 5) % 4 !== 0);
    }
    return false;
  }

  /** Forgets the past: the next unit is a keyframe. */
  restart(): void {
    this.#lastReference = undefined;
  }

  #followSlice(bits: BitReader, idr: boolean, reference: boolean): boolean {
    if (this.#maxFrameNum === undefined) return false;
    bits.unsigned(); // first_mb_in_slice
    bits.unsigned(); // slice_type
    bits.unsigned(); // pic_parameter_set_id
    if (this.#separatePlanes) bits.take(2);
    const frameNum = bits.take(Math.log2(this.#maxFrameNum));
    const before = idr ? undefined : this.#lastReference;
    if (reference) this.#lastReference = frameNum;
    if (before === undefined || this.#gapsAllowed) return false;
    return (frameNum - before + this.#maxFrameNum) % this.#maxFrameNum > 1;
  }

  /** §7.3.2.1.1, as far as `gaps_in_frame_num_value_allowed_flag`. */
  #readSps(bits: BitReader): void {
    const profile = bits.take(8);
    bits.take(16);
    bits.unsigned();
    this.#separatePlanes = false;
    if (highProfiles.has(profile)) this.#readChroma(bits);
    this.#maxFrameNum = 2 ** (4 + Math.min(12, bits.unsigned()));
    const order = bits.unsigned();
    if (order === 0) bits.unsigned();
    if (order === 1) {
      bits.take(1);
      bits.unsigned();
      bits.unsigned();
      const cycle = Math.min(255, bits.unsigned());
      for (let each = 0; each < cycle; each += 1) bits.unsigned();
    }
    bits.unsigned(); // max_num_ref_frames
    this.#gapsAllowed = bits.take(1) === 1;
  }

  #readChroma(bits: BitReader): void {
    const chroma = bits.unsigned();
    if (chroma === 3) this.#separatePlanes = bits.take(1) === 1;
    bits.unsigned();
    bits.unsigned();
    bits.take(1);
    if (bits.take(1) === 0) return;
    for (let list = 0; list < (chroma === 3 ? 12 : 8); list += 1) {
      if (bits.take(1) === 1) skipScalingList(bits, list < 6 ? 16 : 64);
    }
  }
}

/** §7.3.2.1.1: profiles whose SPS tells of chroma. */
const highProfiles = new Set([100, 110, 122, 244, 44, 83, 86, 118, 128, 138, 139, 134, 135]);

/** §7.3.2.1.1.1. */
function skipScalingList(bits: BitReader, size: number): void {
  let last = 8;
  for (let at = 0; at < size; at += 1) {
    const code = bits.unsigned();
    const delta = code % 2 === 1 ? (code + 1) / 2 : -code / 2;
    const next = (last + delta + 256) % 256;
    if (next === 0) return;
    last = next;
  }
}

/** NAL units by their start codes (§B.1); payloads without their emulation prevention, and no more than headers need. */
function* nalUnits(unit: Uint8Array): Generator<{ byte: number; payload: (most: number) => BitReader }> {
  let zeros = 0;
  for (let at = 0; at < unit.length; at += 1) {
    const byte = unit[at] ?? 0;
    if (zeros >= 2 && byte === 1 && at + 1 < unit.length) {
      const start = at + 2;
      yield { byte: unit[at + 1] ?? 0, payload: (most) => new BitReader(unescaped(unit, start, most)) };
    }
    zeros = byte === 0 ? zeros + 1 : 0;
  }
}

/** An SPS with every scaling list; and a slice header as far as `frame_num`, three codes of at most 4 bytes before it. */
const spsBytes = 512;
const sliceBytes = 24;

/** §7.3.1: a 3 after two zeros is not part of the payload. */
function unescaped(unit: Uint8Array, start: number, most: number): Uint8Array {
  const bytes = new Uint8Array(most);
  let length = 0;
  let zeros = 0;
  for (let at = start; at < unit.length && length < most; at += 1) {
    const byte = unit[at] ?? 0;
    if (zeros >= 2 && byte <= 1) break;
    const prevention = zeros >= 2 && byte === 3;
    zeros = byte === 0 ? zeros + 1 : 0;
    if (prevention) continue;
    bytes[length] = byte;
    length += 1;
  }
  return bytes;
}

/** Reads bits; past the end they are zero. */
class BitReader {
  readonly #bytes: Uint8Array;
  #at = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  take(count: number): number {
    let value = 0;
    for (let each = 0; each < count; each += 1) {
      value = value * 2 + (((this.#bytes[this.#at >> 3] ?? 0) >> (7 - (this.#at & 7))) & 1);
      this.#at += 1;
    }
    return value;
  }

  /** ue(v), §9.1; se(v) takes the same bits. */
  unsigned(): number {
    let zeros = 0;
    while (zeros < 32 && this.take(1) === 0) zeros += 1;
    return 2 ** zeros - 1 + this.take(zeros);
  }
}
