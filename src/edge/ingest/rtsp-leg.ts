import type { BlindReason } from '../../domain/camera.ts';
import type { CameraId } from '../../domain/ids.ts';
import type { Clock } from '../../lib/clock.ts';
import type { Authenticator } from './authenticator.ts';
import type { CameraStream } from './config.ts';
import type { Lack } from './depacketizer.ts';
import type { IngestCounters } from './ingest-counters.ts';
import { RtspLink } from './rtsp-link.ts';
import { RtspSession } from './rtsp-session.ts';
import type { Detour } from './rtsp-session-options.ts';
import type { RtspTarget } from './rtsp-target.ts';
import type { MediaPath, PortPair } from './setup-answer.ts';
import { UdpPeer } from './udp-peer.ts';
import type { AccessUnitSink } from './video-receiver.ts';

/** Where a leg leads on to: what its session asks for, or TCP because UDP brought nothing. */
export type NextLeg = Detour | { readonly kind: 'tcp' };

/** What one leg tells. */
export interface RtspLegHandler extends AccessUnitSink {
  /** It is over, and another one is to follow; called once, in place of `onEnd`. */
  onNext(next: NextLeg): void;
  /** It is over; called once, and never after `close`. */
  onEnd(reason: BlindReason, detail: string): void;
}

/** What a leg needs. */
export interface RtspLegOptions {
  readonly cameraId: CameraId;
  readonly target: RtspTarget;
  readonly auth: Authenticator;
  readonly udp: boolean;
  readonly stream: Omit<CameraStream, 'url'>;
  readonly clock: Clock;
  readonly random: () => number;
  readonly counters: IngestCounters;
  readonly handler: RtspLegHandler;
}

/** UDP that brings nothing in this time does not get through. */
const udpSilenceMs = 3000;

/** What to say of pictures that come and cannot be decoded. */
const lackReasons: Readonly<Record<Lack, readonly [BlindReason, string]>> = {
  keyframe: ['stalled', 'pictures come, but no keyframe'],
  'gradual-refresh': [
    'unsupported-codec',
    'pictures come, but none decodes alone (gradual refresh): have the camera send I frames',
  ],
  'parameter-sets': ['stalled', 'pictures come, but no parameter sets to decode them with'],
};

/** One connection to a camera, its session and the deadlines on both. A try of a camera takes one leg, seldom more. */
export class RtspLeg {
  readonly #options: RtspLegOptions;
  readonly #clock: Clock;
  readonly #handler: RtspLegHandler;
  readonly #link: RtspLink;
  #session: RtspSession | undefined;
  #udp: UdpPeer | undefined;
  #cancelTick: (() => void) | undefined;
  #phase: 'connecting' | 'asking' | 'playing' | 'over' = 'connecting';
  /** Monotonic time of the last step: connect, request, PLAY answered or access unit. */
  #progressAt = 0;
  #skippedAt = Number.NEGATIVE_INFINITY;
  #playingAt = 0;
  #keptAliveAt = 0;
  #closing: Promise<void> | undefined;

