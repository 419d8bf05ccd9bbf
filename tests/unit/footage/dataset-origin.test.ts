import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { stripTypeScriptTypes } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { datasetCommand } from '../../../scripts/footage/dataset.ts';
import { claimFolder, type DatasetClaim } from '../../../scripts/footage/dataset-origin.ts';
import { seedOfPicture } from '../../../scripts/footage/dataset-plan.ts';
import { digestOf, drawingDigest, drawingSources } from '../../../scripts/footage/drawing-digest.ts';
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
  claimFolder(folder, index, { firstSeed: 1000, drawnBy: 'one', isMixed: false, isWhole: false, ...more }, (line) => {
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

  describe.each([
    ['of unknown code', null, /which code drew the 1 pictures there is not known/],
    ['of other code', 'other', /other code drew the 1 pictures there/],
  ])('with pictures %s', (_, before, told) => {
    beforeEach(() => {
      draw('000004.jpg', 1001);
      // From before there was a dataset.json, or by what that tells.
      if (before !== null)
        writeFileSync(join(folder, 'dataset.json'), JSON.stringify({ version: 1, firstSeed: 1000, drawnBy: before }));
    });

    test('is refused where some are missing, and stays as it was', () => {
      expect(() => claim()).toThrow(told);
      expect(() => claim()).toThrow(/dataset\.json: .*; give an empty folder with --out, or --mix/);
      expect(existsSync(join(folder, 'dataset.json'))).toBe(before !== null);
    });

    test('goes on where mixing is wanted, and then belongs to no code', () => {
      for (let time = 0; time < 2; time += 1)
        expect(claim({ isMixed: true })).toEqual([expect.stringContaining(`${folder}: `)]);
      expect(origin()).toEqual({ version: 1, firstSeed: 1000, drawnBy: null });
      expect(() => claim()).toThrow(/--mix/);
    });

    test.each([false, true])('and none missing is told of and stays that code’s (mixing wanted: %s)', (isMixed) => {
      expect(claim({ isWhole: true, isMixed })).toEqual([expect.stringMatching(told)]);
      expect(origin()).toEqual({ version: 1, firstSeed: 1000, drawnBy: before });
    });
  });

  test('is asked about mixing by the command only where it would draw', async () => {
    draw('000000.jpg', 1000);
    const printed: string[] = [];
    const dataset = (pictures: string) =>
      datasetCommand.run(['--seed', '1000', '--pictures', pictures, '--out', folder], (line) => printed.push(line));
    await expect(dataset('2')).rejects.toThrow(/is not known; .*--mix/);
    await dataset('1');
    expect(printed.at(-1)).toBe(`1 pictures in ${folder}`);
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
  const root = fileURLToPath(new URL('../../../', import.meta.url));
  const sources = drawingSources();

  /** Of the code as Node runs it, so that no import of a type is left; by another way than the digest's. */
  function importedBy(file: string): string[] {
    const code = stripTypeScriptTypes(readFileSync(join(root, file), 'utf8'));
    const names = [...code.matchAll(/^(?!\s*(?:\/\/|\*|\/\*)).*?\b(?:from|import)\s*\(?\s*'([^']+)'/gm)];
    return names.map(([, name = '']) =>
      name.startsWith('.') ? relative(root, join(root, dirname(file), name)) : name,
    );
  }
  const isPackage = (name: string) => !/^(?:scripts|src)\//.test(name);

  test('covers all that the files it covers need when they run, but for faults', () => {
    expect(sources.files).toContain('scripts/footage/stage/stage.ts');
    expect(sources.files).toContain('src/simulator/seeded-random.ts');
    const needed = new Set(sources.files.flatMap(importedBy).filter((name) => !isPackage(name)));
    expect([...needed].filter((file) => !sources.files.includes(file))).toEqual(['src/lib/errors.ts']);
  });

  test('covers all that the command draws with', () => {
    const others = ['command.ts', 'dataset-origin.ts', 'drawing-digest.ts', 'in-parallel.ts', 'picture-index.ts'];
    const drawsNothing = [...others.map((file) => `scripts/footage/${file}`), 'src/lib/errors.ts'];
    const needed = importedBy('scripts/footage/dataset.ts').filter((name) => !isPackage(name));
    expect(needed.filter((file) => !sources.files.includes(file)).sort()).toEqual(drawsNothing.sort());
  });

  test('covers the packages that the files use', () => {
    expect(sources.packages).toEqual(expect.arrayContaining(['sharp', 'three']));
    const needed = sources.files.flatMap(importedBy).filter((name) => isPackage(name) && !name.startsWith('node:'));
    expect(new Set(needed.map((name) => name.replace(/\/.*/, '')))).toEqual(new Set(sources.packages));
  });

  test('is another one with any other text or version', () => {
    const digest = digestOf([['a.ts', 'one']]);
    expect(digest).toMatch(/^[0-9a-f]{16}$/);
    expect(digestOf([['a.ts', 'one']])).toBe(digest);
    expect(digestOf([['a.ts', 'two']])).not.toBe(digest);
    expect(digestOf([['b.ts', 'one']])).not.toBe(digest);
    expect(
      digestOf([
        ['a.ts', 'one'],
        ['three', '1.0.0'],
      ]),
    ).not.toBe(digest);
  });

  test('is of each file’s text and each package’s version in the lock file', () => {
    const lock = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8')) as {
      packages: Record<string, { version: string }>;
    };
    const parts = [
      ...sources.files.map((file) => [file, readFileSync(join(root, file), 'utf8')] as const),
      ...sources.packages.map((name) => [name, lock.packages[`node_modules/${name}`]?.version ?? ''] as const),
    ];
    expect(drawingDigest()).toBe(digestOf(parts));
  });
});
