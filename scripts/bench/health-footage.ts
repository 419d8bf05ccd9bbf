import { spawn } from 'node:child_process';
import type { PictureFault } from '../../src/domain/picture-condition.ts';
import { stressSize } from './gate-footage.ts';

/** The grey picture that is measured. */
export const greySize = { width: 128, height: 80 } as const;

/** Keeps the middle, so that a shift has something to show at the edge. */
const middle = 'crop=iw*0.84:ih*0.84';

/** The clip as the camera shows it when it is well. */
export const asAlways: string = middle;

/** Something done to a camera, as an FFmpeg filter over its clip; `held`: its first picture again and again. */
export interface Trouble {
  readonly what: string;
  /** What it may be called: a view that is hidden and one that is another are not always to be told apart. */
  readonly faults: readonly PictureFault[];
  readonly filter: string;
  readonly held?: true;
}

const cloth = 'drawbox=c=gray:t=fill,drawgrid=w=iw/32:h=iw/32:t=5:c=0xb0b0b0,gblur=2,noise=alls=6:allf=t';

/** What is done to cameras. */
export const troubles: readonly Trouble[] = [
  { what: 'black', faults: ['black'], filter: `${middle},drawbox=c=black:t=fill` },
  { what: 'frozen', faults: ['frozen'], filter: middle, held: true },
  { what: 'out of focus', faults: ['blurred'], filter: `${middle},gblur=10` },
  { what: 'flat cover', faults: ['covered'], filter: `${middle},drawbox=c=gray:t=fill,noise=alls=6:allf=t` },
  { what: 'cloth', faults: ['covered', 'moved'], filter: `${middle},${cloth}` },
  {
    what: '70 % hidden',
    faults: ['covered', 'moved'],
    filter: `${middle},drawbox=w=iw*0.7:c=gray:t=fill,noise=alls=6:allf=t`,
  },
  { what: 'turned by 9 %', faults: ['moved'], filter: 'crop=iw*0.84:ih*0.84:0:ih*0.08' },
  { what: 'turned by 16 %', faults: ['moved', 'covered'], filter: 'crop=iw*0.84:ih*0.84:iw*0.16:0' },
  { what: 'rotated by 8°', faults: ['moved'], filter: `rotate=8*PI/180,${middle}` },
  { what: 'zoomed by a quarter', faults: ['moved'], filter: 'crop=iw*0.67:ih*0.67' },
];

/** Grey pictures of a clip, one each `everyMs` of it, changed by an FFmpeg filter. */
export async function greysOf(
  path: string,
  options: { filter: string; everyMs: number; size?: { readonly width: number; readonly height: number } },
): Promise<Uint8Array[]> {
  const { width, height } = options.size ?? greySize;
  const filter = `fps=${1000 / options.everyMs},${options.filter},scale=${width}:${height}:flags=area,format=gray`;
  const all = await ffmpeg(['-i', path, '-an', '-vf', filter, '-f', 'rawvideo', '-']);
  const bytes = width * height;
  return Array.from({ length: Math.floor(all.length / bytes) }, (_, index) =>
    all.subarray(index * bytes, (index + 1) * bytes),
  );
}

/** Averaged over whole pixels, from the size that weather is put over. */
export function shrunk(grey: Uint8Array): Uint8Array {
  const [across, down] = [stressSize.width / greySize.width, stressSize.height / greySize.height];
  return Uint8Array.from({ length: greySize.width * greySize.height }, (_, at) => {
    const [left, top] = [(at % greySize.width) * across, Math.floor(at / greySize.width) * down];
    let sum = 0;
    for (let y = top; y < top + down; y += 1) {
      for (let x = left; x < left + across; x += 1) sum += grey[y * stressSize.width + x] ?? 0;
    }
    return Math.round(sum / (across * down));
  });
}

function ffmpeg(args: readonly string[]): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const child = spawn('ffmpeg', ['-v', 'error', '-nostdin', ...args]);
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
