/** Parameter sets and length size of an `avcC` record (ISO/IEC 14496-15 §5.3.3.1). */
export interface AvcConfiguration {
  readonly lengthBytes: number;
  /** NAL units without start codes. */
  readonly sps: readonly Buffer[];
  readonly pps: readonly Buffer[];
}

/** Reads an `avcC` record; undefined when it is none or has no parameter sets. */
export function readAvcConfiguration(record: Buffer): AvcConfiguration | undefined {
  if (record.length < 7 || record[0] !== 1) return undefined;
  const lengthBytes = ((record[4] ?? 0) & 0x03) + 1;
  const sps = readSets(record, 6, (record[5] ?? 0) & 0x1f);
  const pps = sps && readSets(record, sps.end + 1, record[sps.end] ?? 0);
  if (sps === undefined || pps === undefined || sps.nals.length === 0 || pps.nals.length === 0) return undefined;
  return { lengthBytes, sps: sps.nals, pps: pps.nals };
}

function readSets(record: Buffer, start: number, count: number): { nals: Buffer[]; end: number } | undefined {
  const nals: Buffer[] = [];
  let at = start;
  for (let index = 0; index < count; index += 1) {
    if (at + 2 > record.length) return undefined;
    const size = record.readUInt16BE(at);
    if (size === 0 || at + 2 + size > record.length) return undefined;
    nals.push(record.subarray(at + 2, at + 2 + size));
    at += 2 + size;
  }
  return { nals, end: at };
}

/** NAL units of a sample, each after its length (ISO/IEC 14496-15 §5.3.4.2); a truncated last one is left out. */
export function splitSample(sample: Buffer, lengthBytes: number): Buffer[] {
  const nals: Buffer[] = [];
  let at = 0;
  while (at + lengthBytes < sample.length) {
    const size = sample.readUIntBE(at, lengthBytes);
    const start = at + lengthBytes;
    if (size === 0 || start + size > sample.length) break;
    nals.push(sample.subarray(start, start + size));
    at = start + size;
  }
  return nals;
}
