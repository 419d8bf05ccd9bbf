import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';

/** A generated clip (moving test pattern) for tests without footage: MP4, and MKV for JPEG, which MP4 players mistrust. */
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
  options: { seconds?: number; bFrames?: number; codec?: 'h264' | 'h265' | 'jpeg' } = {},
): Promise<TestClip> {
  const seconds = options.seconds ?? 2;
  const fps = 10;
  const keyframeEvery = 5;
  const codec = options.codec ?? 'h264';
  const bFrames = options.bFrames ?? 0;
  const file = join(folder, `${codec}-${seconds}-${bFrames}.${codec === 'jpeg' ? 'mkv' : 'mp4'}`);
  const input = ['-f', 'lavfi', '-i', `testsrc2=size=320x240:rate=${fps}:duration=${seconds}`];
  const encoders = {
    h264: ['-c:v', 'libx264', '-preset', 'veryfast', '-pix_fmt', 'yuv420p', '-sc_threshold', '0'],
    h265: [
      '-c:v',
      'libx265',
      '-preset',
      'ultrafast',
      '-pix_fmt',
      'yuv420p',
      '-x265-params',
      'log-level=none:scenecut=0',
    ],
    jpeg: ['-c:v', 'mjpeg', '-q:v', '4', '-pix_fmt', 'yuvj420p', '-huffman', 'default'],
  };
  const shape = codec === 'jpeg' ? [] : ['-g', String(keyframeEvery), '-bf', String(bFrames)];
  await promisify(execFile)('ffmpeg', ['-v', 'error', '-nostdin', '-y', ...input, ...encoders[codec], ...shape, file]);
  return { file, fps, frames: seconds * fps, keyframeEvery };
}
