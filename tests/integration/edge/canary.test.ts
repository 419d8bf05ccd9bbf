import { copyFileSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { CameraId } from '../../../src/domain/ids.ts';
import type { Picture } from '../../../src/domain/picture.ts';
import { CanaryModel } from '../../../src/edge/detect/canary/canary-model.ts';
import { CanaryStore } from '../../../src/edge/detect/canary/canary-store.ts';
import { canarySchema } from '../../../src/edge/detect/canary/config.ts';
import { detectSchema } from '../../../src/edge/detect/config.ts';
import { DetectionService } from '../../../src/edge/detect/detection-service.ts';
import { ModelLane } from '../../../src/edge/detect/model-lane.ts';
import { loadManifest } from '../../../src/edge/detect/model-manifest.ts';
import { systemClock } from '../../../src/lib/clock.ts';
import { createLogger } from '../../../src/lib/log.ts';
import { Metrics } from '../../../src/lib/metrics.ts';
import { runCli } from '../../support/cli.ts';
import { rawPictures } from '../../support/raw-pictures.ts';
import { ScriptedModel } from '../../support/scripted-model.ts';
import { noSharedReason, sharedDir } from '../../support/shared.ts';
import { tempDir } from '../../support/temp-dir.ts';
import { until } from '../../support/until.ts';

const manifest = loadManifest();
const log = createLogger('test');
const oldId = 'yolox-nano-416';
const newId = 'picodet-s-416';
const priority = { severity: 1, deadlineMs: 0 } as const;
const startAt = 1_760_000_000_000;

let dir: Awaited<ReturnType<typeof tempDir>>;
const closing: (() => Promise<void>)[] = [];
beforeEach(async () => {
  dir = await tempDir('canary');
});
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
  await dir.remove();
});

const canary = (change: object = {}) => ({
  modelId: newId,
  replaces: oldId,
  share: 1,
  minPictures: 10,
  minObjects: 10,
  ...change,
});

async function service(change: object = {}, store: object = {}): Promise<DetectionService> {
  const mirror = join(sharedDir ?? '', 'models');
  const node = new DetectionService({
    ...detectSchema.parse({ models: [{ id: oldId }], batch: { maxWaitMs: 0 }, canary: canary(change) }),
    store: { manifest, cacheDir: join(dir.path, 'models'), mirror, ...store },
    dataDir: join(dir.path, 'data'),
    log,
    metrics: new Metrics(),
  });
  closing.push(() => node.close());
  await node.start(new AbortController().signal);
  await until(() => node.canary()?.phase !== 'idle', { what: 'the new model', timeoutMs: 30_000 });
  return node;
}

/** `maplebridge models canary …` as an operator calls it, in a process of its own. */
function operator(verb: string, ...more: string[]): Promise<{ exit: number | string; output: string }> {
  const path = join(dir.path, 'edge.yaml');
  const settings = {
    site: 'site',
    node: 'node',
    keyFile: 'none',
    detect: { models: [{ id: oldId }], canary: canary() },
    publish: {
      broker: { url: 'mqtt://127.0.0.1:1', username: 'node', password: { env: 'NONE' } },
      outbox: { path: join(dir.path, 'data', 'outbox.db') },
    },
    cameraFiles: ['cameras.yaml'],
  };
  // YAML reads JSON.
  writeFileSync(path, JSON.stringify(settings));
  writeFileSync(join(dir.path, 'cameras.yaml'), JSON.stringify({ cameras: [oneCamera] }));
  return runCli(['models', 'canary', verb, '--config', path, ...more]);
}

const oneCamera = {
  id: 'cam-1',
  name: 'cam',
  division: '330503001',
  lat: 30,
  lon: 120,
  stream: { url: 'rtsp://127.0.0.1:1/' },
  zones: [
    {
      id: 'z',
      points: [
        [0, 0],
        [1, 0],
        [1, 1],
      ],
      tags: [],
    },
  ],
  scenes: { zone_intrusion: { zones: ['z'], classes: ['person'] } },
};

