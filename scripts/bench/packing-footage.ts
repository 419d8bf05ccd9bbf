import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Activity } from '../../src/domain/activity.ts';
import type { UtcMs } from '../../src/domain/ids.ts';
import type { Picture, PictureSpec } from '../../src/domain/picture.ts';
import { activityGate } from '../../src/edge/gate/activity-gate.ts';
import { gateSchema } from '../../src/edge/gate/config.ts';
import { rawPictures } from '../../tests/support/raw-pictures.ts';

/** One look of a camera. */
export interface Look {
  readonly picture: Picture;
  /** What the gate said of it. */
  readonly activity: Activity;
}

/** A clip, looked at like a camera. */
export interface ClipCamera {
  readonly name: string;
  readonly everySeconds: number;
  readonly looks: readonly Look[];
}

interface Clip {
  readonly path: string;
  readonly source: { width: number; height: number };
  /** Long clips are looked at as a camera is; of short ones there would be nothing left. */
  readonly everySeconds: number;
  readonly startSeconds: number;
  readonly count: number;
}

const wide = { width: 640, height: 352 };
const falls = ['s1_Fall_13', 's2_ADL_23', 's2_Fall_13', 's3_ADL_20', 's3_Fall_19', 's4_Fall_01'];

function clipsOf(sharedDir: string): Clip[] {
  const at = (name: string) => join(sharedDir, 'footage', `${name}.mp4`);
  const short = { everySeconds: 0.5, startSeconds: 0, count: 22 };
  const long = { everySeconds: 2, startSeconds: 0, count: 70 };
  return [
    { path: at('street-parked'), source: wide, ...long, count: 20 },
    { path: at('street-passing'), source: wide, ...short },
    { path: at('people-passing'), source: { width: 768, height: 432 }, ...long },
    { path: '/usr/share/doc/opencv-doc/examples/data/vtest.avi', source: { width: 768, height: 576 }, ...long },
    ...falls.map((name) => ({ path: at(`falls/${name}`), source: { width: 640, height: 480 }, ...short })),
  ].filter(({ path }) => existsSync(path));
}

/** All clips this machine has, scaled for a model, each with what the gate says of it from its first picture on. */
export async function clipCameras(sharedDir: string, spec: PictureSpec): Promise<ClipCamera[]> {
  const cameras: ClipCamera[] = [];
  for (const { path, ...clip } of clipsOf(sharedDir)) {
    const pictures = await rawPictures(path, { ...clip, spec });
    const name = path.replace(/.*\//, '').replace(/\.\w+$/, '');
    cameras.push({ name, everySeconds: clip.everySeconds, looks: inspect(pictures, clip.everySeconds) });
  }
  return cameras;
}

function inspect(pictures: readonly Picture[], everySeconds: number): Look[] {
  const gate = activityGate(gateSchema.parse({}));
  const memory = new SharedArrayBuffer(gate.memoryBytes);
  return pictures.map((picture, index) => {
    const luma = greyOf(picture, gate);
    return { picture, activity: gate.inspect(memory, luma, (index * everySeconds * 1000 + 1) as UtcMs) };
  });
}

/** Green, averaged over the pixels that become one: near enough to luma, and the same in both byte orders. */
function greyOf({ width, height, data }: Picture, size: { width: number; height: number }): Uint8Array {
  const grey = new Uint8Array(size.width * size.height);
  for (let row = 0; row < size.height; row += 1) {
    const [top, bottom] = [Math.floor((row * height) / size.height), Math.ceil(((row + 1) * height) / size.height)];
    for (let column = 0; column < size.width; column += 1) {
      const left = Math.floor((column * width) / size.width);
      const right = Math.ceil(((column + 1) * width) / size.width);
      let sum = 0;
      for (let y = top; y < bottom; y += 1) {
        for (let x = left; x < right; x += 1) sum += data[(y * width + x) * 3 + 1] ?? 0;
      }
      grey[row * size.width + column] = sum / ((bottom - top) * (right - left));
    }
  }
  return grey;
}
