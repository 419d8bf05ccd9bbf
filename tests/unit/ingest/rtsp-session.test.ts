import { beforeEach, describe, expect, test } from 'vitest';
import type { AccessUnit } from '../../../src/domain/access-unit.ts';
import type { CameraId } from '../../../src/domain/ids.ts';
import { Authenticator } from '../../../src/edge/ingest/authenticator.ts';
import { createIngestCounters, type IngestCounters } from '../../../src/edge/ingest/ingest-counters.ts';
import { RtspSession } from '../../../src/edge/ingest/rtsp-session.ts';
import type { Detour, RtspSessionOptions } from '../../../src/edge/ingest/rtsp-session-options.ts';
import { type Credentials, parseRtspUrl } from '../../../src/edge/ingest/rtsp-target.ts';
import type { MediaPath } from '../../../src/edge/ingest/setup-answer.ts';
import { interleaved, nal, rtp, senderReport, stapA } from '../../support/rtp-builder.ts';

const now = 1_760_000_000_000;
const sdp = 'v=0\r\na=control:*\r\nm=video 0 RTP/AVP 96\r\na=rtpmap:96 H264/90000\r\na=control:trackID=1\r\n';

/** A scripted server on the other side of a session: no socket, no time. */
class Conversation {
  readonly sent: Buffer[] = [];
  readonly units: AccessUnit[] = [];
  readonly failures: string[] = [];
  readonly counters: IngestCounters = createIngestCounters();
  readonly session: RtspSession;
  readonly detours: Detour[] = [];
  readonly paths: MediaPath[] = [];
  readonly datagrams: Buffer[] = [];
  playing = 0;

  constructor(credentials?: Credentials, options: Pick<RtspSessionOptions, 'ports' | 'tcpToo' | 'videoTrack'> = {}) {
    const target = parseRtspUrl('rtsp://cam/live');
    if (target === undefined) throw new Error('no address');
    this.session = new RtspSession({
      cameraId: 'cam-1' as CameraId,
      target,
      auth: new Authenticator({ credentials, cnonce: () => 'c0ffee' }),
      counters: this.counters,
      random: () => 0.5,
      ...options,
      handler: {
        send: (bytes) => this.sent.push(bytes),
        onPlaying: () => {
          this.playing += 1;
        },
        onAccessUnit: (unit) => this.units.push(unit),
        sendDatagram: (_kind, packet) => this.datagrams.push(packet),
        onPath: (path) => this.paths.push(path),
        onSkipped: () => undefined,
        onDetour: (detour) => this.detours.push(detour),
        onFailure: (reason, detail) => this.failures.push(`${reason}: ${detail}`),
      },
    });
  }

  /** The last thing sent, as text. */
  get last(): string {
    return this.sent.at(-1)?.toString() ?? '';
  }

  receive(bytes: Buffer | string): void {
    const chunk = Buffer.from(bytes);
    this.session.receive(chunk, chunk.length, now);
  }

  /** Answers the last request. */
  answer(status: string, headers: readonly string[] = [], body = ''): void {
    const cseq = /CSeq: (\d+)/.exec(this.last)?.[1] ?? '0';
    const length = body === '' ? [] : [`Content-Length: ${body.length}`];
    this.receive([`RTSP/1.0 ${status}`, `CSeq: ${cseq}`, ...headers, ...length, '', body].join('\r\n'));
  }

  /** Up to the request named, each before it answered well. */
  upTo(method: 'DESCRIBE' | 'SETUP' | 'PLAY' | 'streaming'): this {
    this.session.begin();
    this.answer('200 OK', ['Public: OPTIONS, DESCRIBE, GET_PARAMETER']);
    if (method === 'DESCRIBE') return this;
    this.answer('200 OK', ['Content-Base: rtsp://cam/live/'], sdp);
    if (method === 'SETUP') return this;
    this.answer('200 OK', ['Session: 42;timeout=20', 'Transport: RTP/AVP/TCP;unicast;interleaved=4-5']);
    if (method === 'PLAY') return this;
    this.answer('200 OK');
    return this;
  }

