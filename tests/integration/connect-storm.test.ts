import { afterAll, beforeAll, expect, test } from 'vitest';
import type { CameraId } from '../../src/domain/ids.ts';
import { cameraStreamSchema } from '../../src/edge/ingest/config.ts';
import { ConnectGate } from '../../src/edge/ingest/connect-gate.ts';
import { RtspCamera } from '../../src/edge/ingest/rtsp-camera.ts';
import { systemClock } from '../../src/lib/clock.ts';
import { createLogger } from '../../src/lib/log.ts';
import { interleaved, nal, rtp, stapA } from '../support/rtp-builder.ts';
import { type ScriptedServer, startRtspScript } from '../support/scripted-rtsp-server.ts';
import { until } from '../support/until.ts';

const perSecond = 100;
const atOnce = 10;
const keyframe = stapA(nal.sps(), nal.pps(), nal.idr());
const picture = (sequence: number) =>
  interleaved(0, rtp({ sequence, timestamp: sequence * 3000, marker: true, payload: keyframe }));

let server: ScriptedServer;
let cameras: RtspCamera[] = [];
const tries: number[] = [];
let most = 0;
const sockets = new Set<{ destroy(): void }>();

beforeAll(async () => {
  server = await startRtspScript({
    onPlay: (socket) => {
      sockets.add(socket);
      socket.write(Buffer.concat([picture(1), picture(2)]));
    },
  });
});
afterAll(async () => {
  await Promise.all(cameras.map((camera) => camera.stop()));
  await server.stop();
});

const streaming = () => cameras.filter(({ state }) => state.kind === 'streaming').length;

/** Most tries begun within any second. */
function busiestSecond(): number {
  return Math.max(...tries.map((from) => tries.filter((at) => at >= from && at < from + 1_000).length));
}

test('150 cameras that start together, and that lose their server together, come back without a storm', async () => {
  const gate = new ConnectGate({ clock: systemClock, perSecond, atOnce });
  cameras = Array.from({ length: 150 }, (_, index) => {
    return new RtspCamera({
      id: `cam-${index}` as CameraId,
      stream: cameraStreamSchema.parse({ url: server.url, retryMinMs: 20, retryMaxMs: 50, stalledAfterMs: 300_000 }),
      clock: systemClock,
      log: createLogger('test'),
      gate,
      onAccessUnit: () => undefined,
      onState: ({ kind }) => {
        if (kind === 'connecting') tries.push(performance.now());
        // As the gate counts them: it gives a place on before the camera that leaves it says that it streams.
        most = Math.max(most, gate.counts.underWay);
      },
    });
  });
  await Promise.all(cameras.map((camera) => camera.start(new AbortController().signal)));
  await until(() => streaming() === 150, { what: 'all to stream' });
  tries.length = 0;
  for (const socket of sockets) socket.destroy();
  await until(() => streaming() < 150, { what: 'the loss to be seen' });
  await until(() => streaming() === 150, { what: 'all to be back' });
  expect(tries.length).toBeGreaterThanOrEqual(150);
  expect(busiestSecond()).toBeLessThanOrEqual(perSecond * 1.05);
  expect(most).toBeLessThanOrEqual(atOnce);
  expect(gate.counts).toMatchObject({ waiting: 0, underWay: 0 });
});
