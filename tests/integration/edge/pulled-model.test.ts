import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { Picture } from '../../../src/domain/picture.ts';
import { detectSchema } from '../../../src/edge/detect/config.ts';
import { DetectionService } from '../../../src/edge/detect/detection-service.ts';
import type { ModelManifest } from '../../../src/edge/detect/model-manifest.ts';
import { pullModel } from '../../../src/edge/detect/model-store.ts';
import { notePulled } from '../../../src/edge/detect/pulled-models.ts';
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

test('after a pull the same configuration uses the pulled model for what it knows', async () => {
  const manifest = twoModels();
  const [shippedDir, mirror, cacheDir] = ['shipped', 'mirror', 'cache'].map((name) => join(folder, name));
  for (const dir of [shippedDir, mirror, cacheDir]) mkdirSync(dir ?? '', { recursive: true });
  await writeTinyModel(shippedDir ?? '', 'sees-people');
  await writeTinyModel(mirror ?? '', 'sees-cars');
  const store = { manifest, shippedDir: shippedDir ?? '', cacheDir: cacheDir ?? '', mirror };
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
  await pullModel('sees-more', store);
  await notePulled('sees-more', store);
  expect(await whoSees()).toEqual(['person by sees-more']);
});

test('a canary beside a model that this node does not run: refused, with those it does', () => {
  const manifest = twoModels();
  const canary = { modelId: 'sees-more', replaces: 'sees-cars' };
  const options = { store: { manifest, cacheDir: folder }, log: createLogger('test'), metrics: new Metrics() };
  expect(() => new DetectionService({ ...detectSchema.parse({ canary }), ...options, dataDir: folder })).toThrow(
    /detect\.canary\.replaces: "sees-cars" is not one of this node's models: sees-people/,
  );
});