  requestLine(): string {
    return this.last.split('\r\n', 1)[0] ?? '';
  }
}

const keyframe = (sequence: number, timestamp: number) =>
  rtp({ sequence, timestamp, marker: true, payload: stapA(nal.sps(), nal.pps(), nal.idr()) });

let server: Conversation;
beforeEach(() => {
  server = new Conversation();
});

describe('RTSP session', () => {
  test('asks its way from OPTIONS to PLAY', () => {
    server.session.begin();
    expect(server.requestLine()).toBe('OPTIONS rtsp://cam/live RTSP/1.0');
    server.answer('200 OK');
    expect(server.requestLine()).toBe('DESCRIBE rtsp://cam/live RTSP/1.0');
    expect(server.last).toContain('Accept: application/sdp');
    server.answer('200 OK', ['Content-Base: rtsp://cam/live/'], sdp);
    expect(server.requestLine()).toBe('SETUP rtsp://cam/live/trackID=1 RTSP/1.0');
    expect(server.last).toContain('Transport: RTP/AVP/TCP;unicast;interleaved=0-1');
    server.answer('200 OK', ['Session: 42;timeout=20', 'Transport: RTP/AVP/TCP;unicast;interleaved=4-5']);
    expect(server.requestLine()).toBe('PLAY rtsp://cam/live/ RTSP/1.0');
    expect(server.last).toContain('Session: 42\r\n');
    expect(server.playing).toBe(0);
    server.answer('200 OK');
    expect(server.playing).toBe(1);
    expect(server.session.keepAliveMs).toBe(10_000);
    expect(server.failures).toEqual([]);
  });

  test('hands on access units with their times, before the answer to PLAY too', () => {
    server.upTo('PLAY');
    server.receive(interleaved(4, keyframe(1, 2 ** 32 - 9000)));
    server.answer('200 OK');
    server.receive(interleaved(5, senderReport(now - 250, 0)));
    server.receive(interleaved(4, rtp({ sequence: 2, timestamp: 9000, marker: true, payload: nal.slice() })));
    expect(server.units).toMatchObject([
      { cameraId: 'cam-1', codec: 'h264', keyframe: true, ptsMs: 0, ntpMs: now - 350, receivedAt: now },
      { keyframe: false, rtpTimestamp: 9000, ptsMs: 200, ntpMs: now - 150 },
    ]);
  });

  test('answers a sender report with a receiver report', () => {
    server.upTo('streaming');
    server.receive(interleaved(4, keyframe(1, 0)));
    server.receive(interleaved(5, senderReport(now, 0)));
    expect([...(server.sent.at(-1)?.subarray(0, 6) ?? [])]).toEqual([0x24, 5, 0, 56, 0x81, 201]);
  });

  test('counts lost and foreign packets', () => {
    server.upTo('streaming');
    server.receive(interleaved(4, keyframe(1, 0)));
    server.receive(interleaved(4, rtp({ sequence: 5, timestamp: 3000, marker: true, payload: nal.slice() })));
    server.receive(interleaved(4, rtp({ sequence: 6, timestamp: 3000, payloadType: 107, payload: nal.slice() })));
    server.receive(interleaved(9, Buffer.from('?')));
    server.receive(interleaved(4, Buffer.from('short')));
    expect(server.counters).toMatchObject({ lostPackets: 3, damagedUnits: 1, foreignPackets: 2, malformedPackets: 1 });
    expect(server.units).toHaveLength(1);
  });

  test('goes on in time where another source takes over', () => {
    server.upTo('streaming');
    server.receive(interleaved(4, keyframe(1, 90_000)));
    server.receive(interleaved(4, rtp({ sequence: 900, timestamp: 5, ssrc: 7, marker: true, payload: nal.slice() })));
    const payload = stapA(nal.sps(), nal.pps(), nal.idr());
    server.receive(interleaved(4, rtp({ sequence: 901, timestamp: 95, ssrc: 7, marker: true, payload })));
    server.session.settle(now + 1000);
    expect(server.units.map((unit) => unit.ptsMs)).toEqual([0, 1]);
  });

  test('keeps alive by GET_PARAMETER, and by OPTIONS where that is refused', () => {
    server.upTo('streaming').session.keepAlive();
    expect(server.requestLine()).toBe('GET_PARAMETER rtsp://cam/live/ RTSP/1.0');
    server.answer('451 Parameter Not Understood');
    server.session.keepAlive();
    expect(server.requestLine()).toBe('OPTIONS rtsp://cam/live/ RTSP/1.0');
    server.answer('200 OK');
    expect(server.failures).toEqual([]);
  });

  test('notices that the server forgot the session', () => {
    server.upTo('streaming').session.keepAlive();
    server.answer('454 Session Not Found');
    expect(server.failures).toEqual(['closed-by-server: the camera has forgotten the session']);
  });

  test('ends with a TEARDOWN and then takes nothing more', () => {
    expect(server.upTo('streaming').session.end()).toBe(true);
    expect(server.requestLine()).toBe('TEARDOWN rtsp://cam/live/ RTSP/1.0');
    server.receive(interleaved(4, keyframe(1, 0)));
    expect(server.units).toEqual([]);
    expect(new Conversation().upTo('DESCRIBE').session.end()).toBe(false);
  });

  test('streams from a camera that knows neither OPTIONS nor CSeq', () => {
    server.session.begin();
    server.receive('RTSP/1.0 405 Method Not Allowed\r\n\r\n');
    expect(server.requestLine()).toMatch(/^DESCRIBE/);
    server.receive(`RTSP/1.0 200 OK\r\nContent-Length: ${sdp.length}\r\n\r\n${sdp}`);
    expect(server.requestLine()).toBe('SETUP rtsp://cam/live/trackID=1 RTSP/1.0');
  });

  test('passes over answers to nothing', () => {
    server.upTo('DESCRIBE').receive('RTSP/1.0 200 OK\r\nCSeq: 99\r\n\r\n');
    expect(server.requestLine()).toMatch(/^DESCRIBE/);
    expect(server.counters.malformedMessages).toBe(1);
    server.receive('RTSP/1.0 100 Continue\r\nCSeq: 2\r\n\r\n');
    server.answer('200 OK', [], sdp);
    expect(server.requestLine()).toMatch(/^SETUP/);
  });

  test('answers requests of the server', () => {
    server.upTo('streaming').receive('OPTIONS rtsp://cam/live RTSP/1.0\r\nCSeq: 7\r\nSession: 42\r\n\r\n');
    expect(server.last).toBe('RTSP/1.0 200 OK\r\nCSeq: 7\r\nSession: 42\r\n\r\n');
    server.receive('ANNOUNCE rtsp://cam/live RTSP/1.0\r\nCSeq: 8\r\n\r\n');
    expect(server.last).toMatch(/^RTSP\/1\.0 501 /);
  });

  test('ends on an RTCP BYE of its source', () => {
    server.upTo('streaming').receive(interleaved(4, keyframe(1, 0)));
    server.receive(interleaved(5, Buffer.from([0x81, 203, 0, 1, 0, 0, 0, 1])));
    expect(server.failures).toEqual([]);
    server.receive(interleaved(5, Buffer.from([0x81, 203, 0, 1, 0, 0, 0xca, 0xfe])));
    expect(server.failures).toEqual(['closed-by-server: the camera ended the stream (RTCP BYE)']);
  });
});

