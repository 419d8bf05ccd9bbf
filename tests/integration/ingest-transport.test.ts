import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, test } from 'vitest';
import { CameraUnderTest, type CameraUnderTestOptions } from '../support/camera-under-test.ts';
import { interleaved, nal, rtp, stapA } from '../support/rtp-builder.ts';
import { startRtspScript, startTcpServer } from '../support/scripted-rtsp-server.ts';
import { until } from '../support/until.ts';

const cleanup: (() => Promise<unknown> | unknown)[] = [];

afterEach(async () => {
  for (const step of cleanup.splice(0).reverse()) await step();
});

async function camera(url: string, options: CameraUnderTestOptions = {}): Promise<CameraUnderTest> {
  const made = await new CameraUnderTest(url, options).start();
  cleanup.push(() => made.camera.stop());
  return made;
}

async function udpSocket(host = '127.0.0.1'): Promise<Socket> {
  const socket = createSocket('udp4');
  socket.bind(0, host);
  await once(socket, 'listening');
  cleanup.push(() => socket.close());
  return socket;
}

const portOf = (socket: Socket) => (socket.address() as AddressInfo).port;
const slice = (sequence: number) => rtp({ sequence, timestamp: sequence * 3000, marker: true, payload: nal.slice() });
const keyframe = (sequence: number) =>
  rtp({ sequence, timestamp: sequence * 3000, marker: true, payload: stapA(nal.sps(), nal.pps(), nal.idr()) });

/** A camera that agrees on UDP; it sends what it is told to the client's RTP port. */
async function udpCamera() {
  const socket = await udpSocket();
  const punched: number[] = [];
  socket.on('message', (packet) => punched.push(packet.length));
  let clientPort = 0;
  const server = await startTcpServer((connection, note) => {
    connection.on('data', (chunk) => {
      const head = chunk.toString('latin1');
      note(head.split('\r\n', 1)[0] ?? '');
      clientPort = Number(/client_port=(\d+)/.exec(head)?.[1] ?? clientPort);
      const sdp = 'm=video 0 RTP/AVP 96\r\na=rtpmap:96 H264/90000\r\n';
      const body = head.startsWith('DESCRIBE') ? `Content-Length: ${sdp.length}\r\n\r\n${sdp}` : '\r\n';
      const setup = `Session: 1\r\nTransport: RTP/AVP;unicast;server_port=${portOf(socket)}-${portOf(socket) + 1}\r\n`;
      const cseq = /CSeq: (\d+)/.exec(head)?.[1];
      connection.write(`RTSP/1.0 200 OK\r\nCSeq: ${cseq}\r\n${head.startsWith('SETUP') ? setup : ''}${body}`);
    });
  });
  cleanup.push(() => server.stop());
  const sendFrom = (from: Socket, packets: readonly Buffer[]) => {
    for (const packet of packets) from.send(packet, clientPort, '127.0.0.1');
  };
  return {
    ...{ server, socket, punched, sendFrom, send: (...packets: readonly Buffer[]) => sendFrom(socket, packets) },
    playing: () => until(() => server.requests.some((line) => line.startsWith('PLAY')), { what: 'PLAY' }),
  };
}

describe('UDP', () => {
  test('uses an even port and the next, opens the way back, puts packets in order, counts what is lost', async () => {
    const source = await udpCamera();
    const cam = await camera(source.server.url, { stream: { transport: 'udp' } });
    await source.playing();
    await until(() => source.punched.length > 0, { what: 'a packet that opens the way' });
    source.send(keyframe(1), slice(3), slice(2), slice(4), slice(6), keyframe(7), slice(8));
    await cam.received(5);
    expect(cam.units.map((unit) => unit.rtpTimestamp / 3000)).toEqual([1, 2, 3, 4, 7, 8].slice(0, cam.units.length));
    await until(() => cam.units.length === 6, { what: 'the last picture' });
    expect(cam.camera.counters).toMatchObject({
      reorderedPackets: 1,
      lostPackets: 1,
      skippedUnits: 0,
      damagedUnits: 1,
    });
  });

  test('listens to the camera only: not to another address, not to another port of it', async () => {
    const source = await udpCamera();
    const cam = await camera(source.server.url, { stream: { transport: 'udp' } });
    await source.playing();
    const [stranger, neighbour] = [await udpSocket('127.0.0.2'), await udpSocket()];
    source.sendFrom(stranger, [keyframe(50), slice(51)]);
    await until(() => cam.camera.counters.foreignPackets === 2, { what: 'the stranger to be passed over' });
    source.send(keyframe(1), slice(2));
    await cam.received(2);
    source.sendFrom(neighbour, [keyframe(3), slice(4)]);
    await until(() => cam.camera.counters.foreignPackets === 4, { what: 'the neighbour to be passed over' });
    expect(cam.units).toHaveLength(2);
  });

  test('says that nothing comes', async () => {
    const source = await udpCamera();
    const cam = await camera(source.server.url, { stream: { transport: 'udp', stalledAfterMs: 300 } });
    expect((await cam.blind('stalled')).detail).toBe('no packet came over UDP within 300 ms');
  });

  test('gives its ports back', async () => {
    const source = await udpCamera();
    const cam = await camera(source.server.url, { stream: { transport: 'udp' } });
    await source.playing();
    source.send(keyframe(1), slice(2));
    await cam.received(2);
    await cam.camera.stop();
    const handles = () => process.getActiveResourcesInfo().filter((name) => name === 'UDPWrap').length;
    await until(() => handles() <= 1, { what: 'only the camera’s own socket to be left' });
  });
});

