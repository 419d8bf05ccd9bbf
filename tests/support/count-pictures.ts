import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

const demuxers = { h264: 'h264', h265: 'hevc', mjpeg: 'mjpeg' } as const;

/** How many pictures the machine's ffmpeg decodes out of a raw stream, and what it complains about. */
export async function countPictures(
  stream: Buffer,
  codec: 'h264' | 'h265' | 'mjpeg' = 'h264',
): Promise<{ pictures: number; complaints: string }> {
  const folder = await mkdtemp(join(tmpdir(), 'maplebridge-count-'));
  try {
    const file = join(folder, `stream.${codec}`);
    await writeFile(file, stream);
    const ask = ['-count_frames', '-select_streams', 'v', '-show_entries', 'stream=nb_read_frames', '-of', 'csv=p=0'];
    const { stdout, stderr } = await promisify(execFile)('ffprobe', [
      '-v',
      'error',
      '-f',
      demuxers[codec],
      ...ask,
      file,
    ]);
    return { pictures: Number(stdout.trim()), complaints: stderr };
  } finally {
    await rm(folder, { recursive: true });
  }
}