describe('RTSP session that is refused', () => {
  const mpeg4 = 'm=video 0 RTP/AVP 96\r\na=rtpmap:96 MP4V-ES/90000\r\n';

  test.each([
    ['404 Not Found', [], '', 'refused: DESCRIBE was answered 404 Not Found'],
    ['302 Moved', [], '', 'refused: DESCRIBE was redirected without saying where to'],
    ['200 OK', [], 'm=audio 0 RTP/AVP 8\r\n', 'no-video-track: the stream offers audio'],
    ['200 OK', [], '', 'no-video-track: the stream offers nothing'],
    ['200 OK', [], mpeg4, 'unsupported-codec: the video is MP4V-ES; H264, H265 or JPEG is needed'],
  ])('DESCRIBE: %s %j', (status, headers, body, expected) => {
    server.upTo('DESCRIBE').answer(status, headers, body);
    expect(server.failures).toEqual([expected]);
  });

  test.each([
    ['461 Unsupported Transport', [], 'refused: SETUP was answered 461 Unsupported Transport'],
    ['200 OK', ['Session: ;timeout=3'], 'protocol-error: SETUP was answered without a session'],
    [
      '200 OK',
      ['Session: 1', 'Transport: RTP/AVP;unicast;client_port=1-2'],
      'protocol-error: SETUP was answered with transport RTP/AVP;unicast;client_port=1-2',
    ],
  ])('SETUP: %s %j', (status, headers, expected) => {
    server.upTo('SETUP').answer(status, headers);
    expect(server.failures).toEqual([expected]);
  });

  test('by something that is not RTSP', () => {
    server.session.begin();
    server.receive('HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n');
    expect(server.failures).toEqual(['not-rtsp: answered "HTTP/1.1 400 Bad Request"']);
  });

  test('by a server that never ends its header', () => {
    server.session.begin();
    server.receive(`RTSP/1.0 200 OK\r\n${'X: y\r\n'.repeat(4000)}`);
    expect(server.failures).toEqual(['protocol-error: sent an RTSP message with over 16 KB of header']);
  });
});

