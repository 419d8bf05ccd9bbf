import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { partOf, partOfBlock } from '../../../scripts/bench/hold-out.ts';
import { categoryOf } from '../../../scripts/bench/judged-set.ts';
import { readRealSet } from '../../../scripts/bench/real-sets.ts';
import { readRenderedSet } from '../../../scripts/bench/rendered-set.ts';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'maplebridge-sets-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('rendered hold-out', () => {
  test('boxes in canonical classes; what is not to be demanded is passed over', () => {
    const boxes = [
      { id: 1, class: 'flame', box: [10, 20, 30, 40], visible: 1 },
      { id: 2, class: 'person', box: [1, 2, 3, 4], visible: 0.1, ignore: true },
    ];
    const line = { file: 'a.jpg', scene: 'fire_smoke', seed: 900000, light: 'day', width: 640, height: 360, boxes };
    writeFileSync(join(folder, 'truth.jsonl'), `${JSON.stringify(line)}\n\n`);
    const set = readRenderedSet(folder);
    expect(set?.pictures).toEqual([{ id: 0, path: join(folder, 'a.jpg'), width: 640, height: 360 }]);
    expect(set?.labels).toEqual([
      { image: 0, category: categoryOf('flame'), box: [10, 20, 30, 40], crowd: false },
      { image: 0, category: categoryOf('person'), box: [1, 2, 3, 4], crowd: true },
    ]);
  });

  test('none there: undefined; a damaged line is named', () => {
    expect(readRenderedSet(join(folder, 'nowhere'))).toBeUndefined();
    const damaged = join(folder, 'damaged');
    mkdirSync(damaged);
    writeFileSync(join(damaged, 'truth.jsonl'), '{"file":\n');
    expect(() => readRenderedSet(damaged)).toThrow(/truth\.jsonl:1: not a line of truth/);
  });

  test.each([
    [1000, /truth\.jsonl:1: seed 1000 is for training; figures are taken on seeds from 900000 on/],
    [800_000, /for choice/],
    [2 ** 31, /no data set's/],
    [undefined, /seed undefined is no data set's/],
  ])('pictures of seed %s are refused', (seed, message) => {
    const other = join(folder, `seed-${seed}`);
    mkdirSync(other);
    writeFileSync(join(other, 'truth.jsonl'), `${JSON.stringify({ file: 'a.jpg', seed, boxes: [] })}\n`);
    expect(() => readRenderedSet(other)).toThrow(message);
  });
});

describe('real hold-out', () => {
  test.each([
    ['fire', 'smoke5_mp4-3_jpg.rf.aa.jpg', 'held out'],
    ['fire', 'img_240_jpg.rf.aa.jpg', 'held out'],
    ['fire', 'img_263_jpg.rf.aa.jpg', 'held out'],
    ['fire', 'img_264_jpg.rf.aa.jpg', 'training'],
    ['fire', 'fire1_mp4-23_jpg.rf.aa.jpg', 'training'],
    ['garbage', '000194_jpg.rf.aa.jpg', 'training'],
    ['garbage', '000195_jpg.rf.aa.jpg', 'neither'],
    ['garbage', '000204_jpg.rf.aa.jpg', 'neither'],
    ['garbage', '000205_jpg.rf.aa.jpg', 'held out'],
    ['garbage', '000294_jpg.rf.aa.jpg', 'held out'],
    ['garbage', '000295_jpg.rf.aa.jpg', 'neither'],
    ['garbage', '000305_jpg.rf.aa.jpg', 'training'],
    ['garbage', '000400_jpg.rf.aa.jpg', 'training'],
    ['garbage', '000750_jpg.rf.aa.jpg', 'held out'],
  ] as const)('%s %s: %s', (set, file, expected) => expect(partOf(set, file)).toBe(expected));

  // The same numbers as in tests/support/train_parts.py.
  test.each([
    [0, 0, 'neither'],
    [0, 5, 'held out'],
    [4, 0, 'neither'],
    [4, 4, 'neither'],
    [4, 5, 'training'],
    [4, 394, 'training'],
    [4, 395, 'neither'],
    [4, 405, 'held out'],
    [4, 500, 'neither'],
    [4, 505, 'training'],
  ] as const)('with block %i of five held out, number %i is %s', (held, number, expected) => {
    expect(partOfBlock(number, { block: 100, every: 5, held, margin: 5 })).toBe(expected);
  });

  test('labels become pixels; look-alikes are no labels; the rest of the set is left alone', async () => {
    for (const part of ['images', 'labels']) mkdirSync(join(folder, 'fire', part), { recursive: true });
    const blank = sharp({ create: { width: 200, height: 100, channels: 3, background: '#000' } });
    for (const name of ['img_240_jpg', 'img_1_jpg']) {
      await blank
        .clone()
        .jpeg()
        .toFile(join(folder, 'fire', 'images', `${name}.jpg`));
      writeFileSync(join(folder, 'fire', 'labels', `${name}.txt`), '2 0.5 0.5 0.2 0.4\n1 0.1 0.1 0.1 0.1\n');
    }
    const set = await readRealSet(folder, 'fire');
    expect(set?.pictures).toHaveLength(1);
    expect(set?.labels).toMatchObject([{ image: 0, category: categoryOf('smoke'), crowd: false }]);
    for (const [side, value] of [80, 30, 120, 70].entries()) expect(set?.labels[0]?.box[side]).toBeCloseTo(value, 6);
    expect(set?.classes).toEqual(['flame', 'smoke']);
  });

  test('a label file of another make is named, with its line', async () => {
    writeFileSync(join(folder, 'fire', 'labels', 'img_240_jpg.txt'), '0 0.5 0.5 0.2 0.4\n7 0.5 0.5 0.2 0.4\n');
    await expect(readRealSet(folder, 'fire')).rejects.toThrow(/img_240_jpg\.txt:2: expected "class cx cy w h"/);
  });
});
