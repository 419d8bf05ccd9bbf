import type { BlindReason } from '../../domain/camera.ts';
import type { UtcMs } from '../../domain/ids.ts';
import { baseUrlOf, controlUrl } from './control-url.ts';
import type { Lack } from './depacketizer.ts';
import type { IngestCounters } from './ingest-counters.ts';
import { KeepAlive } from './keep-alive.ts';
import { MediaInput } from './media-input.ts';
import { PlayRequest } from './play-request.ts';
import { isRedirect, locationOf } from './redirect.ts';
import { RtspDialogue } from './rtsp-dialogue.ts';
import { cseqOf, headerOf, type RtspResponse, type RtspServerRequest } from './rtsp-message.ts';
import { type BrokenStream, RtspReader, type RtspReaderHandler } from './rtsp-reader.ts';
import { formatResponse, type RtspMethod } from './rtsp-request.ts';
import type { Detour, RtspSessionHandler, RtspSessionOptions } from './rtsp-session-options.ts';
import { chooseVideoTrack, parseSdp, type VideoTrack } from './sdp.ts';
import { type PortPair, parseSetupAnswer, type SetupAnswer, transportField } from './setup-answer.ts';
import type { DatagramKind } from './udp-pair.ts';

const brokenStreams: Readonly<Record<BrokenStream, string>> = {
  'head-too-large': 'sent an RTSP message with over 16 KB of header',
  'body-too-large': 'sent an RTSP message with over 64 KB of body',
  'lost-sync': 'sent over 128 KB that are neither RTSP nor RTP',
};

/** RFC 2326 §11.3.14. */
const unsupportedTransport = 461;

/**
 * One RTSP 1.0 session as a client (RFC 2326 appendix A.1): OPTIONS → DESCRIBE → SETUP → PLAY → streaming → TEARDOWN.
 * Pure: bytes and the time in, bytes and events out. Only the video track is set up; others cost nothing.
 */
export class RtspSession implements RtspReaderHandler {
  readonly #options: RtspSessionOptions;
  readonly #handler: RtspSessionHandler;
  readonly #counters: IngestCounters;
  readonly #dialogue: RtspDialogue;
  readonly #reader: RtspReader;
  readonly #keepAlive = new KeepAlive();
  #answered = false;
  #over = false;
  #tornDown = false;
  #playing = false;
  #play = new PlayRequest('', '');
  #aggregateUrl: string;
  #trackUrl: string;
  #track: VideoTrack | undefined;
  #ports: PortPair | undefined;
  #setup: SetupAnswer | undefined;
  #media: MediaInput | undefined;
  #arrivedAt: UtcMs = 0;

  constructor(options: RtspSessionOptions) {
    this.#options = options;
    this.#handler = options.handler;
    this.#counters = options.counters;
    this.#aggregateUrl = options.target.url;
    this.#trackUrl = options.target.url;
    this.#ports = options.ports;
    this.#dialogue = new RtspDialogue({ auth: options.auth, send: (bytes) => options.handler.send(bytes) });
    this.#reader = new RtspReader({ handler: this, counters: options.counters });
  }

  /** Method of the request that has no answer yet. */
  get waitingFor(): RtspMethod | undefined {
    return this.#dialogue.waitingFor;
  }

  /** Whether the server has sent any RTSP message. */
  get answered(): boolean {
    return this.#answered;
  }

  /** What keeps pictures from being handed on, while something does. */
  get lacks(): Lack | undefined {
    return this.#media?.lacks;
  }

  /** Packets are to come as datagrams, and none has come. */
  get silentOverUdp(): boolean {
    return this.#setup?.path.kind === 'udp' && this.#media?.silent === true;
  }

  /** How often `keepAlive` is due, in ms: half of the session's timeout. Undefined before PLAY was answered. */
  get keepAliveMs(): number | undefined {
    return this.#playing && this.#setup !== undefined ? Math.max(1000, this.#setup.timeoutMs / 2) : undefined;
  }

