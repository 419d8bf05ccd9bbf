import { spawn } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import type { Detection } from '../../src/domain/detection.ts';
import type { PictureSpec } from '../../src/domain/picture.ts';
import { fittedSize } from '../../src/edge/decode/fit.ts';
import type { Detector } from '../../src/edge/detect/detector.ts';

/** Pictures taken of a clip, and the size at which weather is put over them; five by five of its pixels make one of the gate's. */
export const pictureEveryMs = 500;
export const stressSize = { width: 640, height: 400 } as const;

/** One picture of a clip: grey as the stress takes it, and what the detector sees in all of it. */
export interface ClipPicture {
  readonly atMs: number;
  readonly grey: Uint8Array;
  /** Scores from 0.05 up. */
  readonly detections: readonly Detection[];
}

/** One clip, a picture every `pictureEveryMs`. */
export interface Clip {
  readonly name: string;
  /** `tune`: thresholds were chosen on it; `check`: they were not. */
  readonly use: 'tune' | 'check';
  readonly pictures: readonly ClipPicture[];
}

interface ClipFile {
  readonly name: string;
  readonly use: 'tune' | 'check';
  readonly path: string;
  /** Annotations to take in place of a detector that knows no fire. */
  readonly annotations?: string;
}

const tuned: ReadonlySet<string> = new Set([
  'people-passing',
  'street-parked',
  's1_Fall_13',
  's2_Fall_13',
  's3_ADL_20',
]);

/** The clips this machine has. */
export function clipFiles(sharedDir: string): ClipFile[] {
  const footage = join(sharedDir, 'footage');
  const paths = [
    ...videosOf(footage),
    ...videosOf(join(footage, 'falls')),
    '/usr/share/doc/opencv-doc/examples/data/vtest.avi',
  ];
  return paths.filter(existsSync).map((path) => {
    const name = basename(path).replace(/\.\w+$/, '');
    const annotations = path.replace(/\.\w+$/, '.xml');
    const use = tuned.has(name) ? 'tune' : 'check';
    return { name, use, path, ...(existsSync(annotations) ? { annotations } : {}) };
  });
}

function videosOf(folder: string): string[] {
  return readdirSync(folder)
    .filter((name) => name.endsWith('.mp4'))
    .sort()
    .map((name) => join(folder, name));
}

/** Reads a clip and has the detector look at each of its pictures. */
export async function readClip(file: ClipFile, detector: Detector): Promise<Clip> {
  const { width, height } = stressSize;
  const greys = cut(await ffmpeg(file.path, `scale=${width}:${height}:flags=area,format=gray`), width * height);
  const found = file.annotations === undefined ? await detectAll(file.path, detector) : annotated(file.annotations);
  const pictures = greys.map((grey, index) => ({ atMs: index * pictureEveryMs, grey, detections: found(index) }));
  return { name: file.name, use: file.use, pictures };
}

async function detectAll(path: string, detector: Detector): Promise<(index: number) => readonly Detection[]> {
  const source = await sizeOf(path);
  const spec: PictureSpec = detector.input;
  const { width, height } = fittedSize(source, spec);
  const packed = spec.format === 'rgb24' ? 'rgb24' : 'bgr24';
  const frames = cut(
    await ffmpeg(path, `scale=${width}:${height}:flags=bilinear,format=${packed}`),
    width * height * 3,
  );
  const all: (readonly Detection[])[] = [];
  for (const frame of frames) {
    const data = new Uint8Array(frame);
    const sizes = { width, height, sourceWidth: source.width, sourceHeight: source.height };
    const picture = { ...sizes, format: spec.format, data };
    const { detections } = await detector.detect({ picture, priority: { severity: 1, deadlineMs: 0 } });
    all.push(detections);
  }
  return (index) => all[index] ?? [];
}

/** Flame boxes of the FURG fire data set (pixels, x y w h a line), as detections. */
function annotated(path: string): (index: number) => readonly Detection[] {
  const xml = readFileSync(path, 'utf8');
  const number = (tag: string) => Number(new RegExp(`<${tag}>(\\d+)`).exec(xml)?.[1] ?? Number.NaN);
  const [width, height, rate] = [number('frameWidth'), number('frameHeight'), number('frameRate')];
  const frames = xml.split('<frameNumber>').slice(1);
  return (index) => {
    const frame = frames[Math.min(frames.length - 1, Math.round((index * pictureEveryMs * rate) / 1000))] ?? '';
    return [...frame.matchAll(/<_>\s*(\d+) (\d+) (\d+) (\d+)<\/_>/g)].map((match): Detection => {
      const [x = 0, y = 0, w = 0, h = 0] = match.slice(1).map(Number);
      const box = [x / width, y / height, (x + w) / width, (y + h) / height] as const;
      return { box, score: 1, class: 'flame' };
    });
  };
}

function cut(all: Buffer, bytes: number): Uint8Array[] {
  return Array.from({ length: Math.floor(all.length / bytes) }, (_, index) =>
    all.subarray(index * bytes, (index + 1) * bytes),
  );
}

function ffmpeg(path: string, filter: string): Promise<Buffer> {
  const rate = `fps=${1000 / pictureEveryMs}`;
  return read('ffmpeg', [
    '-v',
    'error',
    '-nostdin',
    '-i',
    path,
    '-an',
    '-vf',
    `${rate},${filter}`,
    '-f',
    'rawvideo',
    '-',
  ]);
}

async function sizeOf(path: string): Promise<{ width: number; height: number }> {
  const entries = ['-select_streams', 'v:0', '-show_entries', 'stream=width,height', '-of', 'csv=p=0'];
  const [width = 0, height = 0] = (await read('ffprobe', ['-v', 'error', ...entries, path]))
    .toString()
    .split(',')
    .map(Number);
  return { width, height };
}

function read(command: string, args: readonly string[]): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args);
    const chunks: Buffer[] = [];
    let errors = '';
    child.stdout.on('data', (chunk: Buffer) => chunks.push(chunk));
    child.stderr.on('data', (chunk: Buffer) => {
      errors += chunk.toString();
    });
    child.on('error', reject);
    child.on('close', (code) => (code === 0 ? resolve(Buffer.concat(chunks)) : reject(new Error(errors))));
  });
}
