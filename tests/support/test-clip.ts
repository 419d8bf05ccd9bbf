import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';

/** A generated MP4 (H.264, moving test pattern) for tests without footage. */
export interface TestClip {
  readonly file: string;
  readonly fps: number;
  readonly frames: number;
  /** A keyframe every so many pictures. */
  readonly keyframeEvery: number;
}

/** Has the machine's ffmpeg make a clip in `folder`. */
export async function makeTestClip(
  folder: string,
  options: { seconds?: number; bFrames?: number } = {},
): Promise<TestClip> {
  const seconds = options.seconds ?? 2;
  const fps = 10;
  const keyframeEvery = 5;
  const file = join(folder, `clip-${seconds}-${options.bFrames ?? 0}.mp4`);
  const input = ['-f', 'lavfi', '-i', `testsrc2=size=320x240:rate=${fps}:duration=${seconds}`];
  const codec = ['-c:v', 'libx264', '-preset', 'veryfast', '-pix_fmt', 'yuv420p', '-sc_threshold', '0'];
  const shape = ['-g', String(keyframeEvery), '-bf', String(options.bFrames ?? 0)];
  await promisify(execFile)('ffmpeg', ['-v', 'error', '-nostdin', '-y', ...input, ...codec, ...shape, file]);
  return { file, fps, frames: seconds * fps, keyframeEvery };
}
