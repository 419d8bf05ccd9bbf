import { execFile } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Alert } from '../../../src/domain/alert.ts';
import { edgeSchema } from '../../../src/edge/config.ts';
import { EdgeNode } from '../../../src/edge/edge-node.ts';
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

const run = promisify(execFile);

let folder: Awaited<ReturnType<typeof tempDir>>;
let small: string;
let large: string;
/** The model's person stands with its feet in this picture; in one that is wide they are cut off. */
let tall: string;

beforeAll(async () => {
  folder = await tempDir('incident-evidence');
  small = (await makeTestClip(folder.path, { seconds: 4 })).file;
  large = await testFilm('large', '640x480');
  tall = await testFilm('tall', '240x320');
  generateSigningKey(join(folder.path, 'node.pem'));
  writeFileSync(join(folder.path, 'secret'), 'not a default');
  await writeTinyModel(folder.path, 'sees-people');
});
afterAll(() => folder.remove());

async function testFilm(name: string, size: string): Promise<string> {
  const file = join(folder.path, `${name}.mp4`);
  const input = ['-f', 'lavfi', '-i', `testsrc2=size=${size}:rate=10:duration=8`];
  const encode = ['-c:v', 'libx264', '-preset', 'veryfast', '-pix_fmt', 'yuv420p', '-g', '5', '-bf', '0'];
  await run('ffmpeg', ['-v', 'error', '-nostdin', '-y', ...input, ...encode, file]);
  return file;
}

/** The alerts in the outbox of a node that sees a person in the middle of everything; its broker is away. */
async function watch<T>(
  cameras: readonly object[],
  more: object,
  use: (alerts: () => Alert[]) => Promise<T>,
): Promise<T> {
  const dir = await tempDir('incident-node');
  const outbox = { path: join(dir.path, 'outbox.db'), evidenceDir: join(folder.path, 'evidence') };
  const keyFile = join(folder.path, 'node.pem');
  const broker = {
    url: `mqtt://127.0.0.1:${await freePort()}`,
    username: 'n',
    password: { file: join(folder.path, 'secret') },
  };
  const place = { id: 'cam', name: 'cam', division: '330503', lat: 30, lon: 120, stream: { file: small } };
  const points = [
    [0, 0],
    [1, 0],
    [1, 1],
    [0, 1],
  ];
  const scenes = { zone_intrusion: { zones: ['all'], dwellMs: 3_000, looks: { idleMs: 500, busyMs: 500 } } };
  const config = edgeSchema.parse({
    ...{ site: 'test', node: 'edge-1', keyFile, detect: { models: [{ id: 'sees-people' }] } },
    publish: { broker, outbox },
    evidence: { clip: { beforeMs: 2_000, afterMs: 1_000 } },
    cameras: cameras.map((camera) => ({ ...place, zones: [{ id: 'all', points }], scenes, ...camera })),
    ...more,
  });
  const node = new EdgeNode({
    config,
    key: loadSigningKey(keyFile),
    models: { manifest: tinyManifest(), mirror: folder.path, cacheDir: join(folder.path, 'cache') },
    clock: systemClock,
    log: createLogger('test'),
    metrics: new Metrics(),
  });
  await node.start(new AbortController().signal);
  const database = new DatabaseSync(outbox.path, { readOnly: true });
  const alerts = () =>
    database
      .prepare('SELECT body FROM alert ORDER BY n')
      .all()
      .map((row) => JSON.parse(String(row['body'])) as Alert);
  try {
    return await use(alerts);
  } finally {
    database.close();
    await node.stop();
    await dir.remove();
  }
}

const kindsOf = ({ evidence }: Alert) => evidence.map(({ kind }) => kind);

async function probe(alert: Alert): Promise<{ size: string; seconds: number; complaints: string }> {
  const file = new ContentStore(join(folder.path, 'evidence')).path(alert.evidence[0]?.sha256 ?? ('' as never));
  const ask = ['-show_entries', 'stream=width,height:format=duration', '-of', 'json'];
  const told = JSON.parse((await run('ffprobe', ['-v', 'error', ...ask, file])).stdout);
  const decoded = await run('ffmpeg', ['-v', 'error', '-nostdin', '-i', file, '-f', 'null', '-']);
  const [{ width, height }] = told.streams;
  return { size: `${width}x${height}`, seconds: Number(told.format.duration), complaints: decoded.stderr };
}

describe('the evidence of an incident', () => {
  test.each([
    { what: 'substream', camera: () => ({}), size: '320x240' },
    { what: 'main stream', camera: () => ({ mainStream: { file: large } }), size: '640x480' },
  ])('start and trigger at once, the clip of the $what when it is complete', async ({ camera, size }) => {
    await watch([camera()], {}, async (alerts) => {
      const clip = await until(() => alerts().find((alert) => kindsOf(alert).includes('clip')), {
        what: 'a clip',
        timeoutMs: 60_000,
      });
      const raised = alerts().find(({ phase }) => phase === 'raised');
      expect(raised && kindsOf(raised)).toEqual(['start', 'trigger']);
      const [start, trigger] = raised?.evidence ?? [];
      expect(start?.originalSha256).not.toBe(trigger?.originalSha256);
      expect(clip).toMatchObject({ phase: 'updated', incidentId: raised?.incidentId });
      expect(clip.evidence).toMatchObject([{ kind: 'clip', mediaType: 'video/mp4' }]);
      const shown = await probe(clip);
      expect(shown).toMatchObject({ size, complaints: '' });
      expect(shown.seconds).toBeGreaterThan(2);
      expect(shown.seconds).toBeLessThan(4.5);
    });
  });

  test('two calibrated cameras that see the same person have one incident, with pictures of both', async () => {
    // A yard of 20 m by 10 m, which each sees from the same side.
    const ground = {
      points: [
        { picture: [0.1, 0.95], east: -5, north: 6 },
        { picture: [0.9, 0.95], east: 5, north: 6 },
        { picture: [0.3, 0.2], east: -5, north: 26 },
        { picture: [0.7, 0.2], east: 5, north: 26 },
      ],
    };
    const yard = { ground, stream: { file: tall } };
    await watch([yard, { ...yard, id: 'cam-2' }], {}, async (alerts) => {
      const seen = () => new Set(alerts().map(({ camera }) => camera.id));
      await until(() => seen().size === 2, { what: 'alerts of both cameras', timeoutMs: 60_000 });
      const [raised, ...others] = alerts();
      expect(raised?.phase).toBe('raised');
      expect(new Set(others.map(({ phase }) => phase))).toEqual(new Set(['updated']));
      expect(new Set(alerts().map(({ incidentId }) => incidentId)).size).toBe(1);
      expect(new Set(alerts().map(({ trace }) => trace.traceparent)).size).toBe(1);
      const joined = others.find(({ camera }) => camera.id !== raised?.camera.id);
      expect(joined && kindsOf(joined)).toEqual(['start', 'trigger']);
    });
  });

  test('a node without memory for clips has none, and its alerts go out all the same', async () => {
    await watch(
      [{}],
      { evidence: { clip: { nodeBytes: 0, afterMs: 0 }, startFrames: { maxCount: 0 } } },
      async (alerts) => {
        const raised = await until(() => alerts().find(({ phase }) => phase === 'raised'), { what: 'an alert' });
        expect(kindsOf(raised)).toEqual(['trigger']);
      },
    );
  });
});
