import { execFile } from 'node:child_process';
import { copyFile, mkdtemp, open, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { AppError } from '../../src/lib/errors.ts';
import { pictureSize, picturesPerSecond } from './picture-size.ts';

/** Largest clip that is let into the repository. */
const mostClipBytes = 1_000_000;

/** Quality of the first try; a camera’s substream of 200–400 kbit/s looks like that. */
const firstCrf = 27;

/** Share of the largest size a second try aims at: it comes out within a few hundredths of that. */
const aimedShare = 0.94;

/** What MP4 adds to the coded pictures. */
const containerBytes = { file: 1_500, picture: 16 } as const;

/** How a clip came out. */
export interface EncodedClip {
  readonly bytes: number;
  /** How it was coded: by quality, or by rate where that was too much. */
  readonly coding: string;
  readonly tries: 1 | 2;
}

/** The pictures of one clip, kept raw in a temporary file until it is encoded: the second try needs them again. */
export class Film {
  readonly #folder: string;
  readonly #raw: Awaited<ReturnType<typeof open>>;
  #pictures = 0;

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
    this.#pictures += 1;
  }

  /**
   * H.264 in MP4, at most so large: by quality, and where that is too much once more with what the first try has found out
   * about the pictures, by rate.
   * @throws AppError MB_MISSING_PART without ffmpeg, MB_USAGE where two tries are not enough.
   */
  async encode(file: string, mostBytes = mostClipBytes): Promise<EncodedClip> {
    const quality = ['-crf', String(firstCrf), '-fastfirstpass', '0', '-pass', '1'];
    const first = await this.#encodeWith(quality);
    const seconds = this.#pictures / picturesPerSecond;
    if (first <= mostBytes) return this.#keep(file, { bytes: first, coding: `quality ${firstCrf}`, tries: 1 });
    const container = containerBytes.file + containerBytes.picture * this.#pictures;
    const bitsPerSecond = Math.max(10_000, Math.floor(((aimedShare * mostBytes - container) * 8) / seconds));
    const second = await this.#encodeWith(['-b:v', String(bitsPerSecond), '-pass', '2']);
    if (second > mostBytes)
      throw new AppError('MB_USAGE', `${file}: ${second} bytes, more than ${mostBytes}: make the take calmer`);
    return this.#keep(file, { bytes: second, coding: `${Math.round(bitsPerSecond / 1000)} kbit/s`, tries: 2 });
  }

  async remove(): Promise<void> {
    await this.#raw.close();
    await rm(this.#folder, { recursive: true, force: true });
  }

  async #keep(file: string, clip: EncodedClip): Promise<EncodedClip> {
    await copyFile(join(this.#folder, 'clip.mp4'), file);
    return clip;
  }

  /** Size of the clip in bytes. */
  async #encodeWith(rate: readonly string[]): Promise<number> {
    const file = join(this.#folder, 'clip.mp4');
    const notes = ['-passlogfile', join(this.#folder, 'pass')];
    await runFfmpeg([...rawInput, '-i', join(this.#folder, 'pictures.rgb'), ...encoding, ...rate, ...notes, file]);
    return (await stat(file)).size;
  }
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
const encoding = [
  ...['-c:v', 'libx264', '-profile:v', 'main', '-preset', 'slow', '-pix_fmt', 'yuv420p'],
  ...['-threads', '1', '-g', String(2 * picturesPerSecond), '-keyint_min', String(2 * picturesPerSecond), '-bf', '0'],
  ...['-x264-params', 'scenecut=0:repeat-headers=1:sliced-threads=0'],
  ...['-sws_flags', 'bicubic+accurate_rnd+full_chroma_int+bitexact', '-fflags', '+bitexact', '-flags:v', '+bitexact'],
  ...['-map_metadata', '-1', '-movflags', '+faststart', '-f', 'mp4'],
];

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
