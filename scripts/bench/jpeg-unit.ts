import { readFileSync } from 'node:fs';
import type { AccessUnit } from '../../src/domain/access-unit.ts';
import type { CameraId } from '../../src/domain/ids.ts';

/** A JPEG file as a camera that sends MJPEG would send it. */
export function jpegUnit(path: string): AccessUnit {
  const stamps = { rtpTimestamp: 0, ptsMs: 0, ntpMs: undefined, receivedAt: 0 };
  return { cameraId: 'sample' as CameraId, codec: 'mjpeg', keyframe: true, data: readFileSync(path), ...stamps };
}
