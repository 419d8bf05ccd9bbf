import type { AccessUnit } from '../../domain/access-unit.ts';
import type { BlindReason } from '../../domain/camera.ts';
import type { CameraId, UtcMs } from '../../domain/ids.ts';
import { Authenticator } from './authenticator.ts';
import { baseUrlOf, controlUrl } from './control-url.ts';
import type { IngestCounters } from './ingest-counters.ts';
import { interleavedFrame } from './rtcp.ts';
import { cseqOf, headerOf, type RtspResponse, type RtspServerRequest } from './rtsp-message.ts';
import { type BrokenStream, RtspReader, type RtspReaderHandler } from './rtsp-reader.ts';
import { formatRequest, formatResponse, type RtspMethod } from './rtsp-request.ts';
import type { Credentials } from './rtsp-target.ts';
import { chooseVideoTrack, parseSdp, type VideoTrack } from './sdp.ts';
import { parseSetupAnswer, type SetupAnswer } from './setup-answer.ts';
import { VideoReceiver } from './video-receiver.ts';

/** What a session wants done; it calls these while it takes bytes in. */
export interface RtspSessionHandler {
  /** Bytes for the server. */
  send(bytes: Buffer): void;
  /** PLAY was answered: pictures should come. */
  onPlaying(): void;
  onAccessUnit(unit: AccessUnit): void;
  /** The session is over and takes nothing more; called once. */
  onFailure(reason: BlindReason, detail: string): void;
}

interface PendingRequest {
  readonly method: RtspMethod;
  readonly uri: string;
  readonly headers: Readonly<Record<string, string | undefined>>;
  readonly cseq: number;
  readonly authorized: boolean;
  readonly tries: number;
}

const brokenStreams: Readonly<Record<BrokenStream, string>> = {
  'head-too-large': 'sent an RTSP message with over 16 KB of header',
  'body-too-large': 'sent an RTSP message with over 64 KB of body',
  'lost-sync': 'sent over 128 KB that are neither RTSP nor RTP',
};

/**
 * One RTSP 1.0 session as a client, over TCP interleaved (RFC 2326 §10.12, appendix A.1):
 * OPTIONS → DESCRIBE → SETUP → PLAY → streaming → TEARDOWN. Pure: bytes and the time in, bytes and events out.
 */
export class RtspSession implements RtspReaderHandler {
  readonly #cameraId: CameraId;
  readonly #url: string;
  readonly #handler: RtspSessionHandler;
  readonly #counters: IngestCounters;
  readonly #random: () => number;
  readonly #auth: Authenticator;
  readonly #reader: RtspReader;
  #pending: PendingRequest | undefined;
  #cseq = 0;
  #answered = false;
  #over = false;
  #playing = false;
  #aggregateUrl: string;
  #track: VideoTrack | undefined;
  #setup: SetupAnswer | undefined;
  #receiver: VideoReceiver | undefined;
  #keepAliveMethod: 'GET_PARAMETER' | 'OPTIONS' = 'OPTIONS';
  #arrivedAt: UtcMs = 0;

  constructor(options: {
    cameraId: CameraId;
    /** Without credentials. */
    url: string;
    credentials: Credentials | undefined;
    handler: RtspSessionHandler;
    counters: IngestCounters;
    cnonce: () => string;
    random: () => number;
  }) {
    this.#cameraId = options.cameraId;
    this.#url = options.url;
    this.#aggregateUrl = options.url;
    this.#handler = options.handler;
    this.#counters = options.counters;
    this.#random = options.random;
    this.#auth = new Authenticator({ credentials: options.credentials, cnonce: options.cnonce });
    this.#reader = new RtspReader({ handler: this, counters: options.counters });
  }

  /** Method of the request that has no answer yet. */
  get waitingFor(): RtspMethod | undefined {
    return this.#pending?.method;
  }

  /** Whether the server has sent any RTSP message. */
  get answered(): boolean {
    return this.#answered;
  }

  /** How often `keepAlive` is due, in ms: half of the session's timeout. Undefined before PLAY was answered. */
  get keepAliveMs(): number | undefined {
    return this.#playing && this.#setup !== undefined ? Math.max(1000, this.#setup.timeoutMs / 2) : undefined;
  }

  /** Sends the first request. */
  begin(): void {
    this.#request('OPTIONS', this.#url);
  }

  /** Takes `length` bytes from the server; they may be overwritten after the call. */
  receive(chunk: Buffer, length: number, arrivedAt: UtcMs): void {
    this.#arrivedAt = arrivedAt;
    this.#reader.push(chunk, length);
  }

  /** Time has passed: nothing that is complete may wait longer. */
  settle(now: UtcMs): void {
    this.#receiver?.settle(now);
  }

