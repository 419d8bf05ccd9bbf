import { copyFile, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import type { AccessUnit } from '../../src/domain/access-unit.ts';
import type { CameraState } from '../../src/domain/camera.ts';
import type { CameraId } from '../../src/domain/ids.ts';
import { ConnectGate } from '../../src/edge/ingest/connect-gate.ts';
import { type OpenCameraOptions, openCamera } from '../../src/edge/ingest/open-camera.ts';
import type { RtspCamera } from '../../src/edge/ingest/rtsp-camera.ts';
import { cameraSourceSchema } from '../../src/edge/ingest/source-config.ts';
import { systemClock } from '../../src/lib/clock.ts';
import { createLogger } from '../../src/lib/log.ts';
import { FakeOnvifDevice } from '../support/fake-onvif-device.ts';
import { interleaved, nal, rtp, stapA } from '../support/rtp-builder.ts';
import { startRtspScript } from '../support/scripted-rtsp-server.ts';
import { tempDir } from '../support/temp-dir.ts';
import { makeTestClip, type TestClip } from '../support/test-clip.ts';
import { until } from '../support/until.ts';

const cleanup: (() => Promise<void>)[] = [];
let dir: Awaited<ReturnType<typeof tempDir>>;
let clip: TestClip;

beforeAll(async () => {
  dir = await tempDir('sources');
  clip = await makeTestClip(dir.path, { seconds: 1 });
});
afterAll(() => dir.remove());
afterEach(async () => {
  for (const step of cleanup.splice(0).reverse()) await step();
});

/** Opens a source as the edge does, with short waits. */
async function open(source: Record<string, unknown>, over: Partial<OpenCameraOptions> = {}) {
  const units: AccessUnit[] = [];
  const states: CameraState[] = [];
  const camera = openCamera({
    id: 'cam-1' as CameraId,
    stream: cameraSourceSchema.parse(source),
    clock: systemClock,
    log: createLogger('test'),
    keep: { maxBytes: 1_000_000, maxMs: 5_000 },
    ...over,
    onAccessUnit: (unit) => units.push(unit),
    onState: (state) => states.push(state),
  });
  cleanup.push(() => camera.stop());
  await camera.start(new AbortController().signal);
  const waiting = (reason: string) =>
    until(() => states.find((state) => state.kind === 'waiting' && state.reason === reason), { what: reason });
  return { camera, units, states, waiting };
}

describe('a file as a camera', () => {
  test('plays in real time, over and over, with time going on', async () => {
    const { camera, units, states } = await open({ file: clip.file });
    await until(() => units.length >= 25, { what: 'two and a half plays of a second' });
    const [first] = units;
    expect(first).toMatchObject({ codec: 'h264', keyframe: true, ptsMs: 0, cameraId: 'cam-1' });
    expect(first?.data.subarray(0, 4)).toEqual(Buffer.from([0, 0, 0, 1]));
    expect([6, 7, 9]).toContain((first?.data[4] ?? 0) & 0x1f);
    expect(units.slice(0, 25).map(({ ptsMs }) => Math.round(ptsMs / 100))).toEqual([...Array(25).keys()]);
    expect(units.slice(0, 25).map(({ keyframe }) => keyframe)).toEqual([...Array(25).keys()].map((at) => at % 5 === 0));
    const tookMs = (units[24]?.receivedAt ?? 0) - (first?.receivedAt ?? 0);
    expect(tookMs).toBeGreaterThan(2_200);
    expect(states.map(({ kind }) => kind)).toEqual(['connecting', 'streaming']);
    expect(camera.latestKeyframe()?.keyframe).toBe(true);
    expect(camera.recent?.clip(0, Date.now())[0]).toEqual(first);
  });

  test('ends where it does not loop', async () => {
    const { camera, units } = await open({ file: clip.file, loop: false });
    await until(() => camera.state.kind === 'stopped', { what: 'the end' });
    expect(units).toHaveLength(clip.frames);
  });

  test('a folder is played file by file, by name, other files left out', async () => {
    const folder = join(dir.path, 'folder');
    await mkdir(folder);
    await copyFile(clip.file, join(folder, 'b.mp4'));
    await copyFile(clip.file, join(folder, 'a.MP4'));
    await writeFile(join(folder, 'notes.txt'), 'not a video');
    const { camera, units } = await open({ directory: folder, loop: false });
    await until(() => camera.state.kind === 'stopped', { what: 'the end' });
    expect(units.map(({ ptsMs }) => Math.round(ptsMs / 100))).toEqual([...Array(2 * clip.frames).keys()]);
  });

  test('one that is not there, is none or is empty is a state with its reason', async () => {
    expect(await (await open({ file: join(dir.path, 'no.mp4') })).waiting('unreachable')).toMatchObject({
      detail: 'no.mp4: the file cannot be read as video',
    });
    const text = join(dir.path, 'text.mp4');
    await writeFile(text, 'this is text');
    await (await open({ file: text })).waiting('unreachable');
    await (await open({ directory: join(dir.path, 'nowhere') })).waiting('unreachable');
    await mkdir(join(dir.path, 'empty'));
    await (await open({ directory: join(dir.path, 'empty') })).waiting('no-video-track');
  });
});

describe('what nobody wants', () => {
  const keyframes = { wanted: (kind: string) => kind === 'keyframe' };
  const stream = async () => {
    const packet = (sequence: number, payload: Buffer) =>
      interleaved(0, rtp({ sequence, timestamp: sequence * 3000, marker: true, payload }));
    const units = [
      stapA(nal.sps(), nal.pps(), nal.idr()),
      nal.slice(),
      nal.slice(),
      stapA(nal.sps(), nal.pps(), nal.idr()),
    ];
    const bytes = Buffer.concat(units.map((payload, index) => packet(index + 1, payload)));
    const server = await startRtspScript({ onPlay: (socket) => void socket.write(bytes) });
    cleanup.push(() => server.stop());
    return { url: server.url };
  };

  test('is dropped, and the camera is seen all the same', async () => {
    const { camera, units } = await open(await stream(), { ...keyframes, keep: { maxBytes: 0, maxMs: 1_000 } });
    await until(() => units.length === 2, { what: 'both keyframes' });
    expect(units.every(({ keyframe }) => keyframe)).toBe(true);
    expect(camera.recent).toBeUndefined();
    expect((camera as RtspCamera).counters).toMatchObject({ accessUnits: 4, passedUnits: 2 });
  });

  test('is kept where a recent past is kept', async () => {
    const { camera, units } = await open(await stream(), keyframes);
    await until(() => units.length === 4, { what: 'all pictures' });
    expect(camera.recent?.size).toBe(4);
    expect((camera as RtspCamera).counters).toMatchObject({ accessUnits: 4, passedUnits: 0 });
  });

  test('a camera of which nothing is wanted is streaming', async () => {
    const { camera, units } = await open(await stream(), { wanted: () => false, keep: { maxBytes: 0, maxMs: 1_000 } });
    await until(() => camera.state.kind === 'streaming', { what: 'the state' });
    expect(units).toEqual([]);
  });
});

describe('a camera found over ONVIF', () => {
  const device = async (url: string) => {
    const sub = { token: 'sub', name: 'sub', encoding: 'H264', width: 640, height: 360, fps: 10, url };
    const made = await new FakeOnvifDevice({ profiles: [sub] }).start();
    cleanup.push(() => made.stop());
    return made;
  };
  const quick = { retryMinMs: 20, retryMaxMs: 40, responseTimeoutMs: 1_000 };
  const source = (onvif: FakeOnvifDevice, over = {}) => ({
    onvif: { host: '127.0.0.1', port: onvif.port, ...over },
    ...quick,
  });
  const rtsp = async () => {
    const keyframe = stapA(nal.sps(), nal.pps(), nal.idr());
    const packet = interleaved(0, rtp({ sequence: 1, timestamp: 0, marker: true, payload: keyframe }));
    const made = await startRtspScript({ onPlay: (socket) => void socket.write(packet) });
    cleanup.push(() => made.stop());
    return made;
  };

  test('is asked for its address, and streams from there', async () => {
    const server = await rtsp();
    const { camera, units } = await open(source(await device(server.url)));
    await until(() => units.length > 0, { what: 'a picture' });
    expect(camera.latestKeyframe()).toBe(units[0]);
  });

  test('is asked again after a failure: an address that changed is followed', async () => {
    // Nobody listens on port 1, whatever ports the servers of this machine get.
    const onvif = await device('rtsp://127.0.0.1:1/old');
    const { units, waiting } = await open(source(onvif));
    await waiting('unreachable');
    const server = await rtsp();
    onvif.options = { profiles: onvif.options.profiles.map((each) => ({ ...each, url: server.url })) };
    await until(() => units.length > 0, { what: 'a picture from the new address' });
  });

  test('keepHost puts the known address in place of the one it names', async () => {
    const server = await rtsp();
    const onvif = await device(server.url.replace('127.0.0.1', '10.255.255.1'));
    const { units } = await open(source(onvif, { keepHost: true }));
    await until(() => units.length > 0, { what: 'a picture' });
  });

  test('that refuses is a state with its reason; stopping while it is asked leaves nothing behind', async () => {
    const onvif = await device('rtsp://127.0.0.1/x');
    const { waiting } = await open(source(onvif, { profile: 'other' }));
    expect(await waiting('refused')).toMatchObject({ detail: 'no profile "other"; it has: sub, sub' });
    onvif.options = { ...onvif.options, silent: true };
    const gate = new ConnectGate({ clock: systemClock, perSecond: 100, atOnce: 1 });
    const { camera } = await open(source(onvif), { gate });
    expect(gate.counts.underWay).toBe(1);
    await camera.stop();
    expect(gate.counts.underWay).toBe(0);
    expect(camera.state).toEqual({ kind: 'stopped' });
  });
});