describe('RTSP session with credentials', () => {
  const user = { username: 'admin', password: 'secret' };
  const digest = (nonce: string, extra = '') =>
    `WWW-Authenticate: Digest realm="r", nonce="${nonce}", qop="auth"${extra}`;

  test('Basic', () => {
    server = new Conversation(user);
    server.session.begin();
    server.answer('200 OK');
    expect(server.last).not.toContain('Authorization');
    server.answer('401 Unauthorized', ['WWW-Authenticate: Basic realm="r"']);
    expect(server.last).toContain('Authorization: Basic YWRtaW46c2VjcmV0');
    server.answer('200 OK', [], sdp);
    expect(server.requestLine()).toMatch(/^SETUP/);
    expect(server.last).toContain('Authorization: Basic');
  });

  test('Digest, already at OPTIONS, strongest of two, with a stale nonce on the way', () => {
    server = new Conversation(user);
    server.session.begin();
    server.answer('401 Unauthorized', [digest('n0'), digest('n1', ', algorithm=SHA-256')]);
    expect(server.requestLine()).toMatch(/^OPTIONS/);
    expect(server.last).toMatch(/nonce="n1".*algorithm=SHA-256.*nc=00000001/);
    server.answer('200 OK');
    expect(server.last).toMatch(/DESCRIBE.*nc=00000002/s);
    server.answer('401 Unauthorized', [digest('n2', ', stale=true')]);
    expect(server.last).toMatch(/DESCRIBE.*Accept: application\/sdp.*nonce="n2".*nc=00000001/s);
    server.answer('200 OK', [], sdp);
    expect(server.last).toMatch(/SETUP.*uri="rtsp:\/\/cam\/live\/trackID=1"/s);
  });

  test('a nonce that runs out while streaming', () => {
    server = new Conversation(user);
    server.session.begin();
    server.answer('401 Unauthorized', [digest('n0')]);
    server.answer('200 OK');
    server.answer('200 OK', [], sdp);
    server.answer('200 OK', ['Session: 1']);
    server.answer('200 OK');
    server.session.keepAlive();
    server.answer('401 Unauthorized', [digest('n1')]);
    expect(server.last).toMatch(/OPTIONS.*nonce="n1"/s);
    server.answer('200 OK');
    expect(server.failures).toEqual([]);
  });

  test('a wrong password is sent once', () => {
    server = new Conversation(user).upTo('DESCRIBE');
    server.answer('401 Unauthorized', [digest('n0')]);
    server.answer('401 Unauthorized', [digest('n1')]);
    expect(server.failures).toEqual(['unauthorized: user name or password refused (Digest MD5 credentials)']);
  });

  test('none configured', () => {
    server.upTo('DESCRIBE').answer('401 Unauthorized', ['WWW-Authenticate: Basic realm="r"']);
    expect(server.failures).toEqual(['unauthorized: the camera asks for Basic credentials; none configured']);
  });

  test('asked for in an unknown way', () => {
    server.upTo('DESCRIBE').answer('401 Unauthorized', ['WWW-Authenticate: Bearer']);
    expect(server.failures).toEqual(['unauthorized: the camera asks for credentials in no way we know']);
  });
});

