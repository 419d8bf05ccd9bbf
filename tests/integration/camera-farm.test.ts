import { createHash } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { systemClock } from '../../src/lib/clock.ts';
import { createLogger } from '../../src/lib/log.ts';
import { CameraFarm, type CameraFarmOptions } from '../../src/simulator/camera-farm.ts';
import { parseFault } from '../../src/simulator/fault-spec.ts';
import { CameraUnderTest, type CameraUnderTestOptions } from '../support/camera-under-test.ts';
import { sharedDir } from '../support/shared.ts';
import { makeTestClip, type TestClip } from '../support/test-clip.ts';

const log = createLogger('test');
const signal = new AbortController().signal;

async function withFarm<T>(
  cameras: CameraFarmOptions['cameras'],
  use: (farm: CameraFarm) => Promise<T>,
  options: Partial<CameraFarmOptions> = {},
): Promise<T> {
  const farm = new CameraFarm({ host: '127.0.0.1', port: 0, cameras, clock: systemClock, log, ...options });
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

const faultOf = (text: string) => {
  const fault = parseFault(text);
  if (typeof fault === 'string') throw new Error(fault);
  return fault;
};
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

  test('a live camera is joined mid-stream at a keyframe and shows every client the same moment', async () => {
    const camera = { path: '/a', file: clip.file, loop: true, live: true };
    await withFarm([camera], async (farm) => {
      const [one, two] = await Promise.all([watch(farm.url('/a'), 12), watch(farm.url('/a'), 12)]);
      for (const cam of [one, two]) {
        expect(cam.units[0]?.keyframe).toBe(true);
        expect(cam.camera.counters).toMatchObject({ lostPackets: 0, damagedUnits: 0, skippedUnits: 0 });
      }
      const shown = new Map(one.units.map((unit) => [unit.rtpTimestamp, digestOf(unit.data)]));
      const same = two.units.filter((unit) => shown.get(unit.rtpTimestamp) === digestOf(unit.data));
      expect(same.length).toBeGreaterThan(5);
    });
  });

  test('many cameras of one file start at places and times of their own', async () => {
    const cameras = Array.from({ length: 20 }, (_, index) => ({
      path: `/${index}`,
      file: clip.file,
      loop: true,
      live: true,
    }));
    await withFarm(cameras, async (farm) => {
      const cams = await Promise.all(cameras.map(({ path }) => watch(farm.url(path), 6)));
      expect(new Set(cams.map(({ units }) => units[0]?.rtpTimestamp)).size).toBe(cams.length);
      expect(new Set(cams.map(({ units }) => digestOf(units[0]?.data ?? Buffer.alloc(0)))).size).toBeGreaterThan(2);
    });
  });

  test('what a live camera with an offset shows follows from the time of day', async () => {
    const offsets = [0, 300, 1_700];
    const cameras = offsets.map((offsetMs) => ({
      path: `/${offsetMs}`,
      file: clip.file,
      loop: true,
      live: true,
      offsetMs,
    }));
    const lengthMs = (clip.frames / clip.fps) * 1000;
    await withFarm(cameras, async (farm) => {
      const cams = await Promise.all(cameras.map(({ path }) => watch(farm.url(path), 12)));
      const shown = new Map<number, Set<string>>();
      for (const [index, { units }] of cams.entries()) {
        for (const { ntpMs, data, keyframe } of units) {
          const place = ((ntpMs ?? Number.NaN) + (offsets[index] ?? 0)) % lengthMs;
          const frame = Math.round((place * clip.fps) / 1000) % clip.frames;
          shown.set(frame, (shown.get(frame) ?? new Set()).add(digestOf(data)));
          expect(frame % clip.keyframeEvery === 0).toBe(keyframe);
        }
      }
      expect([...shown.values()].every(({ size }) => size === 1)).toBe(true);
      expect(shown.size).toBeGreaterThanOrEqual(12);
    });
  });

  test.each([
    ['drop:every=1s', 'closed-by-server'],
    ['wrong-auth:every=1s,for=1s', 'unauthorized'],
    ['stall:every=1s,for=5s', 'stalled'],
  ] as const)('%s is met as it is in the field, and gone again', async (text, reason) => {
    await withFarm(
      [{ path: '/a', file: clip.file, loop: true, live: true }],
      async (farm) => {
        const cam = await new CameraUnderTest(farm.url('/a'), { stream: { stalledAfterMs: 2000 } }).start();
        await cam.blind(reason, 20_000);
        const before = cam.units.length;
        await cam.received(before + 1, 20_000);
        await cam.camera.stop();
        expect(Object.values(farm.counters.faults).some((count) => count > 0)).toBe(true);
      },
      { faults: [faultOf(text)], seed: 1 },
    );
  });

  test('loss, reordering, another resolution and clock jumps never end a stream', async () => {
    const otherFile = (await makeTestClip(folder, { seconds: 3 })).file;
    const faults = [
      'loss:every=2s,for=300ms,rate=0.3',
      'reorder:every=2s,for=300ms,rate=0.5',
      'resolution:every=1s,for=1s',
      'clock-jump:every=1s,by=1h',
    ];
    await withFarm(
      [{ path: '/a', file: clip.file, otherFile, loop: true, live: true }],
      async (farm) => {
        const cam = await watch(farm.url('/a'), 50);
        const { lostPackets, damagedUnits, skippedUnits } = cam.camera.counters;
        expect(lostPackets).toBeGreaterThan(0);
        expect(damagedUnits + skippedUnits).toBeGreaterThan(0);
        expect(cam.states.filter(({ kind }) => kind === 'waiting')).toEqual([]);
      },
      { faults: faults.map(faultOf), seed: 2 },
    );
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
