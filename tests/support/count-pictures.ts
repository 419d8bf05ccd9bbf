import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

const demuxers = { h264: 'h264', h265: 'hevc', mjpeg: 'mjpeg' } as const;

type Codec = keyof typeof demuxers;

/** How many pictures the machine's ffmpeg decodes out of a raw stream, and what it complains about. */
export async function countPictures(
  stream: Buffer,
  codec: Codec = 'h264',
): Promise<{ pictures: number; complaints: string }> {
  const { stdout, stderr } = await probe(stream, codec, ['-count_frames', '-show_entries', 'stream=nb_read_frames']);
  return { pictures: Number(stdout.trim()), complaints: stderr };
}

/** Width and height of a raw stream's first picture. */
export async function pictureSize(stream: Buffer, codec: Codec): Promise<readonly [number, number]> {
  const { stdout } = await probe(stream, codec, ['-show_entries', 'stream=width,height']);
  const [width = 0, height = 0] = stdout.trim().split(',').map(Number);
  return [width, height];
}

async function probe(
  stream: Buffer,
  codec: Codec,
  ask: readonly string[],
): Promise<{ stdout: string; stderr: string }> {
  const folder = await mkdtemp(join(tmpdir(), 'maplebridge-count-'));
  try {
    const file = join(folder, `stream.${codec}`);
    await writeFile(file, stream);
    const form = ['-f', demuxers[codec], '-select_streams', 'v', ...ask, '-of', 'csv=p=0'];
    return await promisify(execFile)('ffprobe', ['-v', 'error', ...form, file]);
  } finally {
    await rm(folder, { recursive: true });
  }
}
