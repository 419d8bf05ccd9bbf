import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { CameraUnderTest, type CameraUnderTestOptions } from '../support/camera-under-test.ts';
import { countPictures } from '../support/count-pictures.ts';
import { type GstRtspServer, type GstRtspServerOptions, startGstRtspServer } from '../support/gst-rtsp-server.ts';
import { makeTestCertificate, type TestCertificate } from '../support/test-certificate.ts';
import { makeTestClip, type TestClip } from '../support/test-clip.ts';

const codecs = ['h264', 'h265', 'jpeg'] as const;
const seenAs = { h264: 'h264', h265: 'h265', jpeg: 'mjpeg' } as const;
const account = { username: 'admin', password: 'p@ss:w/rd' };

let folder: string;
let clips: Readonly<Record<(typeof codecs)[number], TestClip>>;
let server: GstRtspServer | undefined;
let cam: CameraUnderTest | undefined;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'maplebridge-transports-'));
  const [h264, h265, jpeg] = await Promise.all([
    makeTestClip(folder, { bFrames: 2 }),
    makeTestClip(folder, { codec: 'h265', bFrames: 2 }),
    makeTestClip(folder, { codec: 'jpeg' }),
  ]);
  clips = { h264, h265, jpeg };
});

afterEach(async () => {
  await cam?.camera.stop();
  await server?.stop();
});

afterAll(() => rm(folder, { recursive: true }));

async function serve(options: GstRtspServerOptions): Promise<GstRtspServer> {
  server = await startGstRtspServer(options);
  return server;
}

async function watch(url: string, options: CameraUnderTestOptions = {}): Promise<CameraUnderTest> {
  cam = await new CameraUnderTest(url, options).start();
  return cam;
}

describe.each(codecs)('%s from GStreamer’s RTSP server', (codec) => {
  const mount = (transport: 'tcp' | 'udp' | 'both') => ({ path: '/a', file: clips[codec].file, codec, transport });

  test.each([
    ['tcp', 'tcp', undefined],
    ['udp', 'udp', undefined],
    ['auto', 'both', undefined],
    ['tcp', 'both', 'basic'],
    ['udp', 'both', 'digest'],
  ] as const)(
    'comes whole over %s from a server that offers %s, credentials: %s',
    async (transport, offered, method) => {
      const gst = await serve({ mounts: [mount(offered)], ...(method && { auth: { method, ...account } }) });
      const inUrl = `${encodeURIComponent(account.username)}:${encodeURIComponent(account.password)}@`;
      const made = await watch(gst.url('/a').replace('//', `//${method === undefined ? '' : inUrl}`), {
        stream: { transport },
      });
      const { frames } = clips[codec];
      const units = (await made.received(frames - 1)).slice(0, frames - 1);

      expect(made.camera.counters).toMatchObject({
        lostPackets: 0,
        damagedUnits: 0,
        malformedPackets: 0,
        connections: 1,
      });
      expect(new Set(units.map((unit) => unit.codec))).toEqual(new Set([seenAs[codec]]));
      expect(units.map((unit) => Math.round(unit.ptsMs / 10)).toSorted((a, b) => a - b)).toContain(100);
      const keyframes = units.filter((unit) => unit.keyframe).length;
      expect(keyframes).toBe(codec === 'jpeg' ? units.length : Math.ceil(units.length / clips[codec].keyframeEvery));
      const decoded = await countPictures(Buffer.concat(units.map((unit) => unit.data)), seenAs[codec]);
      expect(decoded).toEqual({ pictures: units.length, complaints: '' });
    },
  );

  test('every keyframe decodes alone', async () => {
    const gst = await serve({ mounts: [mount('tcp')] });
    const units = (await (await watch(gst.url('/a'))).received(clips[codec].frames - 1)).filter(
      (unit) => unit.keyframe,
    );
    for (const unit of units.slice(0, 4)) {
      expect(await countPictures(unit.data, seenAs[codec])).toEqual({ pictures: 1, complaints: '' });
    }
  });

  test('encoded live, without end, over UDP', async () => {
    const gst = await serve({ mounts: [{ path: '/a', kind: 'encoded', codec, transport: 'both' }] });
    const made = await watch(gst.url('/a'), { stream: { transport: 'udp' } });
    await made.received(20);
    expect(made.units.filter((unit) => unit.keyframe).length).toBeGreaterThanOrEqual(3);
    expect(made.camera.counters).toMatchObject({ lostPackets: 0, damagedUnits: 0 });
  });
});

describe('a server that does not offer what is asked for', () => {
  const tcpOnly = () => ({ path: '/a', kind: 'encoded', codec: 'h264', transport: 'tcp' }) as const;

  test('auto takes TCP where UDP is refused, on the same connection', async () => {
    const gst = await serve({ mounts: [tcpOnly()] });
    const made = await watch(gst.url('/a'), { stream: { transport: 'auto' } });
    await made.received(5);
    expect(made.camera.counters.connections).toBe(1);
  });

  test('udp says that it is refused', async () => {
    const gst = await serve({ mounts: [tcpOnly()] });
    const made = await watch(gst.url('/a'), { stream: { transport: 'udp' } });
    expect((await made.blind('refused')).detail).toBe('SETUP was answered 461 Unsupported transport');
  });
});

describe('rtsps:// from GStreamer’s RTSP server', () => {
  let certificate: TestCertificate;
  beforeAll(async () => {
    certificate = await makeTestCertificate(folder);
  });

  const live = { path: '/a', kind: 'encoded', codec: 'h264' } as const;

  test.each([
    ['its authority', () => ({ caFile: certificate.certFile, insecure: false })],
    ['its fingerprint', () => ({ fingerprint: certificate.fingerprint.toLowerCase(), insecure: false })],
    ['nothing, as configured', () => ({ insecure: true })],
  ])('is believed by %s', async (_what, tls) => {
    const gst = await serve({ mounts: [live], tls: certificate });
    const made = await watch(gst.url('/a'), { stream: { tls: tls() } });
    await made.received(20);
    expect(made.camera.counters).toMatchObject({ connections: 1, damagedUnits: 0, garbageBytes: 0 });
  });

  test.each([
    ['without a word about it', () => undefined, /^cannot connect: .*SELF_SIGNED/],
    ['with another fingerprint', () => ({ fingerprint: 'ab'.repeat(32), insecure: false }), /another fingerprint than/],
    ['with an authority nobody finds', () => ({ caFile: '/nowhere.pem', insecure: false }), /caFile .* cannot be read/],
  ])('is not believed %s', async (_what, tls, detail) => {
    const gst = await serve({ mounts: [live], tls: certificate });
    const made = await watch(gst.url('/a'), { stream: tls() === undefined ? {} : { tls: tls() } });
    expect((await made.blind('unreachable')).detail).toMatch(detail);
    expect(made.units).toEqual([]);
  });
});
