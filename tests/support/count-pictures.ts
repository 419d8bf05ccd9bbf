import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

/** How many pictures the machine's ffmpeg decodes out of an Annex B stream, and what it complains about. */
export async function countPictures(annexB: Buffer): Promise<{ pictures: number; complaints: string }> {
  const folder = await mkdtemp(join(tmpdir(), 'maplebridge-count-'));
  try {
    const file = join(folder, 'stream.h264');
    await writeFile(file, annexB);
    const ask = ['-count_frames', '-select_streams', 'v', '-show_entries', 'stream=nb_read_frames', '-of', 'csv=p=0'];
    const { stdout, stderr } = await promisify(execFile)('ffprobe', ['-v', 'error', ...ask, file]);
    return { pictures: Number(stdout.trim()), complaints: stderr };
  } finally {
    await rm(folder, { recursive: true });
  }
}
