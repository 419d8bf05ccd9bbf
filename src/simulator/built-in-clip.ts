import { execFile } from 'node:child_process';
import { existsSync, mkdirSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { AppError } from '../lib/errors.ts';

/** A clip the machine's ffmpeg makes, for farms without footage. */
interface BuiltInClip {
  readonly size: string;
  readonly fps: number;
  readonly bitsPerSecond: number;
}

/** What a camera's substream looks like. */
const substream: BuiltInClip = { size: '640x360', fps: 15, bitsPerSecond: 512_000 };
/** The same camera after somebody changed its settings. */
const changed: BuiltInClip = { size: '480x272', fps: 15, bitsPerSecond: 384_000 };

const seconds = 20;
const keyframeEverySeconds = 2;

/**
 * A moving pattern with sensor noise in 640×360 at 15 pictures a second and 512 kbit/s, a keyframe every 2 s, and the
 * same in another resolution: H.264 in MP4, made once and kept in `folder`.
 * @throws AppError MB_MISSING_PART when the machine has no ffmpeg.
 */
export async function builtInClips(folder = '.maplebridge'): Promise<{ file: string; otherFile: string }> {
  return { file: await made(folder, substream), otherFile: await made(folder, changed) };
}

async function made(folder: string, clip: BuiltInClip): Promise<string> {
  const { size, fps, bitsPerSecond } = clip;
  const kbits = bitsPerSecond / 1000;
  const file = join(folder, `clip-${size}-${fps}fps-${kbits}k.mp4`);
  if (existsSync(file)) return file;
  mkdirSync(folder, { recursive: true });
  const unfinished = `${file}.${process.pid}.tmp`;
  const input = ['-f', 'lavfi', '-i', `testsrc2=size=${size}:rate=${fps}:duration=${seconds},noise=alls=8:allf=t`];
  const rate = ['-b:v', `${kbits}k`, '-maxrate', `${kbits}k`, '-bufsize', `${kbits}k`];
  const shape = ['-g', String(fps * keyframeEverySeconds), '-bf', '0', '-sc_threshold', '0', '-pix_fmt', 'yuv420p'];
  const codec = ['-c:v', 'libx264', '-profile:v', 'main', '-preset', 'veryfast', ...rate, ...shape];
  try {
    await promisify(execFile)('ffmpeg', ['-v', 'error', '-nostdin', '-y', ...input, ...codec, '-f', 'mp4', unfinished]);
  } catch (error) {
    throw new AppError('MB_MISSING_PART', 'ffmpeg could not make a clip: install ffmpeg, or name files', {
      cause: error,
    });
  }
  renameSync(unfinished, file);
  return file;
}
