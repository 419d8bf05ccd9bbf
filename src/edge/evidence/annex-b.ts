import type { VideoCodec } from '../../domain/access-unit.ts';

/** Types of parameter sets (ITU-T H.264 table 7-1, H.265 table 7-1), and how the type is read. */
const syntax = {
  h264: {
    sets: new Set([7, 8]),
    typeOf: (byte: number) => byte & 31,
    isPicture: (type: number) => type >= 1 && type <= 5,
  },
  h265: {
    sets: new Set([32, 33, 34]),
    typeOf: (byte: number) => (byte >> 1) & 63,
    isPicture: (type: number) => type < 32,
  },
} as const;

const startCode = Buffer.from([0, 0, 0, 1]);

/**
 * The parameter sets before a keyframe's picture, each with its start code; empty where there are none, and for MJPEG.
 * The picture itself is not read.
 */
export function parameterSetsOf(codec: VideoCodec, keyframe: Buffer): Buffer {
  if (codec === 'mjpeg') return Buffer.alloc(0);
  const { sets, typeOf, isPicture } = syntax[codec];
  const found: Buffer[] = [];
  let at = nextStart(keyframe, 0);
  while (at < keyframe.length) {
    const type = typeOf(keyframe[at] ?? 0);
    if (isPicture(type)) break;
    const next = nextStart(keyframe, at);
    if (sets.has(type)) found.push(startCode, unpadded(keyframe, at, next));
    at = next;
  }
  return Buffer.concat(found);
}

/** Where the first NAL unit after the next start code begins; the buffer's end where there is none. */
function nextStart(buffer: Buffer, from: number): number {
  const code = buffer.indexOf('000001', from, 'hex');
  return code < 0 ? buffer.length : code + 3;
}

/** Without the start code that follows and zeros before it (H.264 Annex B.1). */
function unpadded(buffer: Buffer, start: number, next: number): Buffer {
  let end = next === buffer.length && !isStartCode(buffer, next - 3) ? next : next - 3;
  while (end > start && buffer[end - 1] === 0) end -= 1;
  return buffer.subarray(start, end);
}

function isStartCode(buffer: Buffer, at: number): boolean {
  return at >= 0 && buffer[at] === 0 && buffer[at + 1] === 0 && buffer[at + 2] === 1;
}