describe.skipIf(sharedDir === undefined)(
  `a canary of real models, shared models${sharedDir === undefined ? ` (${noSharedReason})` : ''}`,
  () => {
    const pictures = new Map<string, Picture[]>();
    beforeAll(async () => {
      for (const id of [oldId, newId]) {
        const input = manifest.models.find((entry) => entry.id === id)?.input;
        if (input === undefined) throw new Error(`no ${id} in the manifest`);
        const { width, height, fit } = input;
        const spec = { width, height, fit, format: input.channelOrder === 'rgb' ? 'rgb24' : 'bgr24' } as const;
        const file = join(sharedDir ?? '', 'footage', 'street-parked.mp4');
        const options = { source: { width: 640, height: 352 }, spec, everySeconds: 6, count: 12 };
        pictures.set(id, await rawPictures(file, options));
      }
    });

    /** One look as the pipeline takes it; says which models' runs decided. */
    async function look(node: DetectionService, index: number): Promise<readonly string[]> {
      const identity = { cameraId: `cam-${index % 3}` as CameraId, at: startAt + index * 2000 };
      const wanted = node.picturesFor([oldId], identity);
      const brought = new Map(
        wanted.flatMap(({ modelId }) => {
          const picture = pictures.get(modelId)?.[index % 12];
          return picture === undefined ? [] : [[modelId, picture] as const];
        }),
      );
      const { runs, detections, failed } = await node.detect({ pictures: brought, look: identity, priority });
      expect(failed).toEqual([]);
      for (const { run } of detections) expect(run?.modelId).toBe(runs[0]?.modelId);
      return runs.map(({ modelId, modelSha256 }) => {
        expect(modelSha256).toBe(manifest.models.find(({ id }) => id === modelId)?.sha256);
        return modelId;
      });
    }

    /** Looks one after the other, each compared before the next. */
    async function comparedLooks(node: DetectionService, count: number): Promise<void> {
      for (let index = 0; index < count; index += 1) {
        expect(await look(node, index)).toEqual([oldId]);
        const seen = index + 1;
        await until(() => (node.canary()?.evidence.pictures ?? 0) >= seen || node.canary()?.phase !== 'comparing', {
          what: `comparison ${seen}`,
        });
      }
    }

    test('differences are told, an operator promotes, rolls back, and a restart keeps who is in charge', async () => {
      const limits = { maxLost: 1, maxAdded: 1, maxLatencyRatio: 100 };
      const node = await service({ limits });
      expect(node.canary()).toMatchObject({ phase: 'comparing', inCharge: oldId });
      await comparedLooks(node, 12);
      expect(node.canary()?.phase).toBe('ready');
      const vehicles = node.canary()?.classes.find((each) => each.class === 'car');
      // The parked car is in nearly all of these pictures, and both models know it.
      expect(vehicles?.agreed).toBeGreaterThanOrEqual(8);
      expect(vehicles?.meanIou).toBeGreaterThan(0.6);

      const promoted = await operator('promote');
      expect(promoted.output).toContain(`taken-over: ${newId} is in charge`);
      expect(promoted.exit).toBe(0);
      expect(await look(node, 12)).toEqual([newId]);
      expect(node.picturesFor([oldId], { cameraId: 'cam-1' as CameraId, at: 0 })).toMatchObject([{ modelId: newId }]);

      await node.close();
      const again = await service({ limits });
      expect(await look(again, 13)).toEqual([newId]);

      const rolledBack = await operator('rollback');
      expect(rolledBack.output).toContain(`rolled-back: ${oldId} is in charge`);
      expect(await look(again, 14)).toEqual([oldId]);

      const { output } = await operator('status');
      expect(output).toContain(`${newId} beside ${oldId}: rolled-back`);
      expect(output).toMatch(/car: \d+ agreed, \d+ lost, \d+ added, IoU 0\.\d\d, score [−+]0\.\d\d/);
      const json = JSON.parse((await operator('status', '--json')).output.split('\n')[0] ?? '');
      expect(json).toMatchObject({ phase: 'rolled-back', inCharge: oldId });
      expect(json.evidence.pictures).toBeGreaterThanOrEqual(10);
    });

    test('tight limits refuse it, and say why', async () => {
      const node = await service({ limits: { maxLost: 0, maxAdded: 0, maxLatencyRatio: 0.1 } });
      await comparedLooks(node, 12);
      expect(node.canary()).toMatchObject({ phase: 'refused', inCharge: oldId });
      expect((await operator('status')).output).toMatch(/refused .*limit/);
    });

    test('a file that is another model: the old one goes on', async () => {
      const mirror = join(dir.path, 'mirror');
      mkdirSync(mirror);
      const fileOf = (id: string) => manifest.models.find((entry) => entry.id === id)?.file ?? '';
      const from = (id: string) => join(sharedDir ?? '', 'models', fileOf(id));
      copyFileSync(from(oldId), join(mirror, fileOf(oldId)));
      copyFileSync(from(oldId), join(mirror, fileOf(newId)));
      const node = await service({}, { mirror });
      expect(node.canary()).toMatchObject({ phase: 'refused', reason: expect.stringContaining('SHA-256') });
      expect(await look(node, 0)).toEqual([oldId]);
    });

    test('a model nobody has, and one nobody knows: the old one goes on', async () => {
      const missing = await service(
        { modelId: 'nanodet-m-416' },
        { mirror: undefined, shippedDir: modelsWithOnlyOld() },
      );
      expect(missing.canary()).toMatchObject({
        phase: 'refused',
        reason: expect.stringContaining('nowhere to be found'),
      });
      expect(await look(missing, 0)).toEqual([oldId]);
      const unknown = await service({ modelId: 'no-such-model' });
      expect(unknown.canary()).toMatchObject({ phase: 'refused', reason: expect.stringContaining('no model') });
      expect(await look(unknown, 1)).toEqual([oldId]);
    });

    function modelsWithOnlyOld(): string {
      const path = join(dir.path, 'shipped');
      mkdirSync(path);
      const file = manifest.models.find((entry) => entry.id === oldId)?.file ?? '';
      copyFileSync(join(sharedDir ?? '', 'models', file), join(path, file));
      return path;
    }
  },
);

