import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { LabelledBox } from './average-precision.ts';

/** A picture of the sample, as a JPEG file. */
export interface SamplePicture {
  readonly id: number;
  readonly path: string;
  readonly width: number;
  readonly height: number;
}

/** Labelled pictures; `categories` names each category by its number. */
export interface LabelledSample {
  readonly pictures: readonly SamplePicture[];
  readonly labels: readonly LabelledBox[];
  readonly categories: ReadonlyMap<string, number>;
}

interface CocoFile {
  readonly images: readonly { id: number; file_name: string; width: number; height: number }[];
  readonly annotations: readonly { image_id: number; category_id: number; bbox: readonly number[]; iscrowd: number }[];
  readonly categories: readonly { id: number; name: string }[];
}

/** Reads a folder with `instances.json` (COCO's format) and `images/`; undefined where it is not there. */
export function readCocoSample(folder: string): LabelledSample | undefined {
  const file = join(folder, 'instances.json');
  if (!existsSync(file)) return undefined;
  const { images, annotations, categories } = JSON.parse(readFileSync(file, 'utf8')) as CocoFile;
  return {
    pictures: images.map(({ id, file_name, width, height }) => ({
      id,
      width,
      height,
      path: join(folder, 'images', file_name),
    })),
    labels: annotations.map(({ image_id, category_id, bbox: [x = 0, y = 0, w = 0, h = 0], iscrowd }) => ({
      image: image_id,
      category: category_id,
      box: [x, y, x + w, y + h],
      crowd: iscrowd === 1,
    })),
    categories: new Map(categories.map(({ id, name }) => [name, id])),
  };
}
