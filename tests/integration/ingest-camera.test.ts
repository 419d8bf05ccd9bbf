import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { systemClock } from '../../src/lib/clock.ts';
import { createLogger } from '../../src/lib/log.ts';
import { Metrics } from '../../src/lib/metrics.ts';
import { CameraFarm } from '../../src/simulator/camera-farm.ts';
import { CameraUnderTest, type CameraUnderTestOptions } from '../support/camera-under-test.ts';
import { FakeClock } from '../support/fake-clock.ts';
import { fuA, interleaved, nal, rtp, stapA } from '../support/rtp-builder.ts';
import {
  closedPort,
  type RtspScript,
  type ScriptedServer,
  startRtspScript,
  startTcpServer,
} from '../support/scripted-rtsp-server.ts';
import { makeTestClip } from '../support/test-clip.ts';
import { until } from '../support/until.ts';

const keyframe = (sequence: number, timestamp: number) =>
  interleaved(0, rtp({ sequence, timestamp, marker: true, payload: stapA(nal.sps(), nal.pps(), nal.idr()) }));

const cleanup: (() => Promise<void>)[] = [];

afterEach(async () => {
  for (const step of cleanup.splice(0).reverse()) await step();
});

async function camera(url: string, options: CameraUnderTestOptions = {}): Promise<CameraUnderTest> {
  const made = await new CameraUnderTest(url, options).start();
  cleanup.push(() => made.camera.stop());
  return made;
}

async function server(script: RtspScript = {}): Promise<ScriptedServer> {
  const made = await startRtspScript(script);
  cleanup.push(() => made.stop());
  return made;
}

async function tcp(serve: (socket: Socket) => void): Promise<ScriptedServer> {
  const made = await startTcpServer(serve);
  cleanup.push(() => made.stop());
  return made;
}

let folder: string;
let farm: CameraFarm;
const log = createLogger('test');

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'maplebridge-ingest-'));
  const { file } = await makeTestClip(folder);
  farm = new CameraFarm({
    host: '127.0.0.1',
    port: 0,
    clock: systemClock,
    log,
    cameras: [
      { path: '/open', file, loop: true },
      { path: '/locked', file, loop: true, username: 'admin', password: 'right' },
    ],
  });
  await farm.start(new AbortController().signal);
});

afterAll(async () => {
  await farm.stop();
  await rm(folder, { recursive: true });
});