  constructor(options: RtspLegOptions) {
    const { target, stream, clock } = options;
    this.#options = options;
    this.#clock = clock;
    this.#handler = options.handler;
    this.#link = new RtspLink({
      target,
      tls: stream.tls,
      clock,
      handler: {
        onOpen: () => void this.#connected(),
        onData: (buffer, length) => this.#read(buffer, length),
        onError: (what) => this.#failed(what),
        onClose: () => this.#closed('the camera closed the connection'),
      },
    });
  }

  /** Connects and goes on by itself. */
  open(): void {
    this.#options.counters.connections += 1;
    this.#progressAt = this.#clock.monotonic();
    this.#scheduleTick();
    this.#link.open();
  }

  /** Takes leave with a TEARDOWN where a session stands, and closes; resolves when the socket is gone. Idempotent. */
  close(): Promise<void> {
    this.#closing ??= this.#shut();
    return this.#closing;
  }

  async #shut(): Promise<void> {
    this.#phase = 'over';
    this.#cancelTick?.();
    const lastWords = this.#session?.end() ?? false;
    this.#udp?.close();
    await this.#link.close(lastWords);
  }

  async #connected(): Promise<void> {
    if (this.#phase !== 'connecting') return;
    const ports = this.#options.udp ? await this.#openUdp() : undefined;
    if (this.#over()) return;
    this.#phase = 'asking';
    this.#session = this.#newSession(ports);
    this.#session.begin();
  }

  async #openUdp(): Promise<PortPair | undefined> {
    const { counters } = this.#options;
    const peer = new UdpPeer({
      host: this.#link.remoteAddress ?? '',
      handler: {
        onPacket: (kind, packet) => this.#session?.receiveDatagram(kind, packet, this.#clock.now()),
        onForeign: () => {
          counters.foreignPackets += 1;
        },
      },
    });
    this.#udp = peer;
    const ports = await peer.open();
    // The leg may have ended meanwhile.
    if (this.#over()) peer.close();
    return ports;
  }

  #over(): boolean {
    return this.#phase === 'over';
  }

  #newSession(ports: PortPair | undefined): RtspSession {
    const { cameraId, target, auth, stream, counters, random, handler } = this.#options;
    return new RtspSession({
      cameraId,
      target,
      auth,
      ports,
      tcpToo: stream.transport === 'auto',
      videoTrack: stream.videoTrack,
      counters,
      random,
      handler: {
        wanted: (kind) => handler.wanted?.(kind) ?? true,
        onAccessUnit: (unit) => {
          this.#progressAt = this.#clock.monotonic();
          handler.onAccessUnit(unit);
        },
        onPassed: (kind, bytes, at) => {
          this.#progressAt = this.#clock.monotonic();
          handler.onPassed?.(kind, bytes, at);
        },
        onSkipped: () => {
          this.#skippedAt = this.#clock.monotonic();
        },
        send: (bytes) => this.#send(bytes),
        sendDatagram: (kind, packet) => this.#udp?.send(kind, packet),
        onPath: (path) => this.#setUp(path),
        onPlaying: () => this.#playing(),
        onDetour: (detour) => this.#next(detour),
        onFailure: (reason, detail) => this.#end(reason, detail),
      },
    });
  }

  #setUp(path: MediaPath): void {
    if (path.kind === 'udp') this.#udp?.agreed(path.server);
    else this.#udp?.close();
  }

  #playing(): void {
    this.#phase = 'playing';
    this.#progressAt = this.#clock.monotonic();
    this.#playingAt = this.#progressAt;
    this.#keptAliveAt = this.#progressAt;
    this.#udp?.punch();
  }

  #read(buffer: Buffer, length: number): void {
    this.#options.counters.bytes += length;
    this.#session?.receive(buffer, length, this.#clock.now());
  }

  #send(bytes: Buffer): void {
    if (this.#phase === 'asking') this.#progressAt = this.#clock.monotonic();
    this.#link.write(bytes);
  }

  #failed(what: string): void {
    if (this.#phase === 'connecting') this.#end('unreachable', `cannot connect: ${what}`);
    else this.#closed(`the connection broke: ${what}`);
  }

  #closed(detail: string): void {
    if (this.#phase === 'over') return;
    if (this.#session === undefined) this.#end('closed-by-server', detail);
    else this.#session.closed('closed-by-server', detail);
  }

  /** One timer a connection looks after every deadline; pictures only note the time. */
  #scheduleTick(): void {
    const { connectTimeoutMs, responseTimeoutMs, stalledAfterMs } = this.#options.stream;
    const everyMs = Math.min(1000, connectTimeoutMs / 4, responseTimeoutMs / 4, stalledAfterMs / 4);
    this.#cancelTick = this.#clock.after(everyMs, () => {
      this.#session?.settle(this.#clock.now());
      this.#checkDeadlines();
      if (this.#phase !== 'over') this.#scheduleTick();
    });
  }

  #checkDeadlines(): void {
    const now = this.#clock.monotonic();
    const idleMs = now - this.#progressAt;
    const { connectTimeoutMs, responseTimeoutMs } = this.#options.stream;
    if (this.#phase === 'connecting' && idleMs >= connectTimeoutMs) {
      this.#end('unreachable', `no connection within ${connectTimeoutMs} ms`);
    } else if (this.#phase === 'asking' && idleMs >= responseTimeoutMs) {
      const detail = `${this.#session?.waitingFor ?? 'the request'} was not answered within ${responseTimeoutMs} ms`;
      this.#end(this.#session?.answered === true ? 'stalled' : 'unreachable', detail);
    } else if (this.#phase === 'playing') {
      this.#watch(now, idleMs);
    }
  }

  #watch(now: number, idleMs: number): void {
    const session = this.#session;
    if (session === undefined) return;
    const { stalledAfterMs, keyframeWithinMs, transport } = this.#options.stream;
    const silentMs = Math.min(udpSilenceMs, stalledAfterMs / 2);
    if (transport === 'auto' && session.silentOverUdp && now - this.#playingAt >= silentMs) {
      this.#next({ kind: 'tcp' });
    } else if (idleMs >= stalledAfterMs) {
      // Pictures that only wait for a keyframe are life, for a while: some cameras send one in 20 s.
      const waiting = this.#skippedAt > this.#progressAt ? session.lacks : undefined;
      const live = now - this.#skippedAt < stalledAfterMs && idleMs < keyframeWithinMs;
      if (waiting !== undefined && live) this.#keepAlive(now, session);
      else if (waiting !== undefined) this.#end(lackReasons[waiting][0], lackReasons[waiting][1]);
      else if (session.silentOverUdp) this.#end('stalled', `no packet came over UDP within ${stalledAfterMs} ms`);
      else this.#end('stalled', `no complete picture for ${stalledAfterMs} ms`);
    } else {
      this.#keepAlive(now, session);
    }
  }

  #keepAlive(now: number, session: RtspSession): void {
    if (now - this.#keptAliveAt < (session.keepAliveMs ?? Number.POSITIVE_INFINITY)) return;
    this.#keptAliveAt = now;
    session.keepAlive();
    this.#udp?.punch();
  }

  #next(next: NextLeg): void {
    if (this.#phase === 'over') return;
    this.#handler.onNext(next);
  }

  #end(reason: BlindReason, detail: string): void {
    if (this.#phase === 'over') return;
    void this.close();
    this.#handler.onEnd(reason, detail);
  }
}
