import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import { CameraUnderTest, type CameraUnderTestOptions } from '../support/camera-under-test.ts';
import { countPictures } from '../support/count-pictures.ts';
import { type GstRtspServer, type GstRtspServerOptions, startGstRtspServer } from '../support/gst-rtsp-server.ts';
import { sharedDir } from '../support/shared.ts';
import { makeTestClip } from '../support/test-clip.ts';

let server: GstRtspServer | undefined;
let cam: CameraUnderTest | undefined;

afterEach(async () => {
  await cam?.camera.stop();
  await server?.stop();
});

async function serve(options: GstRtspServerOptions): Promise<GstRtspServer> {
  server = await startGstRtspServer(options);
  return server;
}

async function watch(url: string, options: CameraUnderTestOptions = {}): Promise<CameraUnderTest> {
  cam = await new CameraUnderTest(url, options).start();
  return cam;
}

describe('our client and GStreamer’s RTSP server', () => {
  const file = join(sharedDir ?? '', 'footage/street-parked.mp4');
  const account = { username: 'admin', password: 'p@ss:w/rd' };

  test.skipIf(sharedDir === undefined).each([
    ['without credentials', undefined],
    ['with Basic', { method: 'basic' as const, ...account }],
    ['with Digest', { method: 'digest' as const, ...account }],
  ])('shared footage: street-parked.mp4 comes whole and in time, %s', async (_what, auth) => {
    const gst = await serve({ mounts: [{ path: '/street', file }], ...(auth && { auth }) });
    const inUrl = `${encodeURIComponent(account.username)}:${encodeURIComponent(account.password)}@`;
    const made = await watch(gst.url('/street').replace('//', `//${auth ? inUrl : ''}`));
    const { camera } = made;
    const units = (await made.received(6.1 * 15 + 1, 20_000)).slice();

    expect(camera.counters).toMatchObject({ lostPackets: 0, damagedUnits: 0, skippedUnits: 0, malformedPackets: 0 });
    const keyframes = units.filter((unit) => unit.keyframe);
    expect(keyframes.slice(0, 4).map((unit) => Math.round(unit.ptsMs))).toEqual([0, 2000, 4000, 6000]);
    for (const unit of keyframes) expect(unit.data.subarray(0, 5).toString('hex')).toMatch(/^00000001[26]7$/);
    for (const [index, unit] of units.entries()) expect(unit.ptsMs).toBeCloseTo((index * 1000) / 15, 0);

    // GStreamer sends its first sender report within some seconds (RFC 3550 §6.2).
    const dated = units.filter((unit) => unit.ntpMs !== undefined);
    expect(dated.length).toBeGreaterThan(15);
    for (const unit of dated) expect(Math.abs((unit.ntpMs ?? 0) - unit.receivedAt)).toBeLessThan(2000);

    const decoded = await countPictures(Buffer.concat(units.map((unit) => unit.data)));
    expect(decoded).toEqual({ pictures: units.length, complaints: '' });
  });

  test.each(['basic', 'digest'] as const)('a wrong password with %s is told as such', async (method) => {
    const gst = await serve({ mounts: [{ path: '/a', kind: 'jpeg' }], auth: { method, ...account } });
    const made = await watch(gst.url('/a').replace('//', '//admin:guess@'), {
      stream: { unauthorizedRetryMs: 60_000 },
    });
    expect((await made.blind('unauthorized')).detail).toContain('refused');
    expect(made.camera.counters.connections).toBe(1);
  });

  test('a stream with audio only has no video track', async () => {
    const gst = await serve({ mounts: [{ path: '/a', kind: 'audio' }] });
    expect((await (await watch(gst.url('/a'))).blind('no-video-track')).detail).toBe('the stream offers audio');
  });

  test('an unknown path is refused', async () => {
    const gst = await serve({ mounts: [] });
    expect((await (await watch(gst.url('/a'))).blind('refused')).detail).toBe('DESCRIBE was answered 404 Not Found');
  });

  test('a clip played twice goes on without a seam, ends with it, and is seen again', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'maplebridge-gst-'));
    const clip = await makeTestClip(folder);
    const gst = await serve({ mounts: [{ path: '/a', file: clip.file, plays: 2 }] });
    const made = await watch(gst.url('/a'));
    await made.blind('closed-by-server', 20_000);
    const units = made.units.slice(0, 2 * clip.frames - 1);
    expect(units.map((unit) => Math.round(unit.ptsMs / 10))).toEqual(units.map((_, index) => index * 10));
    await made.received(2 * clip.frames + 3, 20_000);
    expect(made.units.findLast((unit) => unit.ptsMs === 0)).not.toBe(made.units[0]);
    await rm(folder, { recursive: true });
  });

  test('a server that is killed and one that takes its place', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'maplebridge-gst-'));
    const clip = await makeTestClip(folder, { seconds: 10 });
    const gst = await serve({ mounts: [{ path: '/a', file: clip.file }] });
    const made = await watch(gst.url('/a'));
    await made.received(3);
    await gst.stop();
    await made.blind('closed-by-server');
    await made.blind('unreachable');
    server = await startGstRtspServer({ port: gst.port, mounts: [{ path: '/a', file: clip.file }] });
    const before = made.units.length;
    await made.received(before + 3);
    await rm(folder, { recursive: true });
  });
});
