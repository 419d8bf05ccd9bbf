import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { CameraId } from '../../../src/domain/ids.ts';
import { type EdgeConfig, edgeSchema } from '../../../src/edge/config.ts';
import { EdgeNode } from '../../../src/edge/edge-node.ts';
import { explainLook } from '../../../src/edge/explain-look.ts';
import { observationsPath } from '../../../src/edge/observations-path.ts';
import { ObservationReader } from '../../../src/edge/observe/observation-reader.ts';
import { whatIf } from '../../../src/edge/what-if.ts';
import { systemClock } from '../../../src/lib/clock.ts';
import { generateSigningKey, loadSigningKey } from '../../../src/lib/keys.ts';
import { createLogger } from '../../../src/lib/log.ts';
import { Metrics } from '../../../src/lib/metrics.ts';
import { freePort } from '../../support/free-port.ts';
import { tempDir } from '../../support/temp-dir.ts';
import { makeTestClip } from '../../support/test-clip.ts';
import { tinyManifest, writeTinyModel } from '../../support/tiny-detector.ts';
import { until } from '../../support/until.ts';

const scene = 'zone_intrusion';
const always = { from: 0, to: Number.MAX_SAFE_INTEGER };
const everywhere = [
  [0, 0],
  [1, 0],
  [1, 1],
  [0, 1],
];

describe('a node’s observations', () => {
  let folder: Awaited<ReturnType<typeof tempDir>>;
  let configOf: (more: object) => EdgeConfig;

  beforeAll(async () => {
    folder = await tempDir('observations');
    const { file } = await makeTestClip(folder.path, { seconds: 4 });
    const port = await freePort();
    generateSigningKey(join(folder.path, 'node.pem'));
    writeFileSync(join(folder.path, 'secret'), 'not a default');
    await writeTinyModel(folder.path, 'sees-people');
    configOf = (more) =>
      edgeSchema.parse({
        site: 'test',
        node: 'edge-1',
        keyFile: join(folder.path, 'node.pem'),
        detect: { models: [{ id: 'sees-people' }] },
        memory: { saveEveryMs: 500 },
        publish: {
          broker: { url: `mqtt://127.0.0.1:${port}`, username: 'n', password: { file: join(folder.path, 'secret') } },
          outbox: { path: join(folder.path, 'outbox.db'), evidenceDir: join(folder.path, 'evidence') },
        },
        cameras: ['a', 'b'].map((id) => ({
          ...{ id, name: id, division: '330503', lat: 30, lon: 120, stream: { file } },
          zones: [{ id: 'all', points: everywhere }],
          scenes: { [scene]: { zones: ['all'], looks: { idleMs: 500, busyMs: 500 }, updateEveryMs: 1_000, ...more } },
        })),
      });
  });
  afterAll(() => folder.remove());

  async function run(config: EdgeConfig, work: (node: EdgeNode, alerts: () => Promise<number>) => Promise<void>) {
    const metrics = new Metrics();
    const node = new EdgeNode({
      config,
      key: loadSigningKey(config.keyFile),
      models: { manifest: tinyManifest(), mirror: folder.path, cacheDir: join(folder.path, 'cache') },
      clock: systemClock,
      log: createLogger('test'),
      metrics,
    });
    const alerts = async () => {
      const { values } = (await metrics.registry.getSingleMetric('maplebridge_alerts_total')?.get()) ?? { values: [] };
      return values.reduce((sum, { value }) => sum + value, 0);
    };
    await node.start(new AbortController().signal);
    try {
      await work(node, alerts);
    } finally {
      await node.stop();
    }
  }

  test('give its alerts again, exactly, over a change of the configuration and two restarts', async () => {
    const slow = configOf({ dwellMs: 4_000 });
    await run(slow, async (_node, alerts) => {
      await until(async () => (await alerts()) >= 4, { what: 'incidents that are updated' });
    });
    await run(slow, async (node, alerts) => {
      await until(async () => (await alerts()) >= 2, { what: 'the same incidents, updated' });
      await node.reconfigure(configOf({ dwellMs: 1_000, updateEveryMs: 2_000 }));
      await until(async () => (await alerts()) >= 5, { what: 'updates as configured now' });
    });
    await run(configOf({ dwellMs: 1_000, updateEveryMs: 2_000 }), async (_node, alerts) => {
      await until(async () => (await alerts()) >= 2, { what: 'updates after another restart' });
    });

    const reader = new ObservationReader(observationsPath(slow));
    try {
      for (const camera of ['a', 'b'] as CameraId[]) {
        const recorded = reader.events(camera, 0, Number.MAX_SAFE_INTEGER, scene);
        expect(recorded.length).toBeGreaterThan(4);
        const same = whatIf(reader, { camera, scene, change: {}, ...always });
        expect(same).toMatchObject({ missing: [], surplus: [], added: [], removed: [] });
        expect(same?.looks).toBeGreaterThan(15);

        // A dwell that nobody reached, over all restarts: nothing would have been raised.
        const never = whatIf(reader, { camera, scene, change: { dwellMs: 3_600_000 }, ...always });
        expect(never).toMatchObject({ missing: [], surplus: [], added: [], kept: [] });
        expect(never?.removed.length).toBe(same?.kept.length);

        const raised = recorded.find(({ phase }) => phase === 'raised');
        const explained = explainLook(reader, camera, raised?.observedAt ?? 0);
        expect(explained?.events).toMatchObject([{ phase: 'raised', incidentId: raised?.incidentId }]);
        expect(explained?.notes).toContainEqual(expect.objectContaining({ scene, verdict: 'fires', zone: 'all' }));
      }
    } finally {
      reader.close();
    }
  });
});