describe('RTSP session that is sent elsewhere', () => {
  test.each([
    ['301 Moved Permanently', 'rtsp://other:8554/b', 'rtsp://other:8554/b'],
    ['302 Found', 'rtsp://u:p@cam/b', 'rtsp://cam/b'],
    ['303 See Other', 'rtsps://cam/b', 'rtsps://cam/b'],
    ['307 Temporary Redirect', '/b?c=1', 'rtsp://cam/b?c=1'],
  ])('%s to %s', (status, location, url) => {
    server.upTo('DESCRIBE').answer(status, [`Location: ${location}`]);
    expect(server.detours).toMatchObject([{ kind: 'redirect', target: { url } }]);
    expect(server.failures).toEqual([]);
  });

  test('but not from TLS to none, nor to what is no address', () => {
    server.upTo('DESCRIBE').answer('302 Found', ['Location: http://cam/']);
    expect(server.failures).toEqual(['refused: DESCRIBE was redirected to an address that is none']);
  });

  test('by a REDIRECT while it streams (RFC 2326 §10.10)', () => {
    server
      .upTo('streaming')
      .receive('REDIRECT rtsp://cam/live RTSP/1.0\r\nCSeq: 3\r\nLocation: rtsp://cam2/live\r\n\r\n');
    expect(server.detours).toMatchObject([{ kind: 'redirect', target: { host: 'cam2' } }]);
    expect(server.requestLine()).toMatch(/^TEARDOWN/);
  });

  test('to a new connection, by a 401 that closes this one', () => {
    server = new Conversation({ username: 'u', password: 'p' }).upTo('DESCRIBE');
    server.answer('401 Unauthorized', ['WWW-Authenticate: Basic realm="r"', 'Connection: close']);
    expect(server.detours).toEqual([{ kind: 'reopen' }]);
  });

  test('to a new connection, by one that closes without a word', () => {
    server = new Conversation({ username: 'u', password: 'p' }).upTo('DESCRIBE');
    server.answer('401 Unauthorized', ['WWW-Authenticate: Basic realm="r"']);
    server.session.closed('closed-by-server', 'gone');
    expect(server.detours).toEqual([{ kind: 'reopen' }]);
    expect(server.failures).toEqual([]);
  });
});

