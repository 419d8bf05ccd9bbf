import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import type { AccessUnit } from '../../src/domain/access-unit.ts';
import type { CameraState } from '../../src/domain/camera.ts';
import type { CameraId } from '../../src/domain/ids.ts';
import { cameraStreamSchema } from '../../src/edge/ingest/config.ts';
import type { IngestPool } from '../../src/edge/ingest/ingest-pool.ts';
import { lifeDefaults } from '../../src/edge/ingest/life-config.ts';
import { ingestSchema } from '../../src/edge/ingest/shard-config.ts';
import { createIngestPool, type ShardedIngestOptions } from '../../src/edge/ingest/shard-pool.ts';
import { systemClock } from '../../src/lib/clock.ts';
import { createLogger } from '../../src/lib/log.ts';
import { Metrics } from '../../src/lib/metrics.ts';
import { FarmProcess } from '../support/farm-process.ts';
import { until } from '../support/until.ts';

const cameras = 50;
const faultWorker = new URL('../support/shard-fault-worker.ts', import.meta.url);
const quick = { retryMinMs: 50, retryMaxMs: 500, responseTimeoutMs: 2000 };

let farm: FarmProcess;
const started: IngestPool[] = [];

beforeAll(async () => {
  farm = await new FarmProcess({ cameras }).start();
});
afterEach(async () => {
  await Promise.all(started.splice(0).map((pool) => pool.stop()));
});
afterAll(() => farm.kill());

/** A pool that watches the whole farm, and all it said. */
async function watchFarm(shards: number, options: Partial<ShardedIngestOptions> = {}) {
  const units: AccessUnit[] = [];
  const states: { camera: CameraId; state: CameraState }[] = [];
  const pool = createIngestPool({
    config: ingestSchema.parse({ shards }),
    life: lifeDefaults,
    clock: systemClock,
    log: createLogger('test'),
    handler: {
      onAccessUnit: (unit) => void units.push(unit),
      onState: (camera, state) => void states.push({ camera, state }),
    },
    ...options,
  });
  started.push(pool);
  await pool.start(new AbortController().signal);
  const sources = farm.urls.map((url, index) => ({
    id: `cam-${index + 1}` as CameraId,
    stream: cameraStreamSchema.parse({ url, ...quick }),
  }));
  await Promise.all(sources.map((source) => pool.add(source)));
  const streaming = () => [...pool.cameras.values()].filter(({ kind }) => kind === 'streaming').length;
  const all = (what = `${cameras} cameras streaming`) =>
    until(() => streaming() === cameras, { timeoutMs: 40_000, what });
  await all();
  return { pool, units, states, streaming, all };
}

describe.each([0, 1, 2])('ingest with %i threads', (shards) => {
  test('hands on the keyframes of every camera whole, and counts the rest', async () => {
    const metrics = new Metrics();
    const { pool, units } = await watchFarm(shards, { metrics });
    units.length = 0;
    await until(() => new Set(units.map(({ cameraId }) => cameraId)).size === cameras, {
      timeoutMs: 20_000,
      what: 'a keyframe of every camera',
    });
    for (const unit of units) {
      expect(unit.keyframe).toBe(true);
      expect(unit.data.readUInt32BE(0)).toBe(1);
      expect((unit.data[4] ?? 0) & 0x1f).toBe(7);
    }
    await pool.refresh();
    for (const id of pool.cameras.keys()) {
      const counted = pool.counters(id);
      expect(counted?.accessUnits).toBeGreaterThan(counted?.keyframes ?? Number.POSITIVE_INFINITY);
      expect(counted).toMatchObject({ lostPackets: 0, damagedUnits: 0, malformedPackets: 0 });
    }
    expect(pool.drops).toEqual({ units: 0, shardRestarts: 0 });
    await until(
      async () => (await metrics.registry.metrics()).includes('maplebridge_ingest_streaming{camera="cam-50"} 1'),
      {
        what: 'metrics of the cameras',
      },
    );
  });

  test('hands on what is wanted from now on', async () => {
    const { pool, units } = await watchFarm(shards);
    const [all, none] = ['cam-1', 'cam-2'] as CameraId[];
    pool.want(all as CameraId, 'all');
    pool.want(none as CameraId, 'none');
    await until(() => units.some(({ cameraId, keyframe }) => cameraId === all && !keyframe), { what: 'inter frames' });
    units.length = 0;
    await until(() => units.filter(({ cameraId }) => cameraId === all).length > 40, { what: 'more of them' });
    expect(units.some(({ cameraId }) => cameraId === none)).toBe(false);
  });

  test('hands keyframes on at the pace asked for, and gives the newest one still', async () => {
    const { pool, units } = await watchFarm(shards);
    const [paced, shed] = ['cam-1', 'cam-2'] as [CameraId, CameraId];
    await until(() => units.filter(({ cameraId }) => cameraId === paced).length >= 3, { what: 'its own interval' });
    pool.want(paced, 'keyframes', { everyMs: 60_000 });
    pool.want(shed, 'keyframes', { everyMs: Number.POSITIVE_INFINITY });
    await pool.refresh();
    units.length = 0;
    const began = Date.now();
    const passed = pool.counters(paced)?.passedUnits ?? 0;
    const newest = await until(
      async () => {
        const unit = await pool.latestKeyframe(paced);
        return (unit?.receivedAt ?? 0) > began ? unit : undefined;
      },
      { what: 'a keyframe newer than those handed on' },
    );
    expect(newest).toMatchObject({ cameraId: paced, keyframe: true });
    await pool.refresh();
    expect(pool.counters(paced)?.passedUnits).toBeGreaterThan(passed);
    expect(units.some(({ cameraId }) => cameraId === paced || cameraId === shed)).toBe(false);
    pool.want(shed, 'keyframes', { everyMs: 60_000 });
    await until(() => units.some(({ cameraId }) => cameraId === shed), { what: 'the very next keyframe' });
  });

  test('gives the newest keyframe and the recent past when asked', async () => {
    const keep = { maxBytes: 2 ** 20, maxMs: 5_000 };
    const { pool } = await watchFarm(shards, { life: { ...lifeDefaults, keep } });
    const id = 'cam-3' as CameraId;
    pool.want(id, 'none');
    const began = Date.now();
    expect(await pool.latestKeyframe(id)).toMatchObject({ cameraId: id, keyframe: true });
    expect((await pool.latestKeyframe(id))?.data.length).toBeGreaterThan(1000);
    const clip = await until(
      async () => {
        const units = await pool.clip(id, began, Number.POSITIVE_INFINITY);
        return units.length > 40 ? units : undefined;
      },
      { what: 'a clip of 40 pictures' },
    );
    expect(clip[0]?.keyframe).toBe(true);
    for (const unit of clip) expect(unit.data.length).toBeGreaterThan(0);
    const nowhere = 'nowhere' as CameraId;
    expect([await pool.latestKeyframe(nowhere), await pool.clip(nowhere, 0, 1)]).toEqual([undefined, []]);
  });

  test('refuses an address that is none and an id that is there, forgets what is removed', async () => {
    const { pool, streaming } = await watchFarm(shards);
    const stream = cameraStreamSchema.parse({ url: farm.urls[0] });
    await expect(pool.add({ id: 'cam-1' as CameraId, stream })).rejects.toMatchObject({ code: 'MB_CONFIG_INVALID' });
    const bad = { id: 'cam-bad' as CameraId, stream: { ...stream, url: 'http://nowhere' } };
    await expect(pool.add(bad)).rejects.toMatchObject({ code: 'MB_CONFIG_INVALID' });
    await pool.remove('cam-1' as CameraId);
    await pool.remove('cam-1' as CameraId);
    expect(pool.cameras.size).toBe(cameras - 1);
    expect(streaming()).toBe(cameras - 1);
    await pool.stop();
    expect(streaming()).toBe(0);
  });

  test('comes back when the server was killed and started again, each time', async () => {
    const { states, streaming, all } = await watchFarm(shards);
    for (let round = 0; round < 2; round += 1) {
      await farm.kill();
      await until(() => streaming() === 0, { what: 'every camera to be known as blind' });
      await farm.start();
      await all('all cameras back');
    }
    const blind = states.filter(({ state }) => state.kind === 'waiting').map(({ camera }) => camera);
    expect(new Set(blind).size).toBe(cameras);
  });
});