describe('a canary whose thread is ill', () => {
  const [entry] = manifest.models;
  if (entry === undefined) throw new Error('the manifest is empty');

  /** The first byte of a picture tells the thread what to do: 1 ends it, 2 throws, 3 fails. */
  const told = (order: number): Picture => ({
    width: 1,
    height: 1,
    format: 'rgb24',
    data: new Uint8Array([order, 0, 0]),
    sourceWidth: 1,
    sourceHeight: 1,
  });

  function illLane(): ModelLane {
    const runner = { path: '/nowhere.onnx', entry: entry as NonNullable<typeof entry>, classes: ['person' as const] };
    const settings = { provider: 'cpu', threads: 1, scoreThreshold: 0.3, iouThreshold: 0.5 };
    return new ModelLane({
      model: { id: 'new', sha256: runner.entry.sha256, classes: ['person', 'car'] },
      entry: runner.entry,
      prepare: () =>
        Promise.resolve({
          runner: { ...runner, ...settings },
          provider: { asked: 'cpu', used: 'cpu', passedOver: [] },
          groupSize: 1,
          rewritten: [],
        }),
      sessions: 1,
      maxWaitMs: 0,
      queueCapacity: 16,
      loadTimeoutMs: 30_000,
      jobTimeoutMs: 30_000,
      clock: systemClock,
      log,
      metrics: new Metrics(),
      workerFile: new URL('../../support/ill-detect-worker.ts', import.meta.url),
    });
  }

  test.each([
    ['ends', 1],
    ['throws', 2],
    ['fails', 3],
  ])('%s: no look notices while it is compared; in charge it is taken back', async (_, order) => {
    const old = new ScriptedModel('old');
    const subject = new CanaryModel({
      config: canarySchema.parse({ modelId: 'new', replaces: 'old', share: 1 }),
      old,
      new: {
        id: 'new',
        sha256: entry.sha256,
        open: async () => {
          const lane = illLane();
          await lane.open();
          return lane;
        },
      },
      store: new CanaryStore(join(dir.path, 'data')),
      clock: systemClock,
      log,
      metrics: new Metrics(),
    });
    closing.push(() => subject.stop());
    await subject.start(new AbortController().signal);
    let at = startAt;
    const looks = async (done: () => boolean) => {
      while (!done()) {
        at += 2000;
        const both = new Map([
          ['old', told(0)],
          ['new', told(order)],
        ]);
        const { run } = await subject.detect({ pictures: both, look: { cameraId: 'c' as CameraId, at }, priority });
        expect(run.modelId).toBe('old');
        await new Promise(setImmediate);
      }
    };
    await looks(() => subject.report().phase === 'refused');
    expect(subject.report().reason).toContain('failed on 4 pictures');
    await new CanaryStore(join(dir.path, 'data')).writeOrder({ id: 'p', action: 'promote', by: 'ann', at });
    await until(() => subject.report().phase === 'taken-over', { what: 'the promotion' });
    await looks(() => subject.report().phase === 'rolled-back');
    expect(subject.report()).toMatchObject({
      inCharge: 'old',
      reason: expect.stringContaining('failed on 4 pictures'),
    });
  });

  test('a state file that is damaged: a clear word at the command line, and an order begins anew', async () => {
    const data = join(dir.path, 'data');
    mkdirSync(data);
    writeFileSync(join(data, 'canary.json'), '{"version":');
    const { exit, output } = await operator('status');
    expect(exit).not.toBe(0);
    expect(output).toMatch(/MB_CANARY_STATE|canary\.json/);
    expect(output).not.toMatch(/^ +at /m);
  });

  test('an order for a node that is down waits for it', async () => {
    const { exit, output } = await operator('rollback');
    expect([exit, output]).toEqual([0, expect.stringContaining('as soon as it runs')]);
    expect((await operator('status')).output).toContain('ordered, and not carried out yet: rollback');
  });

  test.each([[['explode'], /unknown: explode[\s\S]*usage: maplebridge models canary/]])(
    '%j ends with usage',
    async ([verb], expected) => {
      const { exit, output } = await operator(verb ?? '');
      expect(exit).toBe(2);
      expect(output).toMatch(expected);
    },
  );
});
