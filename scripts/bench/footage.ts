import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { AccessUnit } from '../../src/domain/access-unit.ts';
import { keyframesOf, testKeyframes } from '../../tests/support/keyframes.ts';
import { sharedDir } from '../../tests/support/shared.ts';

/** Keyframes to measure with: real footage where the machine has it, else a test pattern of the same size. */
export async function benchKeyframes(): Promise<{ source: string; keyframes: AccessUnit[] }> {
  const footage = join(sharedDir ?? '', 'footage', 'street-parked.mp4');
  if (sharedDir !== undefined && existsSync(footage)) {
    return { source: 'street-parked.mp4 (640×352 H.264)', keyframes: await keyframesOf(footage) };
  }
  return { source: 'test pattern (640×352 H.264)', keyframes: await testKeyframes({ width: 640, height: 352 }, 41) };
}
