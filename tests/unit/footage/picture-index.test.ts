import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { PictureIndex } from '../../../scripts/footage/picture-index.ts';
import type { PictureTruth, TakeTruth } from '../../../scripts/footage/truth.ts';
import { readTakeTruth, writeTakeTruth } from '../../../scripts/footage/truth-file.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'maplebridge-pictures-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

describe('the index of a folder of pictures', () => {
  const truth = (file: string): PictureTruth => ({
    file,
    scene: 'fire_smoke',
    seed: 1000,
    light: 'day',
    width: 640,
    height: 360,
    boxes: [{ id: 1, class: 'flame', box: [1, 2, 30, 40], visible: 1 }],
  });
  const open = () => PictureIndex.open(join(folder, 'truth.jsonl'));
  const lines = () => readFileSync(join(folder, 'truth.jsonl'), 'utf8');

  function draw(index: PictureIndex, file: string): void {
    writeFileSync(join(folder, file), 'jpeg');
    index.add(truth(file));
  }

  test('goes on where it was stopped, in the middle of a line', () => {
    const index = open();
    draw(index, '000001.jpg');
    writeFileSync(join(folder, 'truth.jsonl'), `${lines()}{"file":"000002.jpg","sce`);
    writeFileSync(join(folder, '000002.jpg'), 'jpeg');
    const again = open();
    expect([again.has('000001.jpg'), again.has('000002.jpg')]).toEqual([true, false]);
    draw(again, '000002.jpg');
    expect(open().size).toBe(2);
  });

  test('has one line of a picture that is drawn twice', () => {
    const index = open();
    draw(index, '000001.jpg');
    draw(index, '000001.jpg');
    expect(lines()).toBe(`${JSON.stringify(truth('000001.jpg'))}\n`);
  });

  test('forgets what has no picture', () => {
    draw(open(), '000001.jpg');
    rmSync(join(folder, '000001.jpg'));
    expect(open().size).toBe(0);
  });

  test('is in the order of its pictures, whichever was drawn first', () => {
    const index = open();
    for (const file of ['000002.jpg', '000000.jpg', '000001.jpg']) draw(index, file);
    index.sort();
    expect(lines()).toBe(
      ['000000.jpg', '000001.jpg', '000002.jpg'].map((file) => `${JSON.stringify(truth(file))}\n`).join(''),
    );
  });
});

describe('a take’s truth', () => {
  const truth: TakeTruth = {
    version: 1,
    scene: 'fire_smoke',
    take: 'fires',
    seed: 1,
    light: 'dusk',
    about: 'A bin burns.',
    width: 640,
    height: 360,
    fps: 12,
    zones: [
      {
        id: 'yard',
        kind: 'polygon',
        points: [
          [0, 0],
          [1, 0],
          [1, 1],
        ],
        tags: [],
      },
    ],
    intervals: [{ scene: 'fire_smoke', fromS: 4, toS: 20 }],
    pictures: [[], [{ id: 2, class: 'smoke', box: [5, 6, 70, 80], visible: 0.5, ignore: true }], []],
  };

  test('is read as it was written, with a line for each picture', () => {
    const file = join(folder, 'take.json');
    writeTakeTruth(file, truth);
    expect(readTakeTruth(file)).toEqual(truth);
    expect(readFileSync(file, 'utf8').trimEnd().split('\n').slice(-4)).toEqual([
      '[],',
      '[{"id":2,"class":"smoke","box":[5,6,70,80],"visible":0.5,"ignore":true}],',
      '[]',
      ']}',
    ]);
  });

  test.each([
    ['missing', undefined],
    ['cut off', '{"version":1,"pictures":['],
    ['of another version', '{"version":2}'],
  ])('%s: says how to make it', (name, text) => {
    const file = join(folder, `${name}.json`);
    if (text !== undefined) writeFileSync(file, text);
    expect(() => readTakeTruth(file)).toThrow(/npm run footage -- clips/);
  });
});