  /** Tells the server that we are still there (RFC 2326 §10.8, §12.37); skipped while it owes an answer. */
  keepAlive(): void {
    if (!this.#playing || this.#over || this.#pending !== undefined) return;
    this.#request(this.#keepAliveMethod, this.#aggregateUrl);
  }

  /** Ends the session; true when there was one, so that a TEARDOWN was sent. No event follows. */
  end(): boolean {
    const standing = !this.#over && this.#setup !== undefined;
    if (standing) this.#request('TEARDOWN', this.#aggregateUrl);
    this.#finish();
    return standing;
  }

  onResponse(response: RtspResponse): void {
    this.#answered = true;
    const pending = this.#pending;
    const cseq = cseqOf(response);
    if (pending === undefined || (cseq !== undefined && cseq !== pending.cseq)) {
      this.#counters.malformedMessages += 1;
      return;
    }
    if (response.status < 200) return;
    this.#pending = undefined;
    if (response.status === 401) {
      this.#challenged(pending, response);
      return;
    }
    if (pending.authorized) this.#auth.accepted();
    if (this.#playing) this.#keptAlive(response);
    // OPTIONS is a courtesy: cameras that do not know it still stream.
    else if (pending.method === 'OPTIONS') this.#describe(response);
    else if (response.status >= 300) this.#refused(pending, response);
    else if (pending.method === 'DESCRIBE') this.#described(response);
    else if (pending.method === 'SETUP') this.#setUp(response);
    else if (pending.method === 'PLAY') this.#play();
  }

  onRequest(request: RtspServerRequest): void {
    this.#answered = true;
    const known = ['OPTIONS', 'GET_PARAMETER', 'SET_PARAMETER'].includes(request.method);
    this.#handler.send(formatResponse(known ? 200 : 501, cseqOf(request), headerOf(request, 'session')));
  }

  onInterleaved(channel: number, buffer: Buffer, start: number, end: number): void {
    const setup = this.#setup;
    if (channel === setup?.rtpChannel) this.#receiver?.rtp(buffer, start, end, this.#arrivedAt);
    else if (channel === setup?.rtcpChannel) this.#receiver?.rtcp(buffer, start, end, this.#arrivedAt);
    else this.#counters.foreignPackets += 1;
  }

  onGarbage(preview: string): void {
    if (!this.#answered) this.#fail('not-rtsp', `answered "${preview}"`);
  }

  onBroken(reason: BrokenStream): void {
    this.#fail('protocol-error', brokenStreams[reason]);
  }

  #describe(options: RtspResponse): void {
    if (/\bGET_PARAMETER\b/i.test(headerOf(options, 'public') ?? '')) this.#keepAliveMethod = 'GET_PARAMETER';
    this.#request('DESCRIBE', this.#url, { Accept: 'application/sdp' });
  }

  #described(response: RtspResponse): void {
    const description = parseSdp(response.body);
    const choice = chooseVideoTrack(description);
    if (choice.kind === 'no-video-track') {
      this.#fail(choice.kind, `the stream offers ${choice.found}`);
    } else if (choice.kind === 'unsupported-codec') {
      this.#fail(choice.kind, `the video is ${choice.found}; H264, H265 or JPEG is needed`);
    } else {
      const base = baseUrlOf(response, this.#url);
      this.#track = choice.track;
      this.#aggregateUrl = controlUrl(base, description.control);
      this.#request('SETUP', controlUrl(base, choice.track.control), {
        Transport: 'RTP/AVP/TCP;unicast;interleaved=0-1',
      });
    }
  }

  #setUp(response: RtspResponse): void {
    const answer = parseSetupAnswer(response);
    if (typeof answer === 'string' || this.#track === undefined) {
      this.#fail('protocol-error', String(answer));
      return;
    }
    this.#setup = answer;
    this.#receiver = new VideoReceiver({
      cameraId: this.#cameraId,
      track: this.#track,
      counters: this.#counters,
      random: this.#random,
      handler: {
        onAccessUnit: (unit) => this.#handler.onAccessUnit(unit),
        onSkipped: () => undefined,
        onReport: (report) => this.#handler.send(interleavedFrame(answer.rtcpChannel, report)),
        onBye: () => this.#fail('closed-by-server', 'the camera ended the stream (RTCP BYE)'),
      },
    });
    this.#request('PLAY', this.#aggregateUrl, { Range: 'npt=0.000-' });
  }

  #play(): void {
    this.#playing = true;
    this.#handler.onPlaying();
  }

  #keptAlive(response: RtspResponse): void {
    // 454: Session Not Found (RFC 2326 §11.3.5). Any other refusal still was a sign of life.
    if (response.status === 454) this.#fail('closed-by-server', 'the camera has forgotten the session');
    else if (response.status >= 300) this.#keepAliveMethod = 'OPTIONS';
  }

  #challenged(pending: PendingRequest, response: RtspResponse): void {
    const outcome = this.#auth.challenged(response.headers.get('www-authenticate') ?? [], pending);
    if (outcome.kind === 'rejected') this.#fail('unauthorized', outcome.detail);
    else this.#request(pending.method, pending.uri, pending.headers, pending.tries + 1);
  }

  #refused(pending: PendingRequest, response: RtspResponse): void {
    const text = response.reason.replace(/[^\x20-\x7e]/g, '.').slice(0, 80);
    this.#fail('refused', `${pending.method} was answered ${response.status} ${text}`);
  }

  #request(method: RtspMethod, uri: string, headers: PendingRequest['headers'] = {}, tries = 1): void {
    if (this.#over) return;
    this.#cseq += 1;
    const authorization = this.#auth.authorize(method, uri);
    const cseq = this.#cseq;
    this.#pending = { method, uri, headers, cseq, authorized: authorization !== undefined, tries };
    const session = this.#setup?.sessionId;
    this.#handler.send(
      formatRequest({ method, uri, cseq, headers: { ...headers, Session: session, Authorization: authorization } }),
    );
  }

  #fail(reason: BlindReason, detail: string): void {
    if (this.#over) return;
    this.#finish();
    this.#handler.onFailure(reason, detail);
  }

  #finish(): void {
    this.#over = true;
    this.#pending = undefined;
    this.#reader.stop();
    this.#receiver?.close();
  }
}
