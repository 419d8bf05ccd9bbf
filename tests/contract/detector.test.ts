import { copyFileSync, existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { AccessUnit } from '../../src/domain/access-unit.ts';
import { type Box, iou } from '../../src/domain/geometry.ts';
import type { LookPriority } from '../../src/domain/look.ts';
import type { Picture, PictureSpec } from '../../src/domain/picture.ts';
import { DecoderPool } from '../../src/edge/decode/decoder-pool.ts';
import { detectSchema } from '../../src/edge/detect/config.ts';
import type { Detector } from '../../src/edge/detect/detector.ts';
import { loadDetector } from '../../src/edge/detect/load-detector.ts';
import { loadManifest } from '../../src/edge/detect/model-manifest.ts';
import type { Detected } from '../../src/edge/detect/model-runner.ts';
import { sha256 } from '../../src/lib/hash.ts';
import { createLogger } from '../../src/lib/log.ts';
import { Metrics } from '../../src/lib/metrics.ts';
import { keyframesOf } from '../support/keyframes.ts';
import { noSharedReason, sharedDir } from '../support/shared.ts';

const manifest = loadManifest();
const log = createLogger('test');
const mirror = sharedDir === undefined ? undefined : join(sharedDir, 'models');
const scratch = mkdtempSync(join(tmpdir(), 'maplebridge-detector-'));
afterAll(() => rmSync(scratch, { recursive: true, force: true }));

const load = (modelId: string, store: { mirror?: string | undefined; cacheDir?: string } = {}) =>
  loadDetector({
    ...detectSchema.parse({ models: [{ id: modelId }] }),
    store: { manifest, cacheDir: join(scratch, 'cache'), mirror, ...store },
    log,
    metrics: new Metrics(),
  });

const grey = (spec: PictureSpec): Picture => ({
  width: spec.width,
  height: spec.height,
  format: spec.format,
  data: new Uint8Array(spec.width * spec.height * 3).fill(128),
  sourceWidth: spec.width,
  sourceHeight: spec.height,
});

const priority: LookPriority = { severity: 2, deadlineMs: 0 };

/** The grey car that stands in street-parked.mp4 from 3.4 s to 73.4 s, in the 640×352 picture. */
const parkedCar: Box = [303 / 640, 163 / 352, 402 / 640, 243 / 352];

const available = manifest.models.filter((model) => mirror !== undefined && existsSync(join(mirror, model.file)));

const reason = sharedDir === undefined ? ` (${noSharedReason})` : '';
describe.skipIf(sharedDir === undefined)(`detector contract, shared models${reason}`, () => {
  let keyframes: AccessUnit[] = [];
  const decoder = new DecoderPool({ workers: 1, queueCapacity: 16, log, metrics: new Metrics() });

  beforeAll(async () => {
    keyframes = await keyframesOf(join(sharedDir ?? '', 'footage', 'street-parked.mp4'));
    await decoder.start(new AbortController().signal);
  });
  afterAll(() => decoder.stop());

  const pictureAt = async (second: number, spec: PictureSpec): Promise<Picture> => {
    const unit = keyframes[second / 2];
    if (unit === undefined) throw new Error(`no keyframe at ${second} s`);
    const result = await decoder.decode(unit, spec);
    if (!result.ok) throw new Error(result.detail);
    return result.picture;
  };

  test('at least two architectures are there', () => {
    expect(new Set(available.map((model) => model.kind)).size).toBeGreaterThanOrEqual(2);
  });

  describe.each(available.map((model) => [model.id, model] as const))('%s', (id, entry) => {
    let detector: Detector;
    beforeAll(async () => {
      detector = await load(id);
    });
    afterAll(() => detector?.close());
    const look = (picture: Picture) => detector.detect({ picture, priority });

    test('says what it is and what it takes', () => {
      expect(detector.model).toMatchObject({ id, sha256: entry.sha256 });
      expect(detector.model.classes).toContain('person');
      expect(detector.input).toMatchObject({ width: entry.input.width, height: entry.input.height });
    });

    const secondsWithCar = entry.classes === 'coco-80' ? [4, 30, 72] : [];
    test.each(secondsWithCar)('finds the parked car at %i s', async (second) => {
      const result = await look(await pictureAt(second, detector.input));
      const cars = result.detections.filter((each) => each.class === 'car');
      expect(Math.max(...cars.map((car) => iou(car.box, parkedCar)))).toBeGreaterThanOrEqual(0.6);
      const { width, height } = entry.input;
      expect(result.run).toMatchObject({ modelId: id, modelSha256: entry.sha256, provider: 'cpu', inputWidth: width });
      // Some graphs take an input no larger than what it shows.
      expect(result.run.inputHeight).toBeLessThanOrEqual(height);
      expect(result.run.inputHeight).toBeGreaterThanOrEqual((height * 352) / 640);
      expect(result.run.inputScale).toBeGreaterThanOrEqual(width / 640);
      expect(result.run.inputScale).toBeLessThan(1);
      expect(result.run.latencyMs).toBeGreaterThan(0);
      for (const detection of result.detections) expect(detection.run).toEqual(result.run);
    });

    test('finds nothing in an even grey', async () => {
      expect((await look(grey(detector.input))).detections).toEqual([]);
    });

    test('boxes lie in 0–1, best score first, scores at least the threshold', async () => {
      const { detections } = await look(await pictureAt(2, detector.input));
      for (const { box, score } of detections) {
        for (const value of box) expect(value).toBeGreaterThanOrEqual(0);
        for (const value of box) expect(value).toBeLessThanOrEqual(1);
        expect(box[2]).toBeGreaterThan(box[0]);
        expect(score).toBeGreaterThanOrEqual(0.3);
        expect(score).toBeLessThanOrEqual(1);
      }
      const scores = detections.map((each) => each.score);
      expect(scores).toEqual([...scores].sort((a, b) => b - a));
    });

    test('answers several pictures in order, and the same picture the same way', async () => {
      const busy = await pictureAt(10, detector.input);
      const [first, nothing, again] = await Promise.all([busy, grey(detector.input), busy].map(look));
      const found = (detected: Detected | undefined) => detected?.detections.map(({ run: _, ...each }) => each);
      expect(found(nothing)).toEqual([]);
      expect(found(again)).toEqual(found(first));
    });

    test('refuses a picture that is not of its size, and not its neighbours', async () => {
      const wrong = { ...grey(detector.input), data: new Uint8Array(12) };
      const [refused, taken] = await Promise.allSettled([look(wrong), look(grey(detector.input))]);
      expect(refused).toMatchObject({ status: 'rejected', reason: { code: 'MB_MODEL_FAILED' } });
      expect(taken).toMatchObject({ status: 'fulfilled' });
    });

    test('refuses once closed; closing twice is fine', async () => {
      const own = await load(id);
      await own.close();
      await own.close();
      await expect(own.detect({ picture: grey(own.input), priority })).rejects.toMatchObject({
        code: 'MB_MODEL_FAILED',
      });
    });
  });

  test('a file that is another model is refused, naming both hashes', async () => {
    const [one] = available;
    const other = available.find(({ file }) => file !== one?.file);
    if (one === undefined || other === undefined || mirror === undefined) throw new Error('two models are needed');
    copyFileSync(join(mirror, other.file), join(scratch, one.file));
    const refusal = await load(one.id, { mirror: scratch }).catch((error: unknown) => error);
    expect(refusal).toMatchObject({ code: 'MB_MODEL_HASH' });
    expect(String(refusal)).toContain(one.sha256);
    expect(String(refusal)).toContain(other.sha256);
  });
});

describe('detector contract, without weights', () => {
  const [entry] = manifest.models;
  if (entry === undefined) throw new Error('the manifest is empty');

  test('wrong hash: refused naming both hashes', async () => {
    const dir = mkdtempSync(join(scratch, 'wrong-'));
    writeFileSync(join(dir, entry.file), 'not a model');
    const refusal = await load(entry.id, { mirror: dir }).catch((error: unknown) => error);
    expect(refusal).toMatchObject({ code: 'MB_MODEL_HASH' });
    expect(String(refusal)).toContain(entry.sha256);
    expect(String(refusal)).toContain(sha256('not a model'));
  });

  test('missing: refused naming what was tried, in order', async () => {
    const refusal = load(entry.id, { mirror: join(scratch, 'nowhere'), cacheDir: join(scratch, 'empty') });
    await expect(refusal).rejects.toMatchObject({ code: 'MB_MODEL_MISSING' });
    await expect(refusal).rejects.toThrow(/shipped file .*cache .*mirror .*upstream \(not asked for/s);
  });

  test('unknown: refused naming the nearest', async () => {
    await expect(load('yolox-nano-461')).rejects.toMatchObject({
      code: 'MB_MODEL_UNKNOWN',
      message: expect.stringContaining('did you mean "yolox-nano-416"?'),
    });
  });

  test('right hash but no model: refused when it is loaded', async () => {
    const dir = mkdtempSync(join(scratch, 'broken-'));
    writeFileSync(join(dir, entry.file), 'not a model');
    const forged = { ...manifest, models: [{ ...entry, sha256: sha256('not a model'), bytes: 11 }] };
    const options = { ...detectSchema.parse({ models: [{ id: entry.id }] }), log, metrics: new Metrics() };
    const refusal = loadDetector({ ...options, store: { manifest: forged, mirror: dir, cacheDir: dir } });
    await expect(refusal).rejects.toMatchObject({ code: 'MB_MODEL_FAILED' });
  });
});
