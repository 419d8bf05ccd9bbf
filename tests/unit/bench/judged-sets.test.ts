import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { isHeldOut } from '../../../scripts/bench/hold-out.ts';
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
});

describe('real hold-out', () => {
  test.each([
    ['fire', 'smoke5_mp4-3_jpg.rf.aa.jpg', true],
    ['fire', 'img_240_jpg.rf.aa.jpg', true],
    ['fire', 'img_263_jpg.rf.aa.jpg', true],
    ['fire', 'img_264_jpg.rf.aa.jpg', false],
    ['fire', 'fire1_mp4-23_jpg.rf.aa.jpg', false],
    ['garbage', '000200_jpg.rf.aa.jpg', true],
    ['garbage', '000299_jpg.rf.aa.jpg', true],
    ['garbage', '000300_jpg.rf.aa.jpg', false],
    ['garbage', '000701_jpg.rf.aa.jpg', true],
  ] as const)('%s %s: held out %s', (set, file, expected) => expect(isHeldOut(set, file)).toBe(expected));

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
