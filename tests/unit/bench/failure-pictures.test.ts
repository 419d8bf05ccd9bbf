import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp from 'sharp';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { SetResult } from '../../../scripts/bench/accuracy-classes.ts';
import type { LabelledBox, ScoredBox } from '../../../scripts/bench/average-precision.ts';
import { drawFailures } from '../../../scripts/bench/failure-pictures.ts';
import { categoryOf } from '../../../scripts/bench/judged-set.ts';

let folder: string;
let picture: string;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'maplebridge-failures-'));
  picture = join(folder, 'blue.png');
  const blue = { r: 0, g: 0, b: 255 };
  await sharp({ create: { width: 640, height: 360, channels: 3, background: blue } }).toFile(picture);
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const label: LabelledBox = { image: 0, category: categoryOf('flame'), box: [100, 100, 200, 200], crowd: false };
const found = (score: number): ScoredBox => ({ image: 0, category: label.category, box: label.box, score });
const none = { ap50: 0, ap: 0 };
const result = (boxes: readonly ScoredBox[]): SetResult => ({
  set: {
    ...{ name: 'test', about: '', labels: [label], classes: ['flame'], redistributable: true },
    pictures: [{ id: 0, path: picture, width: 640, height: 360 }],
  },
  model: 'any',
  classes: [{ class: 'flame', labels: 1, ap50: 0, ap: 0 }],
  found: boxes,
  byArea: { small: none, medium: none, large: none },
});

/** Blue of a pixel that no box covers. */
async function blueOf(file: string): Promise<number> {
  const { data } = await sharp(file)
    .extract({ left: 300, top: 150, width: 1, height: 1 })
    .raw()
    .toBuffer({ resolveWithObject: true });
  return data[2] ?? 0;
}

test.each([
  ['what was found is no failure', [found(0.9)], false],
  ['what was missed is', [], true],
  ['what was found too unsurely is missed', [found(0.4)], true],
] as const)('%s', async (name, boxes, drawn) => {
  expect(await drawFailures(result(boxes), join(folder, `${name}.jpg`), true)).toBe(drawn);
});

test('pictures that may not be given on are not in the sheet, only their boxes', async () => {
  const [open, closed] = [join(folder, 'open.jpg'), join(folder, 'closed.jpg')];
  await drawFailures(result([]), open, true);
  await drawFailures(result([]), closed, false);
  expect(await blueOf(open)).toBeGreaterThan(200);
  expect(await blueOf(closed)).toBeLessThan(100);
});