  /** Sends the first request. */
  begin(): void {
    this.#request('OPTIONS', this.#options.target.url);
  }

  /** Takes `length` bytes from the server; they may be overwritten after the call. */
  receive(chunk: Buffer, length: number, arrivedAt: UtcMs): void {
    this.#arrivedAt = arrivedAt;
    this.#reader.push(chunk, length);
  }

  /** Takes a datagram; `packet` is the session's own from now on. */
  receiveDatagram(kind: DatagramKind, packet: Buffer, arrivedAt: UtcMs): void {
    if (this.#setup?.path.kind === 'udp' && !this.#over) this.#media?.datagram(kind, packet, arrivedAt);
    else this.#counters.foreignPackets += 1;
  }

  /** Time has passed: nothing that is complete may wait longer. */
  settle(now: UtcMs): void {
    this.#media?.settle(now);
  }

  /** Tells the server that we are still there; one that did not answer the last time is asked again all the same. */
  keepAlive(): void {
    if (this.#playing && !this.#over) this.#request(this.#keepAlive.method, this.#aggregateUrl);
  }

  /**
   * The server closed the connection. After a 401 that is its way to ask for another one; else the session has failed
   * for the reason given.
   */
  closed(reason: BlindReason, detail: string): void {
    this.settle(Number.POSITIVE_INFINITY);
    if (this.#dialogue.repeating) this.#detour({ kind: 'reopen' });
    else this.#fail(reason, detail);
  }

  /** Ends the session; true when there was one, so that a TEARDOWN was sent. No event follows. Idempotent. */
  end(): boolean {
    if (!this.#over && this.#setup !== undefined) {
      this.#request('TEARDOWN', this.#aggregateUrl);
      this.#tornDown = true;
    }
    this.#finish();
    return this.#tornDown;
  }

  onResponse(response: RtspResponse): void {
    this.#answered = true;
    const outcome = this.#dialogue.take(response);
    if (outcome.kind === 'unexpected') this.#counters.malformedMessages += 1;
    else if (outcome.kind === 'unauthorized') this.#fail('unauthorized', outcome.detail);
    else if (outcome.kind === 'reopen') this.#detour({ kind: 'reopen' });
    else if (outcome.kind === 'answered') this.#follow(outcome.method, response);
  }

  onRequest(request: RtspServerRequest): void {
    this.#answered = true;
    const known = ['OPTIONS', 'GET_PARAMETER', 'SET_PARAMETER', 'REDIRECT'].includes(request.method);
    this.#handler.send(formatResponse(known ? 200 : 501, cseqOf(request), headerOf(request, 'session')));
    // A server sends its clients elsewhere (RFC 2326 §10.10).
    if (request.method === 'REDIRECT') this.#redirected('the camera', request);
  }

  onInterleaved(channel: number, buffer: Buffer, start: number, end: number): void {
    const path = this.#setup?.path;
    if (path?.kind !== 'tcp') this.#counters.foreignPackets += 1;
    else if (channel === path.rtpChannel) this.#media?.rtp(buffer, start, end, this.#arrivedAt);
    else if (channel === path.rtcpChannel) this.#media?.rtcp(buffer, start, end, this.#arrivedAt);
    else this.#counters.foreignPackets += 1;
  }

  onGarbage(preview: string): void {
    if (!this.#answered) this.#fail('not-rtsp', `answered "${preview}"`);
  }

  onBroken(reason: BrokenStream): void {
    this.#fail('protocol-error', brokenStreams[reason]);
  }

  #follow(method: RtspMethod, response: RtspResponse): void {
    const { status } = response;
    if (this.#playing) this.#keptAlive(response);
    else if (isRedirect(status)) this.#redirected(method, response);
    // OPTIONS is a courtesy: cameras that do not know it still stream.
    else if (method === 'OPTIONS') this.#describe(response);
    else if (status >= 300) this.#refused(method, response);
    else if (method === 'DESCRIBE') this.#described(response);
    else if (method === 'SETUP') this.#setUp(response);
    else if (method === 'PLAY') this.#started();
  }

  #describe(options: RtspResponse): void {
    this.#keepAlive.offered(options.headers.get('public') ?? []);
    this.#request('DESCRIBE', this.#options.target.url, { Accept: 'application/sdp' });
  }

  #described(response: RtspResponse): void {
    const description = parseSdp(response.body);
    const choice = chooseVideoTrack(description, this.#options.videoTrack);
    if (choice.kind === 'no-video-track') {
      this.#fail(choice.kind, `the stream offers ${choice.found}`);
    } else if (choice.kind === 'unsupported-codec') {
      this.#fail(choice.kind, `the video is ${choice.found}; H264, H265 or JPEG is needed`);
    } else {
      const base = baseUrlOf(response, this.#options.target.url);
      this.#track = choice.track;
      this.#aggregateUrl = controlUrl(base, description.control);
      this.#trackUrl = controlUrl(base, choice.track.control);
      this.#requestSetup();
    }
  }

  #requestSetup(): void {
    this.#request('SETUP', this.#trackUrl, { Transport: transportField(this.#ports) });
  }

  #setUp(response: RtspResponse): void {
    const answer = parseSetupAnswer(response, this.#ports);
    if (typeof answer === 'string' || this.#track === undefined) {
      this.#fail('protocol-error', String(answer));
      return;
    }
    this.#setup = answer;
    this.#dialogue.join(answer.sessionId);
    this.#media = new MediaInput({
      cameraId: this.#options.cameraId,
      track: this.#track,
      path: answer.path,
      counters: this.#counters,
      random: this.#options.random,
      handler: this.#handler,
      onBye: () => this.#fail('closed-by-server', 'the camera ended the stream (RTCP BYE)'),
    });
    this.#handler.onPath(answer.path);
    this.#play = new PlayRequest(this.#aggregateUrl, this.#trackUrl);
    this.#request('PLAY', this.#play.url, this.#play.headers);
  }

  #started(): void {
    this.#playing = true;
    this.#handler.onPlaying();
  }

