import { readFileSync } from 'node:fs';
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { averagePrecision, type LabelledBox, type ScoredBox } from '../../scripts/bench/average-precision.ts';
import { partOf } from '../../scripts/bench/hold-out.ts';
import { OnnxSession } from '../../src/edge/detect/onnx-session.ts';
import { tempDir } from '../support/temp-dir.ts';
import { noTrainingReason, runPython, writeTestPictures } from '../support/training.ts';

const batch = 4;
const checks = 2;
const threshold = 0.001;

describe.skipIf(noTrainingReason !== undefined)(`training${noTrainingReason ? `: ${noTrainingReason}` : ''}`, () => {
  let folder: Awaited<ReturnType<typeof tempDir>>;
  const at = (...names: string[]) => join(folder.path, ...names);

  beforeAll(async () => {
    folder = await tempDir('train');
    await writeTestPictures(at('rendered'), 12, 1000);
    await writeTestPictures(at('choice'), checks, 800_000);
  });
  afterAll(() => folder.remove());

  const train = (out: string, batches: number, ...more: string[]) =>
    runPython('scripts/train/train.py', [
      ...['--rendered', at('rendered'), '--choice', at('choice'), '--out', at(out), '--cache', at('cache')],
      ...['--pictures', String(batches * batch), '--batch', String(batch), '--threads', '1', '--workers', '0'],
      ...['--log-every', '1', '--rate', '0.001', ...more],
    ]);
  const lines = async (run: string) =>
    (await readFile(at(run, 'curves.jsonl'), 'utf8'))
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as Record<string, unknown>);
  const losses = async (run: string) =>
    (await lines(run))
      .filter(({ event }) => event === 'train')
      .map(({ batch, class_loss, box_loss }) => ({ batch, class_loss, box_loss }));

  test('the parts do what their papers say', async () => {
    await expect(runPython('tests/support/train_parts.py', [])).resolves.toBeDefined();
  });

  test('a stopped run goes on as if it had not stopped', async () => {
    await train('whole', 5);
    // No minutes: one batch, then it saves and ends.
    await train('halves', 5, '--minutes', '0');
    expect(await losses('halves')).toHaveLength(1);
    await train('halves', 5);
    expect(await losses('halves')).toEqual(await losses('whole'));
    expect((await lines('halves')).at(-1)).toMatchObject({ event: 'end', batch: 5 });
  });

  test('best weights outlive a run that ended without telling its checkpoint', async () => {
    await train('best', 2, '--minutes', '0');
    // As if the run had been killed before its check: the checkpoint knows of no best weights, best.pt of very good ones.
    await runPython('tests/support/praise_best.py', [at('best'), '0.99']);
    const praised = await readFile(at('best', 'best.pt'));
    await train('best', 2);
    expect((await readFile(at('best', 'best.pt'))).equals(praised)).toBe(true);
  });

  test.each([
    ['measured on other pictures', 'chosen_on'],
    ['measured by other rules', 'judge'],
    ['measured by nobody knows which rules', 'none'],
  ])('a mean %s is not compared: the best is chosen anew', async (_, other) => {
    await train('other', 1);
    await runPython('tests/support/praise_best.py', [at('other'), '1', other]);
    const praised = await readFile(at('other', 'best.pt'));
    await train('other', 1);
    expect((await readFile(at('other', 'best.pt'))).equals(praised)).toBe(false);
  });

  test.each([
    ['--rendered', 900_000, /truth\.jsonl:1: seed 900000 is for hold-out; for training are 1000 to 799999/],
    ['--rendered', 999, /seed 999 is for clips/],
    ['--choice', 1000, /truth\.jsonl:1: seed 1000 is for training; for choice are 800000 to 899999/],
    ['--choice', 900_000, /seed 900000 is for hold-out/],
  ])('%s with pictures of seed %i is refused', async (option, seed, message) => {
    await writeTestPictures(at(`of-${seed}`), 1, seed);
    await expect(train('refused', 1, option, at(`of-${seed}`))).rejects.toThrow(message);
  });

  test('both languages judge found boxes alike', async () => {
    const { labels, boxes } = scatteredBoxes(12);
    const told = JSON.parse(await runPython('tests/support/judge_boxes.py', [JSON.stringify({ labels, boxes })]));
    const { ap50 } = averagePrecision(labels, boxes);
    expect(ap50).toBeGreaterThan(0.2);
    expect(ap50).toBeLessThan(0.9);
    expect(told).toBeCloseTo(ap50, 9);
  });

  test('the exported graph answers as the network does', async () => {
    await train('whole', 5);
    const args = ['--checkpoint', at('whole', 'checkpoint.pt'), '--out', at('model.onnx'), '--check', at('check')];
    const options = [
      '--rendered',
      at('choice'),
      '--cache',
      at('cache'),
      '--score-threshold',
      String(threshold),
      '--score-power',
      '0.8',
    ];
    // Of an earlier check with more pictures, and what is somebody else's.
    await mkdir(at('check'), { recursive: true });
    for (const name of [`${checks}.input.f32`, `${checks}.rows.f32`, 'notes.f32', '7.txt'])
      await writeFile(at('check', name), '');
    const told = JSON.parse(await runPython('scripts/train/export.py', [...args, ...options])) as Record<
      string,
      number
    >;
    const written = Array.from({ length: checks }, (_, index) => [`${index}.input.f32`, `${index}.rows.f32`]).flat();
    expect((await readdir(at('check'))).toSorted()).toEqual([...written, '7.txt', 'notes.f32'].toSorted());
    expect(told['parameters']).toBeLessThan(2_000_000);
    expect(told['bytes']).toBeLessThan(4 * 1024 * 1024);
    const session = await OnnxSession.open(at('model.onnx'), { provider: 'cpu', threads: 1, inputName: 'images' });
    for (let index = 0; index < checks; index += 1) {
      const [answer] = await session.run(floats(at('check', `${index}.input.f32`)), [1, 3, 224, 384]);
      const rows = rowsOf(answer?.data ?? new Float32Array());
      const expected = rowsOf(floats(at('check', `${index}.rows.f32`)));
      expect(expected.length).toBeGreaterThan(0);
      expect(rows.map(([, , , , score = 0]) => score)).toEqual(
        rows.map((row) => row[4] ?? 0).toSorted((a, b) => b - a),
      );
      // Boxes that overlap by just the threshold may fall either way in the last bit.
      const most = Math.max(rows.length, expected.length);
      expect(pairsOf(expected, rows)).toBeGreaterThanOrEqual(0.97 * most);
    }
    await session.close();
  });

  test('both languages hold out the same pictures', async () => {
    const fire = [
      'smoke5_mp4-3',
      'fire2_mp4-45',
      'img_600',
      'img_601',
      'img_669',
      'img_670',
      'img_1601',
      'img_980--2-',
    ];
    const garbage = ['000194', '000195', '000204', '000205', '000294', '000295', '000304', '000305', '000750', '1205'];
    const names = [
      ...fire.map((name) => ['fire', name] as const),
      ...garbage.map((name) => ['garbage', name] as const),
    ];
    const told = await runPython(
      'scripts/train/real_pictures.py',
      names.map(([set, name]) => `${set}/${name}_jpg.jpg`),
    );
    expect(JSON.parse(told)).toEqual(names.map(([set, name]) => partOf(set, `${name}_jpg.jpg`)));
    expect(new Set(JSON.parse(told) as string[])).toEqual(new Set(['training', 'held out', 'neither']));
  });
});

