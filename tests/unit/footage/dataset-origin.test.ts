import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { claimFolder, type DatasetClaim } from '../../../scripts/footage/dataset-origin.ts';
import { seedOfPicture } from '../../../scripts/footage/dataset-plan.ts';
import { drawingDigest, drawingFiles } from '../../../scripts/footage/drawing-digest.ts';
import { PictureIndex } from '../../../scripts/footage/picture-index.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'maplebridge-dataset-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function draw(picture: string, seed: number): void {
  writeFileSync(join(folder, picture), 'jpeg');
  const truth = { file: picture, scene: 'fire_smoke', light: 'day', width: 640, height: 360, boxes: [] } as const;
  PictureIndex.open(join(folder, 'truth.jsonl')).add({ ...truth, seed });
}

/** What was printed. */
function claim(more: Partial<DatasetClaim> = {}): string[] {
  const printed: string[] = [];
  const index = PictureIndex.open(join(folder, 'truth.jsonl'));
  claimFolder(folder, index, { firstSeed: 1000, drawnBy: 'one', isMixed: false, ...more }, (line) => {
    printed.push(line);
  });
  return printed;
}
const origin = () => JSON.parse(readFileSync(join(folder, 'dataset.json'), 'utf8')) as unknown;

describe('a folder of training pictures', () => {
  test('is one seed’s and one code’s, and goes on', () => {
    expect(claim()).toEqual([]);
    draw('000000.jpg', 1000);
    draw('000003.jpg', 1001);
    expect(claim()).toEqual([]);
    expect(origin()).toEqual({ version: 1, firstSeed: 1000, drawnBy: 'one' });
  });

  test('with pictures of another seed is refused, by its name and by its lines', () => {
    claim({ firstSeed: 900_000 });
    draw('000000.jpg', 900_000);
    expect(() => claim()).toThrow(/dataset\.json: its pictures begin at seed 900000, not of --seed 1000/);
    rmSync(join(folder, 'dataset.json'));
    expect(() => claim()).toThrow(/000000\.jpg: is of seed 900000, not of --seed 1000/);
  });

  test.each([
    ['in another place', '000002.jpg', 1001],
    ['under another name', 'shot.jpg', 1000],
  ])('a picture %s is refused', (_, picture, seed) => {
    draw(picture, seed);
    expect(() => claim()).toThrow(/not of --seed 1000/);
  });

  test('without a dataset.json is taken by its lines’ seeds; its code stays unknown', () => {
    draw('000004.jpg', 1001);
    expect(claim()).toEqual([expect.stringMatching(/1 pictures there is not known/)]);
    expect(origin()).toMatchObject({ firstSeed: 1000, drawnBy: null });
    expect(claim({ drawnBy: 'other' })).toHaveLength(1);
  });

  test('of other code is refused unless mixing is wanted, and then belongs to no code', () => {
    claim();
    draw('000000.jpg', 1000);
    expect(() => claim({ drawnBy: 'other' })).toThrow(/other code drew the 1 pictures there; .*--mix/);
    expect(claim({ drawnBy: 'other', isMixed: true })).toHaveLength(1);
    expect(origin()).toMatchObject({ drawnBy: null });
  });

  test('without pictures is anybody’s', () => {
    claim();
    expect(claim({ firstSeed: 900_000, drawnBy: 'other' })).toEqual([]);
    expect(origin()).toEqual({ version: 1, firstSeed: 900_000, drawnBy: 'other' });
  });

  test.each(['{"version":1', '{"version":2}', 'null'])('with a dataset.json of another make (%s): says so', (text) => {
    writeFileSync(join(folder, 'dataset.json'), text);
    expect(() => claim()).toThrow(/dataset\.json: not what dataset writes/);
  });
});

describe('what a picture’s name tells', () => {
  test.each([
    ['000000.jpg', 1000],
    ['000002.jpg', 1000],
    ['000003.jpg', 1001],
    ['1000000.jpg', 1000 + 333_333],
    ['a.jpg', undefined],
  ])('%s is of seed %s', (file, seed) => expect(seedOfPicture(1000, file)).toBe(seed));
});

describe('the digest of what draws', () => {
  const root = fileURLToPath(new URL('../../../scripts/footage/', import.meta.url));

  test('covers all of this folder that the files it covers need when they run', () => {
    const listed = drawingFiles();
    expect(listed).toContain('stage/stage.ts');
    const needed = listed.flatMap((file) =>
      [...readFileSync(join(root, file), 'utf8').matchAll(/^(?:import|export) (?!type ).*?from '(\.[^']+)'/gms)].map(
        ([, name = '']) => relative(root, join(root, dirname(file), name)),
      ),
    );
    expect(needed.filter((file) => !file.startsWith('..') && !listed.includes(file))).toEqual([]);
  });

  test('is the same each time', () => {
    expect(drawingDigest()).toBe(drawingDigest());
    expect(drawingDigest()).toMatch(/^[0-9a-f]{16}$/);
  });
});