describe('a consumer that is slow', () => {
  test('delays no socket: what it misses is dropped and counted, pictures keep coming', async () => {
    const config = ingestSchema.parse({ shards: 1, mailboxUnits: 8 });
    const { pool, units } = await watchFarm(1, { config });
    await pool.refresh();
    const before = pool.counters('cam-1' as CameraId)?.accessUnits ?? 0;
    const blockedMs = 6_000;
    const end = performance.now() + blockedMs;
    while (performance.now() < end) Math.random();
    units.length = 0;
    await pool.refresh();
    const during = (pool.counters('cam-1' as CameraId)?.accessUnits ?? 0) - before;
    expect(during).toBeGreaterThan((blockedMs / 1000) * 15 * 0.8);
    expect(pool.drops.units).toBeGreaterThan(cameras);
    for (const id of pool.cameras.keys()) expect(pool.counters(id)).toMatchObject({ lostPackets: 0, damagedUnits: 0 });
    await until(() => units.length > cameras, { what: 'new keyframes' });
  });

  test('that throws stops nothing and is counted', async () => {
    let calls = 0;
    const { pool } = await watchFarm(1, {
      handler: {
        onAccessUnit() {
          calls += 1;
          throw new Error('consumer broken on purpose');
        },
        onState() {
          throw new Error('consumer broken on purpose');
        },
      },
    });
    await until(() => calls > 2 * cameras, { what: 'keyframes in spite of it' });
    expect(pool.counters('cam-1' as CameraId)?.consumerErrors).toBeGreaterThan(0);
  });
});

describe('an ingest thread', () => {
  test.each(['die', 'throw', 'hang'])(
    'that is made to %s is replaced, and its cameras are accounted for',
    async (how) => {
      const { pool, states, all } = await watchFarm(2, { workerFile: faultWorker, aliveEveryMs: 1_100 });
      await pool.refresh();
      const before = pool.counters('cam-1' as CameraId)?.accessUnits ?? 0;
      states.length = 0;
      pool.want('cam-1' as CameraId, 'all');
      await pool.add({ id: how as CameraId, stream: cameraStreamSchema.parse({ url: farm.urls[0], ...quick }) });
      pool.want(how as CameraId, 'all');
      await until(() => pool.drops.shardRestarts === 1, { timeoutMs: 20_000, what: 'the death to be noticed' });
      const blind = states.flatMap(({ camera, state }) =>
        state.kind === 'waiting' && state.reason === 'stopped' ? [camera] : [],
      );
      expect(blind.length).toBeGreaterThanOrEqual(cameras / 2);
      expect(blind.length).toBeLessThanOrEqual(cameras / 2 + 1);
      await pool.remove(how as CameraId);
      await all('all cameras back');
      await pool.refresh();
      expect(pool.counters('cam-1' as CameraId)?.accessUnits).toBeGreaterThanOrEqual(before);
      expect(pool.drops.shardRestarts).toBe(1);
    },
  );
});
