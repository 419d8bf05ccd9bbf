import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { classGroup } from '../../src/domain/class-group.ts';
import type { Detection } from '../../src/domain/detection.ts';
import { type Box, iou } from '../../src/domain/geometry.ts';
import type { ObjectClass } from '../../src/domain/object-class.ts';
import type { Picture, PictureSpec } from '../../src/domain/picture.ts';
import { freeInput } from '../../src/edge/detect/graph/free-input.ts';
import { canonicalClasses, findModel, loadManifest, type ModelEntry } from '../../src/edge/detect/model-manifest.ts';
import { ModelRunner, type RunnerOptions } from '../../src/edge/detect/model-runner.ts';
import { tilePictureSpec, tileRegions } from '../../src/edge/detect/packing/tiles.ts';
import { rawPictures } from '../support/raw-pictures.ts';
import { noSharedReason, sharedDir } from '../support/shared.ts';

/** What the models found in whole pictures before there were regions: class, score, box. */
interface WholePicture {
  readonly model: string;
  readonly file: string;
  readonly index: number;
  readonly found: readonly (readonly [ObjectClass, number, number, number, number, number])[];
}
const before: WholePicture[] = JSON.parse(readFileSync(new URL('./whole-pictures.json', import.meta.url), 'utf8'));

/** Pictures of the clips: every so many seconds, from a start on. */
const clips = {
  'street-parked.mp4': { source: { width: 640, height: 352 }, everySeconds: 5, startSeconds: 2 },
  'street-passing.mp4': { source: { width: 640, height: 352 }, everySeconds: 1, startSeconds: 5 },
  'people-passing.mp4': { source: { width: 768, height: 432 }, everySeconds: 20, startSeconds: 10 },
  'falls/s1_Fall_13.mp4': { source: { width: 640, height: 480 }, everySeconds: 1, startSeconds: 1 },
} as const;
type Clip = keyof typeof clips;

const manifest = loadManifest();
const models = join(sharedDir ?? '', 'models');
const optionsOf = (entry: ModelEntry): RunnerOptions => ({
  path: join(models, entry.file),
  entry,
  classes: canonicalClasses(manifest, entry),
  ...{ provider: 'cpu', threads: 1, scoreThreshold: 0.3, iouThreshold: 0.5 },
});
const specOf = ({ input }: ModelEntry): PictureSpec => ({
  ...{ width: input.width, height: input.height, fit: input.fit },
  format: input.channelOrder === 'rgb' ? 'rgb24' : 'bgr24',
});
const picturesOf = (clip: Clip, spec: PictureSpec, count = 2): Promise<Picture[]> =>
  rawPictures(join(sharedDir ?? '', 'footage', clip), { ...clips[clip], spec, count });

const known = before.filter(({ model }) => manifest.models.some(({ id }) => id === model));
const modelIds = [...new Set(known.map(({ model }) => model))].filter((id) =>
  existsSync(join(models, findModel(manifest, id).file)),
);

const alike = (one: Detection, other: Detection) =>
  classGroup(one.class) === classGroup(other.class) && iou(one.box, other.box) >= 0.5;
const isCertain = ({ score }: Detection) => score >= 0.5;

/** Boxes within a pixel of the model's input. What was at the threshold may fall to its other side on another machine. */
function expectSame(
  detections: readonly Detection[],
  expected: WholePicture['found'],
  { width, height }: Picture,
): void {
  const isClear = (score: number) => score > 0.31;
  expect(detections.filter(({ score }) => isClear(score)).length).toBeLessThanOrEqual(expected.length);
  for (const [name, score, ...box] of expected.filter(([, each]) => isClear(each))) {
    const isSame = (each: Detection) =>
      each.class === name && Math.abs(each.score - score) < 0.01 && iou(each.box, box) > 0.8;
    const same = detections.find(isSame)?.box ?? [Number.NaN, Number.NaN, Number.NaN, Number.NaN];
    const off = box.map(
      (value, side) => Math.abs((same[side] ?? Number.NaN) - value) * (side % 2 === 0 ? width : height),
    );
    expect(Math.max(...off)).toBeLessThanOrEqual(1);
  }
}