/** Boxes on a line, by no chance: labels demanded and not, found ones beside them by more and less. */
function scatteredBoxes(pictures: number): { labels: LabelledBox[]; boxes: ScoredBox[] } {
  const labels: LabelledBox[] = [];
  const boxes: ScoredBox[] = [];
  for (let at = 0; at < pictures * 8; at += 1) {
    const [image, left] = [Math.floor(at / 8), 37 * (at % 8)];
    const crowd = at % 3 === 1;
    const box = [left, 10, left + (crowd ? 60 : 20), 40] as const;
    labels.push({ image, category: 1, box, crowd });
    for (let each = 0; each <= at % 3; each += 1) {
      const moved = (at * 7 + each * 5) % 17;
      const score = ((at * 31 + each * 17) % 97) / 97 + at * 1e-5;
      boxes.push({ image, category: 1, box: [left + moved, 10, left + moved + 20, 40], score });
    }
  }
  return { labels, boxes };
}

function floats(path: string): Float32Array {
  const bytes = readFileSync(path);
  return new Float32Array(bytes.buffer, bytes.byteOffset, bytes.byteLength / 4);
}

function rowsOf(data: Float32Array): number[][] {
  return Array.from({ length: data.length / 6 }, (_, row) => [...data.subarray(row * 6, row * 6 + 6)]);
}

/** How many rows of the one are in the other, each there for one alone. */
function pairsOf(some: readonly (readonly number[])[], others: readonly (readonly number[])[]): number {
  const left = [...others];
  return some.filter((row) => {
    const found = left.findIndex((other) => isSame(row, other));
    if (found >= 0) left.splice(found, 1);
    return found >= 0;
  }).length;
}

/** Half a pixel, a thousandth of a score, the same class. */
function isSame(a: readonly number[], b: readonly number[]): boolean {
  const limits = [0.5, 0.5, 0.5, 0.5, 0.001, 0];
  return limits.every((limit, index) => Math.abs((a[index] ?? 0) - (b[index] ?? Number.NaN)) <= limit);
}
