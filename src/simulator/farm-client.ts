import { randomBytes } from 'node:crypto';
import type { Socket } from 'node:net';
import type { Clock } from '../lib/clock.ts';
import { DigestGuard } from './digest-guard.ts';
import type { FarmCamera } from './farm-camera.ts';
import { Playback } from './playback.ts';
import { type FarmRequest, RequestReader } from './request-reader.ts';
import { sessionDescription } from './session-description.ts';

const reasons = {
  200: 'OK',
  400: 'Bad Request',
  401: 'Unauthorized',
  404: 'Not Found',
  454: 'Session Not Found',
  455: 'Method Not Valid in This State',
  461: 'Unsupported Transport',
  501: 'Not Implemented',
} as const;
type Status = keyof typeof reasons;
type Headers = Readonly<Record<string, string>>;

interface Reply {
  readonly status: Status;
  readonly headers?: Headers;
  readonly body?: string;
}

const methods = 'OPTIONS, DESCRIBE, SETUP, PLAY, GET_PARAMETER, TEARDOWN';

/** One connection of the farm: answers RTSP 1.0 (RFC 2326) and plays one camera over TCP interleaved. */
export class FarmClient {
  readonly #socket: Socket;
  readonly #clock: Clock;
  readonly #random: () => number;
  readonly #find: (path: string) => FarmCamera | undefined;
  readonly #reader = new RequestReader();
  readonly #guard = new DigestGuard();
  readonly #sessionId = randomBytes(8).toString('hex');
  #setup: { camera: FarmCamera; channel: number } | undefined;
  #playback: Playback | undefined;
  #past = { sent: 0, dropped: 0 };

  constructor(options: {
    socket: Socket;
    clock: Clock;
    random: () => number;
    find: (path: string) => FarmCamera | undefined;
  }) {
    this.#socket = options.socket;
    this.#clock = options.clock;
    this.#random = options.random;
    this.#find = options.find;
  }

  /** Access units sent and dropped on this connection. */
  get counts(): { readonly sent: number; readonly dropped: number } {
    return this.#playback?.counts ?? this.#past;
  }

  /** The camera it has set up. */
  get camera(): FarmCamera | undefined {
    return this.#setup?.camera;
  }

  /** Takes what the client sent. */
  receive(chunk: Buffer): void {
    const requests = this.#reader.push(chunk);
    if (requests === undefined) this.#socket.destroy();
    else for (const request of requests) this.#answer(request);
  }

  /** Sends the pictures that are due. */
  advance(monotonicMs: number): void {
    this.#playback?.advance(monotonicMs);
  }

  #answer(request: FarmRequest): void {
    const { status, headers = {}, body = '' } = this.#handle(request);
    const lines = [`RTSP/1.0 ${status} ${reasons[status]}`, `CSeq: ${request.headers.get('cseq') ?? '0'}`];
    for (const [name, value] of Object.entries(headers)) lines.push(`${name}: ${value}`);
    if (body !== '') lines.push(`Content-Length: ${Buffer.byteLength(body)}`);
    this.#socket.write(`${lines.join('\r\n')}\r\n\r\n${body}`);
    if (request.method === 'TEARDOWN' && status === 200) this.#socket.end();
  }

  #handle(request: FarmRequest): Reply {
    if (request.method === 'OPTIONS') return { status: 200, headers: { Public: methods } };
    const camera = this.#find(pathOf(request.uri));
    if (camera === undefined) return { status: 404 };
    const { access } = camera;
    if (access !== undefined && !this.#guard.allows(access, request.method, request.headers.get('authorization'))) {
      return { status: 401, headers: { 'WWW-Authenticate': this.#guard.challenge(access) } };
    }
    switch (request.method) {
      case 'DESCRIBE':
        return describeAnswer(request, camera);
      case 'SETUP':
        return this.#setUp(request, camera);
      case 'PLAY':
        return this.#play(request);
      case 'GET_PARAMETER':
        return { status: this.#setup === undefined ? 454 : 200, headers: this.#session() };
      case 'TEARDOWN':
        this.#end();
        return { status: 200, headers: this.#session() };
      default:
        return { status: 501 };
    }
  }

  #setUp(request: FarmRequest, camera: FarmCamera): Reply {
    const transport = request.headers.get('transport') ?? '';
    const asked = /RTP\/AVP\/TCP.*interleaved=(\d{1,3})-\d{1,3}/i.exec(transport)?.[1];
    if (asked === undefined) return { status: 461 };
    if (this.#playback !== undefined) return { status: 455 };
    const channel = Number(asked) & 0xfe;
    this.#setup = { camera, channel };
    const answer = `RTP/AVP/TCP;unicast;interleaved=${channel}-${channel + 1}`;
    return { status: 200, headers: { ...this.#session(), Transport: answer } };
  }

  #play(request: FarmRequest): Reply {
    if (this.#setup === undefined) return { status: 455 };
    this.#playback ??= this.#begin(this.#setup);
    const { sequence, timestamp } = this.#playback.next;
    const track = `${request.uri.replace(/\/$/, '')}/trackID=0`;
    const info = `url=${track};seq=${sequence};rtptime=${timestamp}`;
    return { status: 200, headers: { ...this.#session(), Range: 'npt=0.000-', 'RTP-Info': info } };
  }

  #begin({ camera, channel }: { camera: FarmCamera; channel: number }): Playback {
    const socket = this.#socket;
    const now = { monotonicMs: this.#clock.monotonic(), utcMs: this.#clock.now() };
    const timeline = camera.timeline(now);
    return new Playback({
      condition: camera.condition,
      loop: camera.loop,
      channel,
      timeline,
      joinMs: camera.live ? now.monotonicMs : timeline.monotonicMs,
      random: this.#random,
      sink: {
        // What the kernel did not take at once stays with the socket.
        send: (bytes) => {
          socket.write(bytes);
          return socket.writableLength === 0;
        },
        get queuedBytes() {
          return socket.writableLength;
        },
      },
    });
  }

  #end(): void {
    this.#past = this.counts;
    this.#playback = undefined;
  }

  #session(): Headers {
    return { Session: `${this.#sessionId};timeout=60` };
  }
}

function describeAnswer(request: FarmRequest, camera: FarmCamera): Reply {
  const base = `${request.uri.replace(/\/$/, '')}/`;
  return {
    status: 200,
    headers: { 'Content-Base': base, 'Content-Type': 'application/sdp' },
    body: sessionDescription(camera.condition.source.clip),
  };
}

/** Path of a request's URL without its track. */
function pathOf(uri: string): string {
  const path = /^rtsp:\/\/[^/]*(\/[^?]*)?/i.exec(uri)?.[1] ?? '/';
  return path.replace(/\/trackID=0$/, '').replace(/(.)\/$/, '$1');
}