describe('a camera that cannot be seen', () => {
  test('nothing listens: unreachable', async () => {
    const cam = await camera(`rtsp://127.0.0.1:${await closedPort()}/a`);
    expect(await cam.blind('unreachable')).toMatchObject({ detail: 'cannot connect: ECONNREFUSED', attempt: 1 });
  });

  test('the name does not resolve: unreachable', async () => {
    const cam = await camera('rtsp://camera.invalid/a');
    expect((await cam.blind('unreachable')).detail).toMatch(/^cannot connect: E/);
  });

  test('something accepts and stays silent: unreachable', async () => {
    const silent = await tcp(() => undefined);
    const cam = await camera(silent.url, { stream: { responseTimeoutMs: 200 } });
    expect((await cam.blind('unreachable')).detail).toBe('OPTIONS was not answered within 200 ms');
  });

  test('a web server: not RTSP', async () => {
    const web = createServer((_request, response) => response.end('hello'));
    web.listen(0, '127.0.0.1');
    await once(web, 'listening');
    cleanup.push(async () => void web.close());
    const cam = await camera(`rtsp://127.0.0.1:${(web.address() as AddressInfo).port}/a`);
    expect((await cam.blind('not-rtsp')).detail).toMatch(/^answered "HTTP\/1\.1 /);
  });

  test('a wrong password: unauthorized, tried slowly, never logged', async () => {
    const lines: string[] = [];
    const listening = createLogger('test', { write: (line: string) => void lines.push(line) });
    listening.level = 'trace';
    const url = farm.url('/locked').replace('//', '//admin:guess@');
    const cam = await camera(url, { log: listening, stream: { unauthorizedRetryMs: 60_000 } });
    const state = await cam.blind('unauthorized');
    expect(state.detail).toBe('user name or password refused (Digest MD5 credentials)');
    expect(state.retryAt - Date.now()).toBeGreaterThan(55_000);
    expect(cam.camera.counters.connections).toBe(1);
    expect(lines.join('')).toContain('MB_CAMERA_UNAUTHORIZED');
    expect(lines.join('')).not.toContain('guess');
  });

  test('an unknown path: refused', async () => {
    const cam = await camera(farm.url('/nowhere'));
    expect((await cam.blind('refused')).detail).toBe('DESCRIBE was answered 404 Not Found');
  });

  test.each([
    ['no-video-track', 'm=audio 0 RTP/AVP 8\r\n', 'the stream offers audio'],
    ['unsupported-codec', 'm=video 0 RTP/AVP 34\r\n', 'the video is H263; H264, H265 or JPEG is needed'],
  ] as const)('%s', async (reason, sdp, detail) => {
    const cam = await camera((await server({ sdp })).url);
    expect((await cam.blind(reason)).detail).toBe(detail);
  });

  test('the server closes while streaming', async () => {
    const source = await server({ onPlay: (socket) => void socket.end(keyframe(1, 0)) });
    const cam = await camera(source.url);
    expect((await cam.blind('closed-by-server')).detail).toBe('the camera closed the connection');
    expect(cam.units.length).toBeGreaterThan(0);
    await until(() => source.connections >= 3, { what: 'the camera to be tried again and again' });
  });

  test('the server resets the connection', async () => {
    const cam = await camera((await server({ onPlay: (socket) => void socket.resetAndDestroy() })).url);
    expect((await cam.blind('closed-by-server')).detail).toBe('the connection broke: ECONNRESET');
  });

  test('the pictures stop coming: stalled', async () => {
    const source = await server({ onPlay: (socket) => void socket.write(keyframe(1, 0)) });
    const cam = await camera(source.url, { stream: { stalledAfterMs: 300 } });
    expect((await cam.blind('stalled')).detail).toBe('no complete picture for 300 ms');
    await until(() => source.requests.some((line) => line.startsWith('TEARDOWN')), { what: 'a TEARDOWN' });
    expect(cam.states.map((state) => state.kind).slice(0, 3)).toEqual(['connecting', 'streaming', 'waiting']);
  });

  test('the socket is busy but no picture comes whole: stalled all the same', async () => {
    const truncated = fuA(nal.idr(5000), 1000)[0] ?? Buffer.alloc(0);
    const source = await server({
      onPlay: (socket) => {
        let sequence = 0;
        const timer = setInterval(() => {
          sequence += 1;
          socket.write(interleaved(0, rtp({ sequence, timestamp: sequence * 3000, payload: truncated })));
        }, 20);
        socket.on('close', () => clearInterval(timer));
      },
    });
    const cam = await camera(source.url, { stream: { stalledAfterMs: 300 } });
    await cam.blind('stalled');
    expect(cam.units).toEqual([]);
    expect(cam.camera.counters.damagedUnits).toBeGreaterThan(3);
  });

  test('an endless header: protocol error', async () => {
    const cam = await camera(
      (await tcp((socket) => void socket.write(`RTSP/1.0 200 OK\r\n${'X: y\r\n'.repeat(4000)}`))).url,
    );
    expect((await cam.blind('protocol-error')).detail).toMatch(/over 16 KB/);
  });

  test('none of them disturbs another camera', async () => {
    const good = await camera(farm.url('/open'), { id: 'good' });
    const truncated = await server({
      onPlay: (socket) => void socket.write(interleaved(0, Buffer.from([0x80, 0xe0, 1]))),
    });
    const bad = await Promise.all([
      camera(`rtsp://127.0.0.1:${await closedPort()}/a`),
      camera((await tcp((socket) => void socket.end(Buffer.alloc(300_000, 0x24)))).url),
      camera((await server({ onPlay: (socket) => void socket.resetAndDestroy() })).url),
      camera(truncated.url, { stream: { stalledAfterMs: 200 } }),
      camera(farm.url('/locked')),
    ]);
    await good.received(25);
    await Promise.all(
      bad.map((cam) => until(() => cam.states.some(({ kind }) => kind === 'waiting'), { what: 'a state' })),
    );
    expect(good.states.map((state) => state.kind)).toEqual(['connecting', 'streaming']);
    expect(good.camera.counters).toMatchObject({ connections: 1, lostPackets: 0, damagedUnits: 0, skippedUnits: 0 });
  });
});

describe('truncated RTP', () => {
  test('is counted; the picture it belongs to is dropped, the next keyframe is taken', async () => {
    const fragments = fuA(nal.slice(3000), 1000).map((payload, index) =>
      interleaved(0, rtp({ sequence: 2 + index, timestamp: 9000, payload, marker: index === 2 })),
    );
    fragments[1] = interleaved(0, Buffer.from([0x80, 0x60, 0, 3]));
    const slice = interleaved(0, rtp({ sequence: 5, timestamp: 18_000, marker: true, payload: nal.slice() }));
    const source = await server({
      onPlay: (socket) => void socket.write(Buffer.concat([keyframe(1, 0), ...fragments, slice, keyframe(6, 27_000)])),
    });
    const cam = await camera(source.url);
    expect((await cam.received(2)).map((unit) => unit.ptsMs)).toEqual([0, 300]);
    expect(cam.camera.counters).toMatchObject({
      malformedPackets: 1,
      lostPackets: 1,
      damagedUnits: 1,
      skippedUnits: 1,
    });
    expect(cam.camera.state.kind).toBe('streaming');
  });
});

describe('reconnecting', () => {
  test('waits twice as long each time, with jitter, up to the longest', async () => {
    const clock = new FakeClock();
    const random = () => 0.5;
    const url = `rtsp://127.0.0.1:${await closedPort()}/a`;
    const cam = await camera(url, { clock, random, stream: { retryMinMs: 1000, retryMaxMs: 3000 } });
    const waits: number[] = [];
    for (let attempt = 1; attempt <= 4; attempt += 1) {
      const state = await until(() => (cam.camera.state.kind === 'waiting' ? cam.camera.state : undefined), {
        what: 'a wait',
      });
      expect(state.attempt).toBe(attempt);
      waits.push(state.retryAt - clock.now());
      clock.advance(state.retryAt - clock.now());
      expect(cam.camera.state).toEqual({ kind: 'connecting', attempt: attempt + 1 });
    }
    expect(waits).toEqual([750, 1500, 2250, 2250]);
  });

  test('spreads cameras that lost the same server', async () => {
    const url = `rtsp://127.0.0.1:${await closedPort()}/a`;
    const cams = await Promise.all(Array.from({ length: 20 }, () => camera(url, { clock: new FakeClock() })));
    const states = await Promise.all(cams.map((cam) => cam.blind('unreachable')));
    expect(new Set(states.map((state) => state.retryAt)).size).toBeGreaterThan(5);
  });

  test('sees the camera again after its server came back', async () => {
    const options = {
      host: '127.0.0.1',
      clock: systemClock,
      log,
      cameras: [{ path: '/a', file: join(folder, 'h264-2-0.mp4'), loop: true }],
    };
    const first = new CameraFarm({ ...options, port: 0 });
    await first.start(new AbortController().signal);
    const { port } = first;
    const cam = await camera(first.url('/a'));
    await cam.received(3);
    await first.stop();
    await cam.blind('closed-by-server');
    const second = new CameraFarm({ ...options, port });
    await second.start(new AbortController().signal);
    cleanup.push(() => second.stop());
    await until(() => cam.camera.state.kind === 'streaming', { what: 'the stream to be back' });
    expect(cam.camera.counters.connections).toBeGreaterThan(1);
  });
});

describe('lifecycle', () => {
  test('stop tears the session down, once', async () => {
    const source = await server({ onPlay: (socket) => void socket.write(keyframe(1, 0)) });
    const cam = await camera(source.url);
    await cam.received(1);
    await Promise.all([cam.camera.stop(), cam.camera.stop()]);
    expect(source.requests.filter((line) => line.startsWith('TEARDOWN'))).toHaveLength(1);
    expect(cam.states.at(-1)).toEqual({ kind: 'stopped' });
    await cam.camera.start(new AbortController().signal);
    expect(source.connections).toBe(1);
  });

  test('an abort stops it too, while it waits', async () => {
    const cam = await camera(`rtsp://127.0.0.1:${await closedPort()}/a`);
    await cam.blind('unreachable');
    cam.abort();
    expect(cam.camera.state).toEqual({ kind: 'stopped' });
  });

  test('start refuses a password that is not there', async () => {
    const cam = new CameraUnderTest('rtsp://127.0.0.1/a', {
      stream: { username: 'admin', password: { env: 'MAPLEBRIDGE_TEST_NO_SUCH_PASSWORD' } },
    });
    await expect(cam.start()).rejects.toMatchObject({ code: 'MB_CONFIG_INVALID' });
  });

  test('keeps the session alive', async () => {
    const source = await server({
      answer: (method) =>
        method === 'SETUP' ? '200 OK\r\nSession: 1;timeout=2\r\nTransport: RTP/AVP/TCP;interleaved=0-1' : undefined,
      onPlay: (socket) => void socket.write(keyframe(1, 0)),
    });
    await camera(source.url);
    const alive = () => source.requests.filter((line) => line.startsWith('OPTIONS')).length >= 3;
    await until(alive, { what: 'two signs of life' });
  });

  test('a consumer that throws is counted and harms nobody', async () => {
    const metrics = new Metrics();
    const cam = await camera(farm.url('/open'), {
      metrics,
      onAccessUnit: () => {
        throw new Error('consumer');
      },
    });
    await cam.received(5);
    expect(cam.camera.counters.consumerErrors).toBeGreaterThanOrEqual(5);
    expect(cam.camera.state.kind).toBe('streaming');
    expect(await metrics.registry.metrics()).toContain('maplebridge_ingest_streaming{camera="cam-1"} 1');
    await cam.camera.stop();
    expect(await metrics.registry.metrics()).not.toContain('camera="cam-1"');
  });
});