describe('a redirect to another host', () => {
  /** The second server asks for credentials; it is the same machine under another name. */
  async function pair() {
    const authorized: boolean[] = [];
    const second = await startTcpServer((socket) => {
      socket.on('data', (chunk) => {
        const head = chunk.toString('latin1');
        authorized.push(head.includes('Authorization'));
        const cseq = /CSeq: (\d+)/.exec(head)?.[1];
        socket.write(`RTSP/1.0 401 No\r\nCSeq: ${cseq}\r\nWWW-Authenticate: Basic realm="r"\r\n\r\n`);
      });
    });
    cleanup.push(() => second.stop());
    const answer = (method: string) =>
      method === 'DESCRIBE' ? `302 Found\r\nLocation: rtsp://localhost:${second.port}/b` : undefined;
    const first = await startRtspScript({ answer });
    cleanup.push(() => first.stop());
    return { url: first.url.replace('//', '//admin:secret@'), authorized, second };
  }

  test('does not take the credentials along', async () => {
    const { url, authorized } = await pair();
    expect((await (await camera(url)).blind('unauthorized')).detail).toContain('none configured');
    expect(authorized).not.toContain(true);
  });

  test('unless that is configured', async () => {
    const { url, authorized } = await pair();
    await (await camera(url, { stream: { redirectCredentials: true } })).blind('unauthorized');
    expect(authorized).toContain(true);
  });

  test('in a circle ends', async () => {
    const first = await startRtspScript({ answer: () => `302 Found\r\nLocation: /live` });
    cleanup.push(() => first.stop());
    const cam = await camera(first.url);
    expect((await cam.blind('refused')).detail).toBe('the camera leads in circles: 8 connections, no stream');
  });
});

test('a wrong password at a camera that closes with every 401 is sent twice at most', async () => {
  let tries = 0;
  const source = await startTcpServer((socket) => {
    socket.on('data', (chunk) => {
      const head = chunk.toString('latin1');
      if (head.includes('Authorization')) tries += 1;
      const challenge = `WWW-Authenticate: Digest realm="r", nonce="${Math.random()}"`;
      socket.end(
        `RTSP/1.0 401 No\r\nCSeq: ${/CSeq: (\d+)/.exec(head)?.[1]}\r\n${challenge}\r\nConnection: Close\r\n\r\n`,
      );
    });
  });
  cleanup.push(() => source.stop());
  const cam = await camera(source.url.replace('//', '//admin:guess@'), { stream: { unauthorizedRetryMs: 60_000 } });
  expect((await cam.blind('unauthorized')).detail).toContain('refused');
  expect(tries).toBe(2);
  expect(cam.camera.counters.connections).toBe(3);
});

describe('pictures nobody can decode', () => {
  test('are waited on while a keyframe may come, longer than a silent stream', async () => {
    const source = await startRtspScript({
      onPlay: (socket) => {
        let sequence = 0;
        const timer = setInterval(() => {
          sequence += 1;
          socket.write(interleaved(0, sequence === 30 ? keyframe(sequence) : slice(sequence)));
        }, 20);
        socket.on('close', () => clearInterval(timer));
      },
    });
    cleanup.push(() => source.stop());
    const cam = await camera(source.url, { stream: { stalledAfterMs: 250, keyframeWithinMs: 5000 } });
    await cam.received(3);
    expect(cam.camera.counters.connections).toBe(1);
    const short = await camera(source.url, { stream: { stalledAfterMs: 200, keyframeWithinMs: 300 } });
    expect((await short.blind('stalled')).detail).toBe('pictures come, but no parameter sets to decode them with');
  });
});
