import { createHash } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { systemClock } from '../../src/lib/clock.ts';
import { createLogger } from '../../src/lib/log.ts';
import { CameraFarm, type CameraFarmOptions } from '../../src/simulator/camera-farm.ts';
import { CameraUnderTest, type CameraUnderTestOptions } from '../support/camera-under-test.ts';
import { sharedDir } from '../support/shared.ts';
import { makeTestClip, type TestClip } from '../support/test-clip.ts';

const log = createLogger('test');
const signal = new AbortController().signal;

async function withFarm<T>(cameras: CameraFarmOptions['cameras'], use: (farm: CameraFarm) => Promise<T>): Promise<T> {
  const farm = new CameraFarm({ host: '127.0.0.1', port: 0, cameras, clock: systemClock, log });
  await farm.start(signal);
  try {
    return await use(farm);
  } finally {
    await farm.stop();
  }
}

/** Watches a camera until so many pictures have come. */
async function watch(url: string, count: number, options: CameraUnderTestOptions = {}): Promise<CameraUnderTest> {
  const cam = await new CameraUnderTest(url, options).start();
  try {
    await cam.received(count, 20_000);
    return cam;
  } finally {
    await cam.camera.stop();
  }
}

const digestOf = (data: Buffer) => createHash('sha256').update(data).digest('hex');

describe('camera farm', () => {
  let folder: string;
  let clip: TestClip;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'maplebridge-farm-'));
    clip = await makeTestClip(folder);
  });
  afterAll(() => rm(folder, { recursive: true }));

  test('plays a file over and over in real time, whole', async () => {
    await withFarm([{ path: '/a', file: clip.file, loop: true }], async (farm) => {
      const { units, camera } = await watch(farm.url('/a'), clip.frames + 6);
      expect(camera.counters).toMatchObject({ lostPackets: 0, damagedUnits: 0, skippedUnits: 0, malformedPackets: 0 });
      expect(units.map((unit) => Math.round(unit.ptsMs))).toEqual(units.map((_, index) => index * 100));
      expect(units.map((unit) => unit.keyframe)).toEqual(units.map((_, index) => index % clip.keyframeEvery === 0));
      expect(units.slice(clip.frames).map((unit) => digestOf(unit.data))).toEqual(
        units.slice(0, units.length - clip.frames).map((unit) => digestOf(unit.data)),
      );
      const [first] = units;
      const last = units.at(-1);
      const realMs = (last?.receivedAt ?? 0) - (first?.receivedAt ?? 0);
      expect(Math.abs(realMs - (last?.ptsMs ?? 0))).toBeLessThan(1000);
      for (const unit of units) expect(Math.abs((unit.ntpMs ?? 0) - unit.receivedAt)).toBeLessThan(1000);
    });
  });

  test('starts every client at the beginning, with Digest credentials where asked', async () => {
    const locked = { path: '/b', file: clip.file, loop: false, username: 'admin', password: 'p@ss' };
    await withFarm([{ path: '/a', file: clip.file, loop: true }, locked], async (farm) => {
      const early = await new CameraUnderTest(farm.url('/a')).start();
      await early.received(4);
      const late = await watch(farm.url('/a'), 2);
      const authorized = await watch(farm.url('/b').replace('//', '//admin:p%40ss@'), clip.frames);
      await early.camera.stop();
      const firsts = [early, late, authorized].map((cam) => digestOf(cam.units[0]?.data ?? Buffer.alloc(0)));
      expect(new Set(firsts).size).toBe(1);
      expect(farm.counters.unitsSent).toBeGreaterThan(clip.frames);
    });
  });

  test('ends a clip that does not loop', async () => {
    await withFarm([{ path: '/a', file: clip.file, loop: false }], async (farm) => {
      const cam = await new CameraUnderTest(farm.url('/a'), {
        stream: { retryMinMs: 60_000, retryMaxMs: 60_000 },
      }).start();
      await cam.blind('closed-by-server');
      expect(cam.units).toHaveLength(clip.frames);
      await cam.camera.stop();
    });
  });

  test('sends B-frames in coding order with the time they are shown', async () => {
    const bFrames = await makeTestClip(folder, { bFrames: 2 });
    await withFarm([{ path: '/a', file: bFrames.file, loop: false }], async (farm) => {
      const { units } = await watch(farm.url('/a'), 15);
      const times = units.map((unit) => Math.round(unit.ptsMs));
      expect(times).not.toEqual([...times].sort((a, b) => a - b));
      expect(new Set(times).size).toBe(times.length);
    });
  });

  test('refuses to start on a file that is no video', async () => {
    const file = join(folder, 'text.mp4');
    await writeFile(file, 'no video');
    const farm = new CameraFarm({
      host: '127.0.0.1',
      port: 0,
      cameras: [{ path: '/a', file, loop: true }],
      clock: systemClock,
      log,
    });
    await expect(farm.start(signal)).rejects.toMatchObject({ code: 'MB_MISSING_PART' });
    await farm.stop();
  });

  test.skipIf(sharedDir === undefined)('shared footage: street-parked.mp4', async () => {
    const file = join(sharedDir ?? '', 'footage/street-parked.mp4');
    await withFarm([{ path: '/street', file, loop: true }], async (farm) => {
      const { units } = await watch(farm.url('/street'), 65);
      const keyframes = units.filter((unit) => unit.keyframe);
      expect(keyframes.map((unit) => Math.round(unit.ptsMs))).toEqual([0, 2000, 4000]);
      for (const unit of units) expect(unit.ntpMs).toBeDefined();
    });
  });
});
