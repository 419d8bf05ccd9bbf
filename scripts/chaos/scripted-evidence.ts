import { createHash } from 'node:crypto';
import sharp from 'sharp';
import type { ScriptedEvidence } from './node-protocol.ts';

/** A real JPEG of coloured noise, which hardly packs: 64 × 48 is about 5 KB, 960 × 720 about 1.3 MB. */
export async function drawEvidence({ seed, width, height }: ScriptedEvidence): Promise<Buffer> {
  const length = width * height * 3;
  const pixels = createHash('shake256', { outputLength: length }).update(`picture ${seed}`).digest();
  return sharp(pixels, { raw: { width, height, channels: 3 } })
    .jpeg({ quality: 90 })
    .toBuffer();
}
