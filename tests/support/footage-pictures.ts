import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import sharp from 'sharp';
import type { Picture } from '../../src/domain/picture.ts';

/** The picture of a clip at a second, as FFmpeg's own program decodes it. */
export async function pictureAt(file: string, second: number): Promise<Picture> {
  const args = [
    '-v',
    'error',
    '-nostdin',
    '-ss',
    String(second),
    '-i',
    file,
    '-frames:v',
    '1',
    '-c:v',
    'png',
    '-f',
    'image2pipe',
    '-',
  ];
  const { stdout } = await promisify(execFile)('ffmpeg', args, { encoding: 'buffer', maxBuffer: 2 ** 26 });
  const { data, info } = await sharp(stdout).removeAlpha().raw().toBuffer({ resolveWithObject: true });
  const { width, height } = info;
  return { width, height, format: 'rgb24', data, sourceWidth: width, sourceHeight: height };
}
