import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import sharp from 'sharp';
import { objectClasses } from '../../src/domain/object-class.ts';
import type { SetResult } from './accuracy-classes.ts';
import type { LabelledBox, ScoredBox } from './average-precision.ts';
import type { SamplePicture } from './coco-sample.ts';

/** A box counts as reported from here on, as a scene takes it up. */
const reportedScore = 0.5;
const leastOverlap = 0.5;
/** Cells of a sheet. */
const cell = { width: 400, height: 225 } as const;
const [columns, rows] = [3, 2];

interface Failure {
  readonly picture: SamplePicture;
  readonly missed: readonly LabelledBox[];
  readonly wrong: readonly ScoredBox[];
}

/**
 * Draws the pictures on which a model did worst: what it missed in yellow, what it saw where nothing is in red. Pictures
 * that may not be given on are left blank: only the boxes are drawn. False where it did nothing wrong.
 */
export async function drawFailures(
  { set, classes, found }: SetResult,
  file: string,
  pixels: boolean,
): Promise<boolean> {
  const judged = new Set(classes.map((each) => objectClasses.indexOf(each.class)));
  const failures = set.pictures
    .map((picture) => failureOf(picture, set.labels, found, judged))
    .filter(({ missed, wrong }) => missed.length + wrong.length > 0)
    .sort((a, b) => b.missed.length + b.wrong.length - (a.missed.length + a.wrong.length))
    .slice(0, columns * rows);
  if (failures.length === 0) return false;
  const tiles = await Promise.all(failures.map((failure) => tile(failure, pixels)));
  const placed = tiles.map((input, index) => ({
    input,
    left: (index % columns) * cell.width,
    top: Math.floor(index / columns) * cell.height,
  }));
  const height = Math.ceil(failures.length / columns) * cell.height;
  const sheet = sharp({ create: { width: columns * cell.width, height, channels: 3, background: '#222' } });
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, await sheet.composite(placed).jpeg({ quality: 75 }).toBuffer());
  return true;
}

function failureOf(
  picture: SamplePicture,
  labels: readonly LabelledBox[],
  found: readonly ScoredBox[],
  judged: ReadonlySet<number>,
): Failure {
  const own = labels.filter(({ image, category }) => image === picture.id && judged.has(category));
  const boxes = found.filter(
    ({ image, score, category }) => image === picture.id && score >= reportedScore && judged.has(category),
  );
  const meets = (label: LabelledBox, box: ScoredBox) =>
    label.category === box.category && overlap(label.box, box.box, label.crowd) >= leastOverlap;
  return {
    picture,
    missed: own.filter((label) => !label.crowd && !boxes.some((box) => meets(label, box))),
    wrong: boxes.filter((box) => !own.some((label) => meets(label, box))),
  };
}

function overlap(a: LabelledBox['box'], b: ScoredBox['box'], crowd: boolean): number {
  const width = Math.min(a[2], b[2]) - Math.max(a[0], b[0]);
  const height = Math.min(a[3], b[3]) - Math.max(a[1], b[1]);
  if (width <= 0 || height <= 0) return 0;
  const area = (box: readonly number[]) => ((box[2] ?? 0) - (box[0] ?? 0)) * ((box[3] ?? 0) - (box[1] ?? 0));
  return (width * height) / (crowd ? area(b) : area(a) + area(b) - width * height);
}

async function tile({ picture, missed, wrong }: Failure, pixels: boolean): Promise<Buffer> {
  const scale = Math.min(cell.width / picture.width, cell.height / picture.height);
  const [width, height] = [Math.round(picture.width * scale), Math.round(picture.height * scale)];
  const mark = (box: readonly number[], category: number, colour: string, score?: number) => {
    const [x1 = 0, y1 = 0, x2 = 0, y2 = 0] = box.map((value) => value * scale);
    const text = `${objectClasses[category] ?? ''}${score === undefined ? '' : ` ${score.toFixed(2)}`}`;
    return (
      `<rect x="${x1}" y="${y1}" width="${x2 - x1}" height="${y2 - y1}" fill="none" stroke="${colour}" stroke-width="2"/>` +
      `<text x="${x1 + 2}" y="${Math.max(10, y1 - 3)}" font-family="sans-serif" font-size="11" fill="${colour}">${text}</text>`
    );
  };
  const marks = [
    ...missed.map(({ box, category }) => mark(box, category, '#ffd400')),
    ...wrong.map(({ box, category, score }) => mark(box, category, '#ff3b30', score)),
  ];
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}">${marks.join('')}</svg>`;
  const under = pixels
    ? sharp(picture.path).resize(width, height, { fit: 'fill' })
    : sharp({ create: { width, height, channels: 3, background: '#444' } });
  return under
    .composite([{ input: Buffer.from(svg) }])
    .removeAlpha()
    .png()
    .toBuffer();
}