describe('RTSP session over UDP', () => {
  const ports = { rtp: 5000, rtcp: 5001 };
  const udp = (options = {}) => new Conversation(undefined, { ports, ...options }).upTo('SETUP');

  test('asks with its ports, takes datagrams out of order, reports by datagram', () => {
    server = udp();
    expect(server.last).toContain('Transport: RTP/AVP;unicast;client_port=5000-5001\r\n');
    server.answer('200 OK', ['Session: 1', 'Transport: RTP/AVP;unicast;client_port=5000-5001;server_port=7000-7001']);
    expect(server.paths).toEqual([{ kind: 'udp', server: { rtp: 7000, rtcp: 7001 } }]);
    server.answer('200 OK');
    expect(server.session.silentOverUdp).toBe(true);
    const slice = (sequence: number) =>
      rtp({ sequence, timestamp: sequence * 9000, marker: true, payload: nal.slice() });
    for (const packet of [keyframe(1, 9000), slice(3), slice(2), slice(4)]) {
      server.session.receiveDatagram('rtp', packet, now);
    }
    server.session.receiveDatagram('rtcp', senderReport(now, 9000), now);
    expect(server.units.map((unit) => unit.ptsMs)).toEqual([0, 100, 200, 300]);
    expect(server.counters).toMatchObject({ reorderedPackets: 1, lostPackets: 0, foreignPackets: 0 });
    expect(server.datagrams[0]?.[1]).toBe(201);
    expect(server.session.silentOverUdp).toBe(false);
  });

  test('is asked for TCP where UDP is refused and that is allowed', () => {
    server = udp({ tcpToo: true });
    server.answer('461 Unsupported Transport');
    expect(server.last).toContain('Transport: RTP/AVP/TCP;unicast;interleaved=0-1');
    server = udp();
    server.answer('461 Unsupported Transport');
    expect(server.failures).toEqual(['refused: SETUP was answered 461 Unsupported Transport']);
  });

  test('takes TCP where the server chooses it', () => {
    server = udp();
    server.answer('200 OK', ['Session: 1', 'Transport: RTP/AVP/TCP;unicast;interleaved=2-3']);
    expect(server.paths).toEqual([{ kind: 'tcp', rtpChannel: 2, rtcpChannel: 3 }]);
  });
});

describe('RTSP session with a choosy server', () => {
  test('keeps alive as the server offers, best first', () => {
    server.session.begin();
    server.answer('200 OK', ['public: OPTIONS, DESCRIBE, PLAY', 'Public: SET_PARAMETER']);
    server.answer('200 OK', [], sdp);
    server.answer('200 OK', ['Session: 1 ; timeout = 30']);
    server.answer('200 OK');
    expect(server.session.keepAliveMs).toBe(15_000);
    server.session.keepAlive();
    expect(server.requestLine()).toMatch(/^SET_PARAMETER/);
    server.session.keepAlive();
    expect(server.requestLine()).toMatch(/^SET_PARAMETER/);
    server.answer('501 Not Implemented');
    server.session.keepAlive();
    expect(server.requestLine()).toMatch(/^OPTIONS/);
  });

  test('asks for PLAY in another way', () => {
    server.upTo('PLAY').answer('457 Invalid Range');
    expect(server.requestLine()).toMatch(/^PLAY/);
    expect(server.last).not.toContain('Range');
    server.answer('459 Aggregate Operation Not Allowed');
    expect(server.requestLine()).toBe('PLAY rtsp://cam/live/trackID=1 RTSP/1.0');
    server.answer('459 Aggregate Operation Not Allowed');
    expect(server.failures).toEqual(['refused: PLAY was answered 459 Aggregate Operation Not Allowed']);
  });

  test('takes RTCP on the channel of RTP', () => {
    server.upTo('streaming').receive(interleaved(4, keyframe(1, 9000)));
    server.receive(interleaved(4, senderReport(now, 9000)));
    server.session.settle(now + 1000);
    expect(server.units).toMatchObject([{ ntpMs: now }]);
    expect(server.counters.foreignPackets).toBe(0);
  });

  test('takes the video track it is told to', () => {
    server = new Conversation(undefined, { videoTrack: 1 }).upTo('DESCRIBE');
    server.answer('200 OK', [], `${sdp}m=video 0 RTP/AVP 97\r\na=rtpmap:97 H265/90000\r\na=control:second\r\n`);
    expect(server.requestLine()).toBe('SETUP rtsp://cam/live/second RTSP/1.0');
  });
});
