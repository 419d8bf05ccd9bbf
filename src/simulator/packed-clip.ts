import type { Clip } from './clip.ts';
import { readClip } from './clip-reader.ts';
import { packClip, type UnitPackets } from './unit-packets.ts';

/** A clip with its packets, shared by every client that watches it. */
export interface PackedClip {
  readonly clip: Clip;
  readonly units: readonly UnitPackets[];
}

/** Reads a file and packs it; of the clip's own pictures only the packets stay. Fails as `readClip` does. */
export async function readPackedClip(file: string): Promise<PackedClip> {
  const clip = await readClip(file);
  return { clip: { ...clip, units: [] }, units: packClip(clip) };
}