const reason = sharedDir === undefined ? ` (${noSharedReason})` : '';
describe.skipIf(sharedDir === undefined)(`regions of pictures, shared footage and shared models${reason}`, () => {
  describe.each(modelIds)('%s', (id) => {
    const entry = findModel(manifest, id);
    let fixed: ModelRunner;
    beforeAll(async () => {
      fixed = await ModelRunner.open(optionsOf(entry));
    });
    afterAll(() => fixed?.close());

    test.each(Object.keys(clips) as Clip[])(
      'whole pictures of %s: boxes within 1 px, scores within 0.01',
      async (clip) => {
        const pictures = await picturesOf(clip, specOf(entry));
        const results = await fixed.run(pictures.map((picture) => ({ picture })));
        for (const { index, found } of known.filter((each) => each.model === id && each.file === clip)) {
          const picture = pictures[index];
          if (picture === undefined) throw new Error(`no picture ${index} in ${clip}`);
          expectSame(results[index]?.detections ?? [], found, picture);
        }
      },
    );
  });

  describe('yolox-nano-416', () => {
    const entry = findModel(manifest, 'yolox-nano-416');
    const spec = specOf(entry);
    let runner: ModelRunner;
    let packing: ModelRunner;
    let pictures: Picture[] = [];
    let whole: (readonly Detection[])[] = [];
    beforeAll(async () => {
      runner = await ModelRunner.open(optionsOf(entry));
      packing = await ModelRunner.open({ ...optionsOf(entry), fixedInput: true });
      pictures = (await Promise.all((Object.keys(clips) as Clip[]).map((clip) => picturesOf(clip, spec)))).flat();
      const results = await packing.run(pictures.map((picture) => ({ picture })));
      whole = results.map(({ detections }) => detections);
    });
    afterAll(() => Promise.all([runner?.close(), packing?.close()]));

    /** Around what is to be found, as a tracker would ask. */
    const around = (found: readonly Detection[] | undefined): Box[] =>
      (found ?? []).filter(isCertain).map(({ box: [x1, y1, x2, y2] }) => {
        const [dx, dy] = [Math.max(0.03, (x2 - x1) / 2), Math.max(0.03, (y2 - y1) / 2)];
        return [Math.max(0, x1 - dx), Math.max(0, y1 - dy), Math.min(1, x2 + dx), Math.min(1, y2 + dy)];
      });

    test.each([
      ['packed into inputs of the model’s size', () => packing],
      ['in inputs no larger than they', () => runner],
    ])('regions of all pictures, %s, show what the whole pictures show', async (_, which) => {
      const requests = pictures.map((picture, index) => ({ picture, regions: around(whole[index]) }));
      const results = await which().run(requests);
      const expected = whole.flatMap((found, index) => found.filter(isCertain).map((each) => ({ each, index })));
      const found = expected.filter(({ each, index }) =>
        results[index]?.detections.some((other) => alike(each, other)),
      );
      expect(found.length / expected.length).toBeGreaterThanOrEqual(0.95);
      const invented = results.flatMap(({ detections }, index) =>
        detections.filter((each) => isCertain(each) && !whole[index]?.some((other) => alike(each, other))),
      );
      expect(invented.length).toBeLessThanOrEqual(expected.length * 0.05);
    });

    test('inputs no larger than the picture show what the padded input shows', async () => {
      const results = await runner.run(pictures.map((picture) => ({ picture, regions: [[0, 0, 1, 1]] })));
      const clear = (found: readonly Detection[] | undefined) => (found ?? []).filter(({ score }) => score >= 0.6);
      for (const [index, { detections, run }] of results.entries()) {
        for (const each of clear(whole[index])) {
          const same = detections.find((other) => alike(each, other));
          expect(Math.abs((same?.score ?? 0) - each.score)).toBeLessThan(0.1);
        }
        expect(run.inputHeight).toBe(Math.ceil((pictures[index]?.height ?? 0) / 32) * 32);
      }
    });

    test('a detection says where it ran; the time is divided among the requests', async () => {
      const requests = pictures.map((picture, index) => ({ picture, regions: around(whole[index]) }));
      const began = performance.now();
      const results = await packing.run(requests);
      const elapsedMs = performance.now() - began;
      const spent = results.reduce((sum, { detectMs }) => sum + detectMs, 0);
      expect(spent).toBeGreaterThan(0);
      expect(spent).toBeLessThanOrEqual(elapsedMs);
      for (const [index, { detections, detectMs }] of results.entries()) {
        for (const { run } of detections) {
          expect(run).toMatchObject({
            modelId: entry.id,
            modelSha256: entry.sha256,
            inputWidth: 416,
            inputHeight: 416,
          });
          expect(run?.latencyMs).toBe(detectMs);
          expect(run?.inputScale).toBeCloseTo(416 / (pictures[index]?.sourceWidth ?? 0), 2);
        }
      }
    });

    test('an object that a region cuts is said to be cut; whole it is not', async () => {
      const [person] = (whole[4] ?? []).filter(isCertain);
      const [picture] = pictures.slice(4);
      if (person === undefined || picture === undefined) throw new Error('nobody there');
      const [x1, y1, x2, y2] = person.box;
      const upper: Box = [x1, y1, x2, y1 + (y2 - y1) * 0.55];
      const narrow = await ModelRunner.open({ ...optionsOf(entry), packing: { minMargin: 0, align: 1, gap: 0 } });
      const [half, full] = await narrow.run([
        { picture, regions: [upper] },
        { picture, regions: around([person]) },
      ]);
      await narrow.close();
      expect(half?.cut.length).toBeGreaterThan(0);
      expect(full?.cut).toEqual([]);
    });

    test('nothing to look at costs nothing; requests keep their order; no requests, no results', async () => {
      const [first, second] = pictures;
      if (first === undefined || second === undefined) throw new Error('no pictures');
      const results = await runner.run([{ picture: first, regions: [] }, { picture: second }, { picture: first }]);
      expect(results.map(({ detections }) => detections.length > 0)).toEqual([false, true, true]);
      expect(results[0]).toMatchObject({ detectMs: 0, cut: [] });
      expect(await runner.run([])).toEqual([]);
    });

    test('a picture whose bytes are missing is refused, and the next is not', async () => {
      const [picture] = pictures;
      if (picture === undefined) throw new Error('no pictures');
      const torn = { ...picture, data: picture.data.subarray(1) };
      await expect(runner.run([{ picture: torn }])).rejects.toThrow(/does not letterbox/);
      await expect(runner.run([{ picture }])).resolves.toHaveLength(1);
    });

    test('tiles of a larger picture show at least as much, each object once', async () => {
      const config = { columns: 2, rows: 1, overlap: 0.2 };
      const [large] = await picturesOf('street-passing.mp4', tilePictureSpec(config, spec), 1);
      if (large === undefined) throw new Error('no picture');
      const [tiled] = await runner.run([{ picture: large, regions: tileRegions(config) }]);
      const certain = (whole[2] ?? []).filter(({ score }) => score >= 0.6);
      for (const each of certain) expect(tiled?.detections.some((other) => alike(each, other))).toBe(true);
      const cars = (tiled?.detections ?? []).filter((each) => classGroup(each.class) === 'vehicle');
      for (const [index, car] of cars.entries()) {
        for (const other of cars.slice(index + 1)) expect(iou(car.box, other.box)).toBeLessThanOrEqual(0.5);
      }
      expect(tiled?.detections.every(({ run }) => (run?.inputScale ?? 0) > 0.6)).toBe(true);
    });
  });

  test('a stretched model sees the whole picture, whatever the regions', async () => {
    const entry = findModel(manifest, 'nanodet-m-416');
    const runner = await ModelRunner.open(optionsOf(entry));
    const [picture] = await picturesOf('street-parked.mp4', specOf(entry), 1);
    if (picture === undefined) throw new Error('no picture');
    const [all, some] = await runner.run([{ picture }, { picture, regions: [[0.1, 0.1, 0.2, 0.2]] }]);
    await runner.close();
    const boxes = (found: readonly Detection[] | undefined) => found?.map(({ box, score }) => [box, score]);
    expect(boxes(some?.detections)).toEqual(boxes(all?.detections));
  });

  test('the input of YOLOX can be left free, that of PicoDet and NanoDet cannot', () => {
    const isFree = (id: string) =>
      freeInput(readFileSync(join(models, findModel(manifest, id).file)), 32) !== undefined;
    const ids = ['yolox-nano-416', 'light-person-192', 'picodet-s-416', 'nanodet-m-416'];
    expect(ids.map(isFree)).toEqual([true, true, false, false]);
  });
});
