/** NAL unit types of ITU-T H.264 table 7-1. */
export const h264Nal = { idr: 5, sei: 6, sps: 7, pps: 8, aud: 9, filler: 12 } as const;

/** Largest set that is believed; real ones have tens of bytes. */
const maxSetBytes = 4096;
const startCode = Buffer.from([0, 0, 0, 1]);

/** The sequence and picture parameter sets in force, by id (ITU-T H.264 §7.4.1.2.1). */
export class H264ParameterSets {
  readonly #sps = new Map<number, Buffer>();
  readonly #pps = new Map<number, Buffer>();
  #annexB: Buffer | undefined;

  /** All sets as Annex B, sequence sets first; empty until there is one of each kind. */
  get annexB(): Buffer {
    this.#annexB ??= this.#join();
    return this.#annexB;
  }

  /** Takes the NAL unit `buffer[start, end)` if it is a parameter set; false when it is one and not readable. */
  update(buffer: Buffer, start: number, end: number): boolean {
    const type = (buffer[start] ?? 0) & 0x1f;
    if (type !== h264Nal.sps && type !== h264Nal.pps) return true;
    // An SPS has profile, constraints and level before its id (§7.3.2.1.1), a PPS starts with it (§7.3.2.2).
    const id = readExpGolomb(buffer, start + (type === h264Nal.sps ? 4 : 1), end);
    const sets = type === h264Nal.sps ? this.#sps : this.#pps;
    const limit = type === h264Nal.sps ? 32 : 256;
    if (id === undefined || id >= limit || end - start > maxSetBytes) return false;
    if (sets.get(id)?.compare(buffer, start, end) === 0) return true;
    sets.set(id, Buffer.from(buffer.subarray(start, end)));
    this.#annexB = undefined;
    return true;
  }

  #join(): Buffer {
    if (this.#sps.size === 0 || this.#pps.size === 0) return Buffer.alloc(0);
    const inOrder = (sets: ReadonlyMap<number, Buffer>) =>
      [...sets].sort(([a], [b]) => a - b).flatMap(([, nal]) => [startCode, nal]);
    return Buffer.concat([...inOrder(this.#sps), ...inOrder(this.#pps)]);
  }
}

/** An unsigned Exp-Golomb number at the start of `buffer[start, end)` (ITU-T H.264 §9.1), up to 16 bits long. */
function readExpGolomb(buffer: Buffer, start: number, end: number): number | undefined {
  const bit = (index: number) => ((buffer[start + (index >> 3)] ?? 0) >> (7 - (index & 7))) & 1;
  const bits = (end - start) * 8;
  let zeros = 0;
  while (zeros < bits && bit(zeros) === 0) zeros += 1;
  if (zeros > 8 || 2 * zeros + 1 > bits) return undefined;
  let value = 0;
  for (let index = zeros; index <= 2 * zeros; index += 1) value = value * 2 + bit(index);
  return value - 1;
}
