import type { CameraId, UtcMs } from '../../../domain/ids.ts';

/**
 * Whether both models see this look: the same answer for the same camera and time on any node and after any restart.
 * Every camera gives the same share of its looks, because the time is part of what is hashed and every bit of it counts.
 * FNV-1a over the text, then the finaliser of MurmurHash3 (fmix32): FNV alone spreads a last digit over few bits.
 */
export function isSampled(cameraId: CameraId, at: UtcMs, share: number): boolean {
  let hash = 0x811c9dc5;
  const text = `${cameraId}\n${at}`;
  for (let index = 0; index < text.length; index += 1) {
    hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193);
  }
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return ((hash ^ (hash >>> 16)) >>> 0) / 2 ** 32 < share;
}
