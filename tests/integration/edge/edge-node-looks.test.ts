import { execFile } from 'node:child_process';
import { readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { edgeSchema } from '../../../src/edge/config.ts';
import { EdgeNode } from '../../../src/edge/edge-node.ts';
import { systemClock } from '../../../src/lib/clock.ts';
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

/** A node with file cameras and a model that sees a person in the middle of all it is shown; its broker is away. */
async function startNode(
  folder: string,
  cameras: readonly { id: string; file: string; more?: object; scene?: object }[],
  more: object = {},
) {
  const metrics = new Metrics();
  const keyFile = join(folder, 'node.pem');
  const config = edgeSchema.parse({
    site: 'test',
    node: 'edge-1',
    keyFile,
    detect: { models: [{ id: 'sees-people' }] },
    publish: {
      broker: {
        url: `mqtt://127.0.0.1:${await freePort()}`,
        username: 'n',
        password: { file: join(folder, 'secret') },
      },
      outbox: { path: join(folder, 'outbox.db'), evidenceDir: join(folder, 'evidence') },
    },
    cameras: cameras.map(({ id, file, scene, more: extra }) => ({
      ...{ id, name: id, division: '330503', lat: 30, lon: 120, stream: { file } },
      zones: [{ id: 'all', points: everywhere }],
      scenes: { zone_intrusion: { zones: ['all'], dwellMs: 1_000, ...scene } },
      ...extra,
    })),
    ...more,
  });
  const node = new EdgeNode({
    config,
    key: loadSigningKey(keyFile),
    models: { manifest: tinyManifest(), mirror: folder, cacheDir: join(folder, 'cache') },
    clock: systemClock,
    log: createLogger('test'),
    metrics,
  });
  await node.start(new AbortController().signal);
  const count = async (name: string, labels: Record<string, string> = {}) => {
    const { values } = (await metrics.registry.getSingleMetric(name)?.get()) ?? { values: [] };
    const matching = values.filter((value) =>
      Object.entries(labels).every(([key, label]) => (value.labels as Record<string, unknown>)[key] === label),
    );
    return matching.reduce((sum, { value }) => sum + value, 0);
  };
  return { node, count };
}

describe('an edge node’s looks', () => {
  let folder: Awaited<ReturnType<typeof tempDir>>;
  let moving: string;
  let still: string;

  beforeAll(async () => {
    folder = await tempDir('looks');
    moving = (await makeTestClip(folder.path, { seconds: 4 })).file;
    still = join(folder.path, 'still.mp4');
    const grey = ['-f', 'lavfi', '-i', 'color=gray:size=320x240:rate=10:duration=4'];
    const encode = ['-c:v', 'libx264', '-preset', 'veryfast', '-pix_fmt', 'yuv420p', '-g', '5'];
    await promisify(execFile)('ffmpeg', ['-v', 'error', '-nostdin', '-y', ...grey, ...encode, still]);
    generateSigningKey(join(folder.path, 'node.pem'));
    writeFileSync(join(folder.path, 'secret'), 'not a default');
  });
  afterAll(() => folder.remove());

  test('a still camera is looked at and its pictures stay out of the detector', async () => {
    await writeTinyModel(folder.path, 'sees-people');
    // A zone in the corner, which the model's person in the middle never stands in: nobody is followed there.
    const corner = {
      zones: [
        {
          id: 'all',
          points: [
            [0, 0],
            [0.02, 0],
            [0, 0.02],
          ],
        },
      ],
    };
    const camera = { id: 'still', file: still, more: corner, scene: { looks: { idleMs: 500, busyMs: 500 } } };
    const { node, count } = await startNode(folder.path, [camera], { looks: { busyForMs: 0 } });
    try {
      await until(async () => (await count('maplebridge_gate_looks_total', { reason: 'still' })) >= 4, {
        what: 'looks at a still camera',
      });
      expect(await count('maplebridge_gate_looks_total', { reason: 'changed' })).toBe(0);
      // The first picture, and whoever was seen in it until the tracker has given them up.
      const detected = await count('maplebridge_detected_looks_total');
      expect(detected).toBeGreaterThanOrEqual(1);
    } finally {
      await node.stop();
    }
  });

  test('a busy camera whose scene asks for more than keyframes is decoded continuously, with evidence', async () => {
    await writeTinyModel(folder.path, 'sees-people');
    const camera = { id: 'busy', file: moving, scene: { looks: { idleMs: 500, busyMs: 200 } } };
    const { node, count } = await startNode(folder.path, [camera]);
    try {
      await until(async () => (await count('maplebridge_alerts_total', { phase: 'raised' })) > 0, { what: 'an alert' });
      await until(async () => (await count('maplebridge_looks_total', { result: 'decided' })) >= 20, {
        what: 'twenty looks',
      });
      // Twenty looks within the clip's own pace are more than its keyframes, two a second, could give so soon.
      const units = await count('maplebridge_access_units_total');
      expect(units).toBeGreaterThan(20);
      expect(readdirSync(join(folder.path, 'evidence'), { recursive: true }).length).toBeGreaterThan(0);
    } finally {
      await node.stop();
    }
  });

  test('a node whose model is missing says so, records the blindness, and keeps its cameras', async () => {
    const empty = await tempDir('looks-empty');
    try {
      generateSigningKey(join(empty.path, 'node.pem'));
      writeFileSync(join(empty.path, 'secret'), 'not a default');
      const { node, count } = await startNode(empty.path, [{ id: 'blind', file: still }]);
      try {
        await until(() => node.cameras.get('blind' as never)?.kind === 'streaming', { what: 'the camera' });
        const health = node.health();
        expect(health.state).toBe('degraded');
        expect(health.scenes['zone_intrusion']).toMatch(/^unavailable: /);
        expect(health.problems.join('\n')).toMatch(/model sees-people is unavailable/);
        expect(await count('maplebridge_looks_total')).toBe(0);
        await until(async () => (await count('maplebridge_blind_cameras')) === 1, { what: 'the blindness account' });
      } finally {
        await node.stop();
      }
    } finally {
      await empty.remove();
    }
  });
});
