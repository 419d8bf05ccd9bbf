import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import sharp from 'sharp';
import type { ObjectClass } from '../../src/domain/object-class.ts';
import type { ModelManifest } from '../../src/edge/detect/model-manifest.ts';
import type { LabelledBox } from './average-precision.ts';
import { readCocoSample, type SamplePicture } from './coco-sample.ts';
import { partOf, type RealSetName } from './hold-out.ts';
import { categoryOf, type JudgedSet } from './judged-set.ts';

/** By number in a set's label files; undefined: a look-alike, which is to be found as nothing. */
const classesOf: Readonly<Record<RealSetName, readonly (ObjectClass | undefined)[]>> = {
  fire: ['flame', undefined, 'smoke'],
  garbage: ['garbage_bag', undefined, 'overflowing_bin'],
};

/** The held-out pictures of a set of real ones; undefined where the set is not here. */
export async function readRealSet(material: string, name: RealSetName): Promise<JudgedSet | undefined> {
  const [images, labels] = [join(material, name, 'images'), join(material, name, 'labels')];
  if (!existsSync(images)) return undefined;
  const files = readdirSync(images)
    .filter((file) => partOf(name, file) === 'held out')
    .sort();
  const pictures: SamplePicture[] = [];
  const boxes: LabelledBox[] = [];
  for (const [id, file] of files.entries()) {
    const path = join(images, file);
    const { width, height } = await sharp(path).metadata();
    pictures.push({ id, path, width, height });
    const labelled = join(labels, file.replace(/\.\w+$/, '.txt'));
    boxes.push(...readYolo(labelled, classesOf[name], { id, width, height }));
  }
  const known = classesOf[name].filter((each) => each !== undefined);
  return {
    name,
    about: `${name}: ${pictures.length} real pictures that training has not seen (${known.join(', ')})`,
    pictures,
    labels: boxes,
    classes: known,
    redistributable: false,
  };
}

/** The sample of COCO, in canonical classes; undefined where it is not here. */
export function readCocoSet(material: string, manifest: ModelManifest): JudgedSet | undefined {
  const sample = readCocoSample(join(material, 'coco-sample'));
  const canonical = manifest.classSets['coco-80']?.canonical ?? {};
  if (sample === undefined) return undefined;
  const nameOf = new Map([...sample.categories].map(([name, id]) => [id, canonical[name]]));
  const labels = sample.labels.flatMap((label) => {
    const name = nameOf.get(label.category);
    return name === undefined ? [] : [{ ...label, category: categoryOf(name) }];
  });
  return {
    name: 'coco-sample',
    about: `coco-sample: ${sample.pictures.length} photographs of COCO; the public models were trained on its other photographs`,
    pictures: sample.pictures,
    labels,
    classes: [...new Set(Object.values(canonical))],
    redistributable: false,
  };
}

/** Lines of `class cx cy w h`, shares of the picture. */
function readYolo(
  file: string,
  classes: readonly (ObjectClass | undefined)[],
  { id, width, height }: Pick<SamplePicture, 'id' | 'width' | 'height'>,
): LabelledBox[] {
  const lines = readFileSync(file, 'utf8').split('\n');
  return lines.flatMap((line, index): LabelledBox[] => {
    if (line.trim() === '') return [];
    const [number = -1, cx = Number.NaN, cy = Number.NaN, w = Number.NaN, h = Number.NaN] = line
      .trim()
      .split(/\s+/)
      .map(Number);
    if (!(number in classes) || !Number.isFinite(cx + cy + w + h)) {
      throw new Error(`${file}:${index + 1}: expected "class cx cy w h", got "${line}"`);
    }
    const name = classes[number];
    if (name === undefined) return [];
    const [x1, y1] = [(cx - w / 2) * width, (cy - h / 2) * height];
    return [{ image: id, category: categoryOf(name), box: [x1, y1, x1 + w * width, y1 + h * height], crowd: false }];
  });
}
