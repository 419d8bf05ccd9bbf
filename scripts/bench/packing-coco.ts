import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import sharp from 'sharp';
import type { Detection } from '../../src/domain/detection.ts';
import { type Box, iou } from '../../src/domain/geometry.ts';
import type { ObjectClass } from '../../src/domain/object-class.ts';
import type { Picture, PictureSpec } from '../../src/domain/picture.ts';
import { fittedSize } from '../../src/edge/decode/fit.ts';
import type { ModelRunner } from '../../src/edge/detect/model-runner.ts';
import { type TileConfig, tilePictureSpec, tileRegions } from '../../src/edge/detect/packing/tiles.ts';
import { cpuSeconds, round } from './bench.ts';
import { type Agreement, agreement } from './packing-score.ts';

/** A photograph and what is in it. */
export interface Labelled {
  readonly file: string;
  readonly width: number;
  readonly height: number;
  readonly objects: readonly { readonly class: ObjectClass; readonly box: Box; readonly area: number }[];
}

interface CocoFile {
  readonly images: readonly { id: number; file_name: string; width: number; height: number }[];
  readonly categories: readonly { id: number; name: string }[];
  readonly annotations: readonly {
    image_id: number;
    category_id: number;
    iscrowd: number;
    bbox: readonly [number, number, number, number];
  }[];
}

/** Photographs of a COCO folder with the objects of the classes we know. */
export function labelledPictures(dir: string, canonical: Readonly<Record<string, ObjectClass>>): Labelled[] {
  const { images, categories, annotations }: CocoFile = JSON.parse(readFileSync(join(dir, 'instances.json'), 'utf8'));
  const names = new Map(categories.map(({ id, name }) => [id, canonical[name]]));
  return images.map(({ id, file_name, width, height }) => ({
    ...{ file: join(dir, 'images', file_name), width, height },
    objects: annotations.flatMap(({ image_id, category_id, iscrowd, bbox: [x, y, w, h] }) => {
      const name = names.get(category_id);
      if (image_id !== id || iscrowd === 1 || name === undefined) return [];
      return [{ class: name, box: [x / width, y / height, (x + w) / width, (y + h) / height], area: w * h }];
    }),
  }));
}

/** What one way of looking found in the photographs. */
export interface LabelledTrial {
  readonly name: string;
  /** Objects found (IoU ≥ 0.5, class, score ≥ 0.3), of all and of those under 45×45 px of the photograph. */
  readonly found: number;
  readonly foundSmall: number;
  readonly objects: number;
  readonly small: number;
  /** Detections with a score of 0.3 or more that are no labelled object. */
  readonly wrong: number;
  readonly cpuMs: number;
  /** With the first trial. */
  readonly agreement: Agreement;
}

const smallArea = 45 * 45;
const scales = [1, 0.89, 0.75, 0.6] as const;
const margins = [0, 0.1, 0.25, 0.5] as const;
const tilings: readonly TileConfig[] = [
  { columns: 2, rows: 1, overlap: 0.2 },
  { columns: 2, rows: 2, overlap: 0.2 },
  { columns: 3, rows: 2, overlap: 0.2 },
];

/** Scale of the picture, margin of regions around what the first trial found, and tiles. */
export async function labelledTrials(
  pictures: readonly Labelled[],
  runner: ModelRunner,
  spec: PictureSpec,
  say: (line: string) => void,
): Promise<LabelledTrial[]> {
  let whole: readonly (readonly Detection[])[] = [];
  const trials: LabelledTrial[] = [];
  const trial = async (name: string, size: PictureSpec, regionsOf: (index: number) => readonly Box[] | undefined) => {
    const found: (readonly Detection[])[] = [];
    let cpu = 0;
    for (const [index, photograph] of pictures.entries()) {
      const picture = await scaled(photograph, size);
      const regions = regionsOf(index);
      const used = process.cpuUsage();
      const [detected] = await runner.run([{ picture, ...(regions && { regions }) }]);
      cpu += cpuSeconds(used);
      found.push(detected?.detections ?? []);
    }
    if (trials.length === 0) whole = found;
    trials.push({
      name,
      ...tally(pictures, found),
      cpuMs: round((cpu * 1000) / pictures.length),
      agreement: agreement(whole, found),
    });
    say(`${name}: ${JSON.stringify(trials.at(-1))}`);
  };
  for (const scale of scales) {
    const size = { ...spec, width: Math.round(spec.width * scale), height: Math.round(spec.height * scale) };
    await trial(scale === 1 ? 'whole picture' : `whole picture, scale × ${scale}`, size, () => undefined);
  }
  for (const margin of margins) {
    await trial(`regions around what the whole picture shows, margin ${margin}`, spec, (index) =>
      (whole[index] ?? []).filter(({ score }) => score >= 0.5).map(({ box }) => withMargin(box, margin)),
    );
  }
  for (const config of tilings) {
    const name = `${config.columns}×${config.rows} tiles, overlap ${config.overlap}, and the whole picture`;
    await trial(name, tilePictureSpec(config, spec), () => tileRegions(config));
  }
  return trials;
}

async function scaled({ file, width, height }: Labelled, spec: PictureSpec): Promise<Picture> {
  const size = fittedSize({ width, height }, spec);
  const pipeline = sharp(file)
    .removeAlpha()
    .toColourspace('srgb')
    .resize(size.width, size.height, { fit: 'fill', kernel: 'linear' });
  const data = new Uint8Array(await pipeline.raw().toBuffer());
  return { ...size, format: 'rgb24', data, sourceWidth: width, sourceHeight: height };
}

function withMargin([x1, y1, x2, y2]: Box, margin: number): Box {
  const [dx, dy] = [(x2 - x1) * margin, (y2 - y1) * margin];
  return [Math.max(0, x1 - dx), Math.max(0, y1 - dy), Math.min(1, x2 + dx), Math.min(1, y2 + dy)];
}

function tally(pictures: readonly Labelled[], found: readonly (readonly Detection[])[]) {
  const counts = { objects: 0, small: 0, found: 0, foundSmall: 0, wrong: 0 };
  for (const [index, { objects }] of pictures.entries()) {
    const here = (found[index] ?? []).filter(({ score }) => score >= 0.3);
    const isSame = (object: Labelled['objects'][number], each: Detection) =>
      object.class === each.class && iou(object.box, each.box) >= 0.5;
    for (const object of objects) {
      const isSmall = object.area < smallArea;
      const isFound = here.some((each) => isSame(object, each));
      counts.objects += 1;
      counts.small += Number(isSmall);
      counts.found += Number(isFound);
      counts.foundSmall += Number(isFound && isSmall);
    }
    counts.wrong += here.filter((each) => !objects.some((object) => isSame(object, each))).length;
  }
  return counts;
}
