import { existsSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { CameraId } from '../../../src/domain/ids.ts';
import type { LookPriority } from '../../../src/domain/look.ts';
import type { Picture } from '../../../src/domain/picture.ts';
import { ModelsOfCamera } from '../../../src/edge/camera-detection.ts';
import { detectSchema } from '../../../src/edge/detect/config.ts';
import { DetectionService } from '../../../src/edge/detect/detection-service.ts';
import { createLogger } from '../../../src/lib/log.ts';
import { Metrics } from '../../../src/lib/metrics.ts';
import { FakeClock } from '../../support/fake-clock.ts';
import { tempDir } from '../../support/temp-dir.ts';
import { tinyManifest, tinySide, writeTinyModel } from '../../support/tiny-detector.ts';
import { until } from '../../support/until.ts';

/** The software Vulkan driver that comes with Chromium. */
const swiftShader = '/usr/lib/chromium/vk_swiftshader_icd.json';
const manifest = tinyManifest();
const [people, cars] = ['sees-people', 'sees-cars'] as const;
const priority: LookPriority = { severity: 2, deadlineMs: 0 };
const picture: Picture = {
  width: tinySide,
  height: tinySide / 2,
  format: 'rgb24',
  data: new Uint8Array((tinySide * tinySide * 3) / 2),
  sourceWidth: 640,
  sourceHeight: 320,
};
const both = new Map([
  [people, picture],
  [cars, picture],
]);

let folder: Awaited<ReturnType<typeof tempDir>>;
const services: DetectionService[] = [];
beforeEach(async () => {
  folder = await tempDir('detection');
});
afterEach(async () => {
  await Promise.all(services.splice(0).map((service) => service.close()));
  await folder.remove();
});

interface Wanted {
  readonly models?: readonly string[];
  readonly clock?: FakeClock;
  readonly seen?: string[];
  readonly detect?: Record<string, unknown>;
}

async function started(options: Wanted = {}) {
  const metrics = new Metrics();
  const models = (options.models ?? [people, cars]).map((id) => ({ id }));
  const service = new DetectionService({
    ...detectSchema.parse({ models, batch: { maxWaitMs: 0 }, ...options.detect }),
    store: { manifest, mirror: folder.path, cacheDir: join(folder.path, 'cache'), shippedDir: folder.path },
    log: createLogger('test'),
    metrics,
    onStatus: (model, { state }) => options.seen?.push(`${model} ${state}`),
    ...(options.clock && { clock: options.clock }),
  });
  services.push(service);
  await service.start(new AbortController().signal);
  return { service, metrics };
}

describe('the models of a node', () => {
  test('each runs once for a look; every detection says which run found it', async () => {
    await Promise.all([people, cars].map((id) => writeTinyModel(folder.path, id)));
    const { service, metrics } = await started();
    expect(service.classes).toEqual(new Set(['person', 'car']));
    expect(service.specOf(cars)).toEqual({ width: tinySide, height: tinySide, fit: 'letterbox', format: 'rgb24' });
    const { detections, runs, detectMs, failed } = await service.detect({ pictures: both, priority });
    expect(failed).toEqual([]);
    expect(detections.map((each) => each.class)).toEqual(['person', 'car']);
    expect(runs.map(({ modelId }) => modelId)).toEqual([people, cars]);
    expect(detectMs).toBeGreaterThan(0);
    expect(detections[1]?.run).toMatchObject({
      modelId: cars,
      modelSha256: manifest.models[1]?.sha256,
      provider: 'cpu',
      inputWidth: tinySide,
      inputHeight: tinySide,
      inputScale: tinySide / 640,
      latencyMs: expect.any(Number),
    });
    const text = await metrics.registry.metrics();
    for (const stage of ['queue', 'fill', 'inference', 'post']) {
      expect(text).toContain(
        `maplebridge_detect_stage_seconds_count{model="${cars}",provider="cpu",stage="${stage}"} 1`,
      );
    }
    expect(text).toContain(`maplebridge_detect_ready{model="${people}",provider="cpu"} 1`);
  });

  test('one that is missing takes only itself; when its file comes it runs', async () => {
    await writeTinyModel(folder.path, people);
    const clock = new FakeClock();
    const seen: string[] = [];
    const { service } = await started({ clock, seen });
    expect(service.status().get(people)).toMatchObject({ state: 'ready', provider: { used: 'cpu' } });
    const missing = {
      state: 'unavailable',
      code: 'MB_MODEL_MISSING',
      why: expect.stringContaining('tried shipped file'),
    };
    expect(service.status().get(cars)).toMatchObject(missing);
    expect(service.models.map(({ id }) => id)).toEqual([people, cars]);
    expect(service.classes).toEqual(new Set(['person']));

    const outcome = await service.detect({ pictures: both, priority });
    expect(outcome.detections.map((each) => each.class)).toEqual(['person']);
    expect(outcome.failed).toEqual([cars]);
    expect(outcome.failures).toMatchObject([{ model: cars, reason: 'unavailable' }]);

    await writeTinyModel(folder.path, cars);
    clock.advance(1_000);
    await until(() => service.classes.has('car'), { what: 'the second model' });
    await until(() => service.status().get(cars)?.state === 'ready', { what: 'the second model is ready' });
    expect((await service.detect({ pictures: both, priority })).failed).toEqual([]);
    const states = seen.filter((line) => line.startsWith(cars)).map((line) => line.slice(cars.length + 1));
    expect(states).toEqual(['unavailable', 'ready']);
  });

  test('none that runs: the service stands, says why, and answers every look', async () => {
    await writeFile(join(folder.path, `${people}.onnx`), 'another file');
    const { service } = await started({ models: [people], clock: new FakeClock() });
    expect(service.status().get(people)).toMatchObject({ state: 'unavailable', code: 'MB_MODEL_HASH' });
    expect(service.classes.size).toBe(0);
    const outcome = await service.detect({ pictures: new Map([[people, picture]]), priority });
    expect(outcome).toMatchObject({ detections: [], runs: [], detectMs: 0, failed: [people] });
  });

  test('a bad picture is one model’s failure of one look', async () => {
    await Promise.all([people, cars].map((id) => writeTinyModel(folder.path, id)));
    const { service } = await started();
    const bad = { ...picture, data: new Uint8Array(3) };
    const outcome = await service.detect({
      pictures: new Map([
        [people, bad],
        [cars, picture],
      ]),
      priority,
    });
    expect(outcome.failures).toMatchObject([{ model: people, reason: 'failed' }]);
    expect(outcome.detections.map((each) => each.class)).toEqual(['car']);
  });

  test.each<[string, Picture, Picture, string[]]>([
    ['both answer', picture, picture, []],
    ['the first fails', { ...picture, data: new Uint8Array(3) }, picture, ['person']],
    ['the second fails', picture, { ...picture, data: new Uint8Array(3) }, ['car']],
  ])('a camera of both is told what a look was not looked at for: %s', async (_, one, other, overlooked) => {
    await Promise.all([people, cars].map((id) => writeTinyModel(folder.path, id)));
    const { service } = await started();
    const classes = new Set(['person', 'car'] as const);
    const camera = new ModelsOfCamera({ camera: 'c' as CameraId, service, classes, tiles: undefined });
    const found = await camera.at(0).detect([one, other], undefined, priority);
    expect([...(found.overlooked ?? [])]).toEqual(overlooked);
    expect(found.detections.map((each) => each.class)).toEqual(
      ['person', 'car'].filter((each) => !overlooked.includes(each)),
    );
  });

  test('what a model that is known to be unavailable could see is not overlooked: its scenes are at rest', async () => {
    await writeTinyModel(folder.path, people);
    const { service } = await started({ clock: new FakeClock() });
    const classes = new Set(['person', 'car'] as const);
    const camera = new ModelsOfCamera({ camera: 'c' as CameraId, service, classes, tiles: undefined });
    const look = camera.at(0);
    expect([...(look.unavailable ?? [])]).toEqual(['car']);
    const { overlooked } = await look.detect([picture, picture], undefined, priority);
    expect(overlooked).toEqual(new Set());
  });

  test('the look that makes a model ill was not looked at for its classes either', async () => {
    await Promise.all([people, cars].map((id) => writeTinyModel(folder.path, id)));
    const { service } = await started({ clock: new FakeClock() });
    const classes = new Set(['person', 'car'] as const);
    const camera = new ModelsOfCamera({ camera: 'c' as CameraId, service, classes, tiles: undefined });
    const bad = { ...picture, data: new Uint8Array(3) };
    const told: string[] = [];
    while (service.classes.has('car') && told.length < 20) {
      const look = camera.at(0);
      const { overlooked = [] } = await look.detect([picture, bad], undefined, priority);
      told.push(...overlooked, ...(look.unavailable ?? []));
    }
    expect(told).toEqual(Array.from({ length: 8 }, () => 'car'));
    expect([...(camera.at(0).unavailable ?? [])]).toEqual(['car']);
  });

  test('a model nobody knows is a mistake of the configuration', async () => {
    await expect(started({ models: ['sees-peopel'] })).rejects.toMatchObject({ code: 'MB_MODEL_UNKNOWN' });
  });

  test.skipIf(!existsSync(swiftShader))(
    'threads on webgpu take turns (skipped without Chromium’s SwiftShader): at once they would end the process',
    async () => {
      process.env['VK_ICD_FILENAMES'] = swiftShader;
      await Promise.all([people, cars].map((id) => writeTinyModel(folder.path, id)));
      const { service } = await started({
        detect: { provider: 'webgpu', sessions: 2, batch: { size: 1, maxWaitMs: 0 } },
      });
      delete process.env['VK_ICD_FILENAMES'];
      const outcomes = await Promise.all(
        Array.from({ length: 50 }, () => service.detect({ pictures: both, priority })),
      );
      expect(outcomes.flatMap(({ failures }) => failures)).toEqual([]);
      expect(new Set(outcomes.flatMap(({ runs }) => runs).map(({ provider }) => provider))).toEqual(
        new Set(['webgpu']),
      );
    },
  );

  test('closed: says so', async () => {
    await writeTinyModel(folder.path, people);
    const { service } = await started({ models: [people] });
    await service.close();
    await service.close();
    expect(await service.detect({ pictures: new Map([[people, picture]]), priority })).toMatchObject({
      failed: [people],
    });
  });
});
