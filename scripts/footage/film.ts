import { execFile } from 'node:child_process';
import { copyFile, mkdtemp, open, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { AppError } from '../../src/lib/errors.ts';
import { pictureSize, picturesPerSecond } from './picture-size.ts';

/** Largest clip that is let into the repository. */
export const mostClipBytes = 1_000_000;

/** Quality of the first try; a camera’s substream of 200–400 kbit/s looks like that. */
const firstCrf = 27;

/** Above this a person 45 pixels tall is no longer seen. */
const worstCrf = 38;

/** How a clip came out. */
export interface EncodedClip {
  readonly bytes: number;
  readonly crf: number;
  readonly tries: 1 | 2;
}

/** The pictures of one clip, kept raw in a temporary file until it is encoded: the second try needs them again. */
export class Film {
  readonly #folder: string;
  readonly #raw: Awaited<ReturnType<typeof open>>;

  private constructor(folder: string, raw: Awaited<ReturnType<typeof open>>) {
    this.#folder = folder;
    this.#raw = raw;
  }

  static async create(): Promise<Film> {
    const folder = await mkdtemp(join(tmpdir(), 'maplebridge-film-'));
    return new Film(folder, await open(join(folder, 'pictures.rgb'), 'w'));
  }

  /** RGB, top row first. */
  async add(rgb: Uint8Array): Promise<void> {
    await this.#raw.writeFile(rgb);
  }

  /**
   * H.264 in MP4, at most 1 MB: two tries at most, the second with the quality the first one's size asks for.
   * @throws AppError MB_MISSING_PART without ffmpeg, MB_USAGE where two tries are not enough.
   */
  async encode(file: string): Promise<EncodedClip> {
    const first = await this.#encodeAt(firstCrf);
    if (first.bytes <= mostClipBytes) {
      await copyFile(first.file, file);
      return { bytes: first.bytes, crf: firstCrf, tries: 1 };
    }
    const crf = crfFor(first.bytes);
    const second = await this.#encodeAt(crf);
    if (second.bytes > mostClipBytes)
      throw new AppError(
        'MB_USAGE',
        `${file}: ${second.bytes} bytes at quality ${crf}, more than ${mostClipBytes}: make the take shorter or calmer`,
      );
    await copyFile(second.file, file);
    return { bytes: second.bytes, crf, tries: 2 };
  }

  async remove(): Promise<void> {
    await this.#raw.close();
    await rm(this.#folder, { recursive: true, force: true });
  }

  async #encodeAt(crf: number): Promise<{ file: string; bytes: number }> {
    const file = join(this.#folder, `crf-${crf}.mp4`);
    await runFfmpeg([...rawInput, '-i', join(this.#folder, 'pictures.rgb'), ...encoding(crf), file]);
    return { file, bytes: (await stat(file)).size };
  }
}

/** What a first try of so many bytes asks for: six steps halve the size, and one more is for safety. */
export function crfFor(firstBytes: number): number {
  return Math.min(worstCrf, firstCrf + Math.ceil(6 * Math.log2(firstBytes / mostClipBytes)) + 1);
}

const rawInput = [
  '-f',
  'rawvideo',
  '-pix_fmt',
  'rgb24',
  '-s',
  `${pictureSize.width}x${pictureSize.height}`,
  '-r',
  String(picturesPerSecond),
];

/**
 * Like a street camera's encoder: a keyframe every two seconds with its parameter sets, nothing out of order. One
 * thread and exact conversions: the same pictures give the same bytes.
 */
function encoding(crf: number): string[] {
  const x264 = 'scenecut=0:repeat-headers=1:sliced-threads=0';
  return [
    ...['-c:v', 'libx264', '-profile:v', 'main', '-preset', 'slow', '-pix_fmt', 'yuv420p', '-crf', String(crf)],
    ...['-threads', '1', '-g', String(2 * picturesPerSecond), '-keyint_min', String(2 * picturesPerSecond), '-bf', '0'],
    ...['-x264-params', x264, '-sws_flags', 'bicubic+accurate_rnd+full_chroma_int+bitexact'],
    ...['-fflags', '+bitexact', '-flags:v', '+bitexact', '-map_metadata', '-1', '-movflags', '+faststart', '-f', 'mp4'],
  ];
}

/** Pictures of a clip as RGB: every `step`-th from the first. @throws AppError MB_MISSING_PART without ffmpeg. */
export async function clipPictures(file: string, step: number): Promise<Buffer[]> {
  const select = ['-vf', `select=not(mod(n\\,${step}))`, '-fps_mode', 'passthrough'];
  const raw = await runFfmpeg(['-i', file, ...select, '-f', 'rawvideo', '-pix_fmt', 'rgb24', 'pipe:1']);
  const length = pictureSize.width * pictureSize.height * 3;
  return Array.from({ length: raw.length / length }, (_, index) => raw.subarray(index * length, (index + 1) * length));
}

async function runFfmpeg(args: readonly string[]): Promise<Buffer> {
  const maxBuffer = 2 ** 30;
  try {
    const options = { encoding: 'buffer', maxBuffer } as const;
    return (await promisify(execFile)('ffmpeg', ['-v', 'error', '-nostdin', '-y', ...args], options)).stdout;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT')
      throw new AppError('MB_MISSING_PART', 'ffmpeg is missing: apt-get install ffmpeg', { cause: error });
    throw error;
  }
}
