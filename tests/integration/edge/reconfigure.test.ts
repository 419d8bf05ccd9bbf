import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { CameraId } from '../../../src/domain/ids.ts';
import { type EdgeConfig, edgeSchema } from '../../../src/edge/config.ts';
import { EdgeNode } from '../../../src/edge/edge-node.ts';
import { Outbox } from '../../../src/edge/publish/outbox.ts';
import { systemClock } from '../../../src/lib/clock.ts';
import { ContentStore } from '../../../src/lib/content-store.ts';
import { generateSigningKey, loadSigningKey } from '../../../src/lib/keys.ts';
import { createLogger } from '../../../src/lib/log.ts';
import { Metrics } from '../../../src/lib/metrics.ts';
import { freePort } from '../../support/free-port.ts';
import { tempDir } from '../../support/temp-dir.ts';
import { makeTestClip } from '../../support/test-clip.ts';
import { tinyManifest, writeTinyModel } from '../../support/tiny-detector.ts';
import { until } from '../../support/until.ts';

const everywhere = [
  [0, 0],
  [1, 0],
  [1, 1],
  [0, 1],
];

describe('a node’s configuration changes while it runs', () => {
  let folder: Awaited<ReturnType<typeof tempDir>>;
  let clip: string;
  let port: number;
  let node: EdgeNode;
  let metrics: Metrics;

  const camera = (id: string, scene: object, more: object = {}) => ({
    ...{ id, name: id, division: '330503', lat: 30, lon: 120, stream: { file: clip } },
    zones: [{ id: 'all', points: everywhere }],
    scenes: { zone_intrusion: { zones: ['all'], looks: { idleMs: 500, busyMs: 500 }, ...scene } },
    ...more,
  });
  const config = (cameras: readonly object[], more: object = {}): EdgeConfig =>
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
      cameras,
      ...more,
    });
  const start = async (initial: EdgeConfig) => {
    metrics = new Metrics();
    node = new EdgeNode({
      config: initial,
      key: loadSigningKey(initial.keyFile),
      models: { manifest: tinyManifest(), mirror: folder.path, cacheDir: join(folder.path, 'cache') },
      clock: systemClock,
      log: createLogger('test'),
      metrics,
    });
    await node.start(new AbortController().signal);
  };
  const counted = async (name: string, labels: Readonly<Record<string, string>>) => {
    const { values } = (await metrics.registry.getSingleMetric(name)?.get()) ?? { values: [] };
    return values
      .filter((each) =>
        Object.entries(labels).every(([key, label]) => (each.labels as Record<string, unknown>)[key] === label),
      )
      .reduce((sum, { value }) => sum + value, 0);
  };
  const alerts = (phase: string) => counted('maplebridge_alerts_total', { phase });
  const streaming = (id: string) => {
    const state = node.cameras.get(id as CameraId);
    return state?.kind === 'streaming' ? state.since : undefined;
  };

  beforeAll(async () => {
    folder = await tempDir('reconfigure');
    clip = (await makeTestClip(folder.path, { seconds: 4 })).file;
    port = await freePort();
    generateSigningKey(join(folder.path, 'node.pem'));
    writeFileSync(join(folder.path, 'secret'), 'not a default');
    await writeTinyModel(folder.path, 'sees-people');
  });
  afterAll(() => folder.remove());

  test('one camera’s threshold: the others are not touched, its incident goes on, and what it waited for is kept', async () => {
    // Long enough that only the new configuration can raise the second incident within the test.
    const slow = { dwellMs: 3_600_000 };
    await start(config([camera('raises', { dwellMs: 1_000 }), camera('waits', slow), camera('same', slow)]));
    try {
      await until(async () => (await alerts('raised')) === 1, { what: 'the first incident' });
      await until(() => ['waits', 'same'].every((id) => streaming(id) !== undefined), { what: 'all cameras' });
      const since = ['raises', 'waits', 'same'].map(streaming);
      await until(async () => (await counted('maplebridge_camera_memories_total', {})) > 0, {
        what: 'a memory on disk',
      });

      const next = [camera('raises', { dwellMs: 2_000 }), camera('waits', { dwellMs: 1_500 }), camera('same', slow)];
      const report = await node.reconfigure(config(next));
      expect(report.changed.map(({ camera: { id }, stream }) => [id, stream])).toEqual([
        ['raises', false],
        ['waits', false],
      ]);
      expect(report).toMatchObject({ added: [], removed: [], unchanged: 1, restart: [], problems: [] });

      await until(async () => (await alerts('raised')) === 2, { what: 'the incident of the lower threshold' });
      // Nobody was connected to anew, and the first incident was neither raised again nor cleared.
      expect(['raises', 'waits', 'same'].map(streaming)).toEqual(since);
      expect(await alerts('cleared')).toBe(0);
      const open = await openIncidents();
      expect(open.map(({ cameraId }) => cameraId).sort()).toEqual(['raises', 'waits']);
    } finally {
      await node.stop();
    }
  });

  test('cameras come and go; what waits for a restart and what cannot be used is said in health', async () => {
    await start(config([camera('a', { dwellMs: 3_600_000 }), camera('b', { dwellMs: 3_600_000 })]));
    try {
      await until(() => streaming('a') !== undefined, { what: 'camera a' });
      const since = streaming('a');
      const next = config([camera('a', { dwellMs: 3_600_000 }), camera('c', { dwellMs: 3_600_000 })], {
        calendar: { timeZone: 'Asia/Urumqi' },
      });
      const report = await node.reconfigure(next);
      expect(report).toMatchObject({ unchanged: 1, restart: ['calendar'] });
      expect([...node.cameras.keys()].sort()).toEqual(['a', 'c']);
      await until(() => streaming('c') !== undefined, { what: 'the new camera' });
      expect(streaming('a')).toBe(since);
      expect(node.health().problems.join('\n')).toContain('"calendar"');

      const secret = { file: join(folder.path, 'no-such-secret') };
      const broken = { stream: { url: 'rtsp://127.0.0.1:1/x', username: 'u', password: secret } };
      const { problems } = await node.reconfigure(
        config([camera('a', { dwellMs: 3_600_000 }), camera('c', { dwellMs: 3_600_000 }, broken)]),
      );
      expect(problems).toMatchObject([{ camera: 'c' }]);
      expect(node.health().problems.join('\n')).toContain('no-such-secret');
      expect(streaming('a')).toBe(since);

      // Corrected, it is watched again.
      await node.reconfigure(config([camera('a', { dwellMs: 3_600_000 }), camera('c', { dwellMs: 3_600_000 })]));
      await until(() => streaming('c') !== undefined, { what: 'the corrected camera' });
      expect(node.health().problems.join('\n')).not.toContain('no-such-secret');
    } finally {
      await node.stop();
    }
  });

  test('after a restart who has stood there for a while goes on standing there', async () => {
    const lasting = config([camera('stands', { dwellMs: 4_000 })]);
    await start(lasting);
    await until(async () => (await counted('maplebridge_looks_total', { result: 'decided' })) >= 5, { what: 'looks' });
    await node.stop();
    expect(await alerts('raised')).toBe(0);
    await start(lasting);
    try {
      await until(async () => (await alerts('raised')) === 1, { what: 'the incident' });
      // Without the two seconds from before, at least nine looks at two a second would have been needed.
      expect(await counted('maplebridge_looks_total', { result: 'decided' })).toBeLessThan(9);
    } finally {
      await node.stop();
    }
  });

  async function openIncidents() {
    await node.stop();
    const outbox = new Outbox({
      ...config([camera('any', {})]).publish.outbox,
      site: 'test' as never,
      node: 'edge-1' as never,
      key: loadSigningKey(join(folder.path, 'node.pem')),
      evidence: new ContentStore(join(folder.path, 'evidence')),
      clock: systemClock,
      log: createLogger('test'),
      metrics: new Metrics(),
    });
    outbox.open();
    try {
      return outbox.openIncidents();
    } finally {
      await outbox.close();
    }
  }
});