  #keptAlive(response: RtspResponse): void {
    // 454: Session Not Found (RFC 2326 §11.3.5). Any other refusal still was a sign of life.
    if (response.status === 454) this.#fail('closed-by-server', 'the camera has forgotten the session');
    else if (response.status >= 300) this.#keepAlive.refused();
  }

  #redirected(who: string, message: RtspResponse | RtspServerRequest): void {
    const target = locationOf(message, this.#options.target);
    if (typeof target === 'string') this.#fail('refused', `${who} was redirected ${target}`);
    else this.#detour({ kind: 'redirect', target });
  }

  /** A refusal that another way of asking may get round, or the end. */
  #refused(method: RtspMethod, response: RtspResponse): void {
    const { status } = response;
    if (method === 'SETUP' && status === unsupportedTransport && this.#ports !== undefined && this.#options.tcpToo) {
      this.#ports = undefined;
      this.#requestSetup();
    } else if (method === 'PLAY' && this.#play.refused(status)) {
      this.#request('PLAY', this.#play.url, this.#play.headers);
    } else {
      const text = response.reason.replace(/[^\x20-\x7e]/g, '.').slice(0, 80);
      this.#fail('refused', `${method} was answered ${status} ${text}`);
    }
  }

  #request(method: RtspMethod, uri: string, headers: Readonly<Record<string, string | undefined>> = {}): void {
    if (!this.#over) this.#dialogue.request(method, uri, headers);
  }

  #detour(detour: Detour): void {
    if (this.#over) return;
    this.end();
    this.#handler.onDetour(detour);
  }

  #fail(reason: BlindReason, detail: string): void {
    if (this.#over) return;
    this.#finish();
    this.#handler.onFailure(reason, detail);
  }

  #finish(): void {
    this.#over = true;
    this.#dialogue.end();
    this.#reader.stop();
    this.#media?.close();
  }
}
