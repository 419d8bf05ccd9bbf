import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { modelsPull } from '../../../src/cli/models-pull.ts';
import type { Picture } from '../../../src/domain/picture.ts';
import { detectSchema } from '../../../src/edge/detect/config.ts';
import { DetectionService } from '../../../src/edge/detect/detection-service.ts';
import type { ModelManifest } from '../../../src/edge/detect/model-manifest.ts';
import { pulledModels } from '../../../src/edge/detect/pulled-models.ts';
import { createLogger } from '../../../src/lib/log.ts';
import { Metrics } from '../../../src/lib/metrics.ts';
import { tinyManifest, tinySide, writeTinyModel } from '../../support/tiny-detector.ts';

/** `sees-people` ships; `sees-more` knows people too, and lies in a mirror. */
function twoModels(): ModelManifest {
  const { models, ...rest } = tinyManifest();
  const [people, cars] = models;
  if (people === undefined || cars === undefined) throw new Error('two tiny models are expected');
  return {
    ...rest,
    models: [
      { ...people, shipped: true },
      { ...cars, id: 'sees-more', classes: 'people' },
    ],
  };
}

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'maplebridge-pull-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** `sees-people` is in the folder of what ships, `sees-more` in the mirror. */
async function twoPlaces() {
  const [shippedDir, mirror, cacheDir] = [join(folder, 'shipped'), join(folder, 'mirror'), join(folder, 'cache')];
  for (const dir of [shippedDir, mirror, cacheDir]) mkdirSync(dir);
  await writeTinyModel(shippedDir, 'sees-people');
  await writeTinyModel(mirror, 'sees-cars');
  return { manifest: twoModels(), shippedDir, cacheDir, mirror };
}

test('after a pull the same configuration uses the pulled model for what it knows', async () => {
  const store = await twoPlaces();
  const side = tinySide;
  const data = new Uint8Array(side * side * 3);
  const picture: Picture = { width: side, height: side, format: 'rgb24', data, sourceWidth: 640, sourceHeight: 640 };

  const whoSees = async () => {
    const service = new DetectionService({
      ...detectSchema.parse({ batch: { maxWaitMs: 0 } }),
      ...{ store, log: createLogger('test'), metrics: new Metrics() },
    });
    await service.start(new AbortController().signal);
    const pictures = new Map(service.models.map(({ id }) => [id, picture]));
    const { detections } = await service.detect({ pictures, priority: { severity: 1, deadlineMs: 0 } });
    await service.close();
    return detections.map((each) => `${each.class} by ${each.run?.modelId}`);
  };

  expect(await whoSees()).toEqual(['person by sees-people']);
  expect(await modelsPull('sees-more', store)).toEqual([`sees-more: ${join(store.cacheDir, 'sees-cars.onnx')}`]);
  expect(await whoSees()).toEqual(['person by sees-more']);
});

test('to pull what ships changes nothing, and says so', async () => {
  const store = await twoPlaces();
  await modelsPull('sees-more', store);
  expect(await modelsPull('sees-people', store)).toEqual([
    `sees-people: ${join(store.shippedDir, 'sees-people.onnx')}`,
    'sees-people ships with this software: there is nothing to pull, and nothing has changed',
  ]);
  expect(pulledModels(store)).toEqual(['sees-more']);
});

test('a file that was swapped under a pulled model is not run, and what to do is said', async () => {
  const store = await twoPlaces();
  await modelsPull('sees-more', store);
  writeFileSync(join(store.cacheDir, 'sees-cars.onnx'), 'something else');
  const service = new DetectionService({
    ...detectSchema.parse({}),
    ...{ store, log: createLogger('test'), metrics: new Metrics() },
  });
  await service.start(new AbortController().signal);
  const status = service.status().get('sees-more');
  await service.close();
  const why = expect.stringMatching(
    /sees-cars\.onnx has SHA-256 .*, the manifest names .*; delete it and pull it again: maplebridge models pull sees-more/,
  );
  expect(status).toMatchObject({ state: 'unavailable', code: 'MB_MODEL_HASH', why });
});

test('a model asked for a class it does not know: refused at the start', () => {
  const models = [{ id: 'sees-people', classes: ['car'] }];
  const options = { store: { manifest: twoModels(), cacheDir: folder }, log: createLogger('test') };
  expect(() => new DetectionService({ ...detectSchema.parse({ models }), ...options, metrics: new Metrics() })).toThrow(
    /model "sees-people" does not know car; it knows person/,
  );
});

test('a canary beside a model that this node does not run: refused, with those it does', () => {
  const manifest = twoModels();
  const canary = { modelId: 'sees-more', replaces: 'sees-cars' };
  const options = { store: { manifest, cacheDir: folder }, log: createLogger('test'), metrics: new Metrics() };
  expect(() => new DetectionService({ ...detectSchema.parse({ canary }), ...options, dataDir: folder })).toThrow(
    /detect\.canary\.replaces: "sees-cars" is not one of this node's models: sees-people/,
  );
});
