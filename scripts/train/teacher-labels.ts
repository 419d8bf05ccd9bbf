import { readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import sharp from 'sharp';
import type { ObjectClass } from '../../src/domain/object-class.ts';
import type { Picture } from '../../src/domain/picture.ts';
import type { Detector } from '../../src/edge/detect/detector.ts';
import { benchDetector, priority } from '../bench/detect-inputs.ts';
import { partOf, type RealSetName } from '../bench/hold-out.ts';

/**
 * What a bigger model sees in the real training pictures, whose own labels name fires or garbage alone. One line a picture:
 * boxes it is sure of, and those it is not sure of as neither right nor wrong.
 *
 *   node scripts/train/teacher-labels.ts --material ../shared/material --out .maplebridge/train/teacher.jsonl
 */
const sureFrom = 0.55;
const unsureFrom = 0.2;
const sets: readonly RealSetName[] = ['fire', 'garbage'];
/** No boat: there is none on any picture of these sets, and what it takes for one are bags. */
const taught: readonly ObjectClass[] = ['person', 'car', 'bus', 'truck', 'bicycle', 'motorcycle', 'animal', 'umbrella'];

/** As the model takes it, scaled by libvips. */
async function readPicture(path: string, { width, height, fit }: Detector['input']): Promise<Picture> {
  const { data, info } = await sharp(path)
    .toColourspace('srgb')
    .removeAlpha()
    .resize(width, height, { fit: fit === 'stretch' ? 'fill' : 'inside', kernel: 'linear' })
    .raw()
    .toBuffer({ resolveWithObject: true });
  const { width: sourceWidth = 0, height: sourceHeight = 0 } = await sharp(path).metadata();
  return { width: info.width, height: info.height, format: 'rgb24', data, sourceWidth, sourceHeight };
}

async function labelsOf(detector: Detector, set: RealSetName, folder: string, file: string): Promise<string> {
  const picture = await readPicture(join(folder, file), detector.input);
  const { detections } = await detector.detect({ picture, priority });
  const boxes = detections
    .filter((each) => taught.includes(each.class))
    .map(({ class: name, score, box: [x1, y1, x2, y2] }) => ({
      class: name,
      score: Number(score.toFixed(3)),
      ignore: score < sureFrom,
      box: [
        x1 * picture.sourceWidth,
        y1 * picture.sourceHeight,
        x2 * picture.sourceWidth,
        y2 * picture.sourceHeight,
      ].map((each) => Number(each.toFixed(1))),
    }));
  return JSON.stringify({ set, file, classes: taught, boxes });
}

const { values } = parseArgs({
  options: {
    material: { type: 'string', default: '../shared/material' },
    out: { type: 'string', default: '.maplebridge/train/teacher.jsonl' },
    model: { type: 'string', default: 'picodet-s-416' },
  },
});
const detector = await benchDetector(values.model, { scoreThreshold: unsureFrom, iouThreshold: 0.6 });
try {
  const lines: string[] = [];
  for (const set of sets) {
    const folder = join(values.material, set, 'images');
    const files = readdirSync(folder).filter((file) => partOf(set, file) === 'training');
    for (const file of files.toSorted()) lines.push(await labelsOf(detector, set, folder, file));
    process.stdout.write(`${set}: ${files.length} pictures looked at\n`);
  }
  writeFileSync(values.out, `${lines.join('\n')}\n`);
} finally {
  await detector.close();
}
