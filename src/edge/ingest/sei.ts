import { RbspReader } from './rbsp-reader.ts';

/** payloadType of a recovery point, in H.264 (§D.1.1) and H.265 (§D.2.1) alike. */
const recoveryPoint = 6;

/**
 * First number of the recovery point message among the SEI messages in `buffer[start, end)`, which begins after the NAL
 * unit header (ITU-T H.264 §7.3.2.3.1); undefined when there is none. H.265 writes it signed, but zero reads the same.
 */
export function recoveryCount(buffer: Buffer, start: number, end: number): number | undefined {
  let at = start;
  while (at + 2 < end) {
    let type = 0;
    while (at < end && buffer[at] === 0xff) {
      type += 255;
      at += 1;
    }
    type += buffer[at++] ?? 0;
    let size = 0;
    while (at < end && buffer[at] === 0xff) {
      size += 255;
      at += 1;
    }
    size += buffer[at++] ?? 0;
    if (type === recoveryPoint) return new RbspReader(buffer, at, Math.min(end, at + size)).ue();
    at += size;
  }
  return undefined;
}
