import { connect, type Socket } from 'node:net';
import type { AccessUnit } from '../../domain/access-unit.ts';
import type { BlindReason } from '../../domain/camera.ts';
import type { CameraId } from '../../domain/ids.ts';
import type { Clock } from '../../lib/clock.ts';
import { randomCnonce } from './authorization.ts';
import type { CameraStream } from './config.ts';
import type { IngestCounters } from './ingest-counters.ts';
import { RtspSession } from './rtsp-session.ts';
import type { Credentials, RtspTarget } from './rtsp-target.ts';

/** What one connection tells its camera. */
export interface RtspConnectionHandler {
  onAccessUnit(unit: AccessUnit): void;
  /** The connection is over; called once, and never after `close`. */
  onEnd(reason: BlindReason, detail: string): void;
}

/**
 * What every connection of the process reads into. The event loop reads and hands on in one go, and whoever keeps
 * bytes copies them, so one buffer does for any number of cameras.
 */
const readBuffer = Buffer.allocUnsafeSlow(64 * 1024);

/** How long a TEARDOWN may take to leave before the socket is cut. */
const closeGraceMs = 500;

/** One TCP connection to a camera and the deadlines on it: one try, never repeated. */
export class RtspConnection {
  readonly #target: RtspTarget;
  readonly #stream: CameraStream;
  readonly #clock: Clock;
  readonly #counters: IngestCounters;
  readonly #handler: RtspConnectionHandler;
  readonly #session: RtspSession;
  #socket: Socket | undefined;
  #cancelTick: (() => void) | undefined;
  #phase: 'connecting' | 'asking' | 'playing' | 'over' = 'connecting';
  /** Monotonic time of the last step: connect, request, PLAY answered or access unit. */
  #progressAt = 0;
  #keptAliveAt = 0;

  constructor(options: {
    cameraId: CameraId;
    target: RtspTarget;
    credentials: Credentials | undefined;
    stream: CameraStream;
    clock: Clock;
    random: () => number;
    counters: IngestCounters;
    handler: RtspConnectionHandler;
  }) {
    this.#target = options.target;
    this.#stream = options.stream;
    this.#clock = options.clock;
    this.#counters = options.counters;
    this.#handler = options.handler;
    this.#session = new RtspSession({
      cameraId: options.cameraId,
      url: options.target.url,
      credentials: options.credentials,
      counters: options.counters,
      cnonce: randomCnonce,
      random: options.random,
      handler: {
        send: (bytes) => this.#send(bytes),
        onPlaying: () => this.#playing(),
        onAccessUnit: (unit) => this.#accessUnit(unit),
        onFailure: (reason, detail) => this.#end(reason, detail),
      },
    });
  }

  /** Connects and goes on by itself. */
  open(): void {
    this.#counters.connections += 1;
    this.#progressAt = this.#clock.monotonic();
    const socket = connect({
      host: this.#target.host,
      port: this.#target.port,
      noDelay: true,
      onread: { buffer: readBuffer, callback: (length) => this.#read(length) },
    });
    this.#socket = socket;
    socket.on('connect', () => this.#connected());
    socket.on('error', (error) => this.#failed(error));
    socket.on('close', () => this.#closed());
    this.#scheduleTick();
  }

  /** Takes leave with a TEARDOWN and closes; resolves when the socket is gone. */
  async close(): Promise<void> {
    if (this.#phase === 'over') return;
    await this.#leave();
  }

  #connected(): void {
    if (this.#phase !== 'connecting') return;
    this.#phase = 'asking';
    this.#session.begin();
  }

  #playing(): void {
    this.#phase = 'playing';
    this.#progressAt = this.#clock.monotonic();
    this.#keptAliveAt = this.#progressAt;
  }

  #read(length: number): boolean {
    this.#counters.bytes += length;
    this.#session.receive(readBuffer, length, this.#clock.now());
    return true;
  }

  #send(bytes: Buffer): void {
    if (this.#phase === 'asking') this.#progressAt = this.#clock.monotonic();
    if (this.#socket?.writable === true) this.#socket.write(bytes);
  }

  #accessUnit(unit: AccessUnit): void {
    this.#progressAt = this.#clock.monotonic();
    this.#handler.onAccessUnit(unit);
  }

  #closed(): void {
    if (this.#phase === 'over') return;
    // What came whole before the end still counts.
    this.#session.settle(Number.POSITIVE_INFINITY);
    this.#end('closed-by-server', 'the camera closed the connection');
  }

  #failed(error: NodeJS.ErrnoException): void {
    const what = error.code ?? error.message;
    if (this.#phase === 'connecting') this.#end('unreachable', `cannot connect: ${what}`);
    else this.#end('closed-by-server', `the connection broke: ${what}`);
  }

  /** One timer a connection looks after every deadline; pictures only note the time. */
  #scheduleTick(): void {
    const { connectTimeoutMs, responseTimeoutMs, stalledAfterMs } = this.#stream;
    const everyMs = Math.min(1000, connectTimeoutMs / 4, responseTimeoutMs / 4, stalledAfterMs / 4);
    this.#cancelTick = this.#clock.after(everyMs, () => {
      this.#checkDeadlines();
      if (this.#phase !== 'over') this.#scheduleTick();
    });
  }

  #checkDeadlines(): void {
    this.#session.settle(this.#clock.now());
    const now = this.#clock.monotonic();
    const idleMs = now - this.#progressAt;
    const { connectTimeoutMs, responseTimeoutMs, stalledAfterMs } = this.#stream;
    if (this.#phase === 'connecting' && idleMs >= connectTimeoutMs) {
      this.#end('unreachable', `no connection within ${connectTimeoutMs} ms`);
    } else if (this.#phase === 'asking' && idleMs >= responseTimeoutMs) {
      const detail = `${this.#session.waitingFor ?? 'the request'} was not answered within ${responseTimeoutMs} ms`;
      this.#end(this.#session.answered ? 'stalled' : 'unreachable', detail);
    } else if (this.#phase === 'playing' && idleMs >= stalledAfterMs) {
      this.#end('stalled', `no complete picture for ${stalledAfterMs} ms`);
    } else if (this.#phase === 'playing' && now - this.#keptAliveAt >= (this.#session.keepAliveMs ?? Infinity)) {
      this.#keptAliveAt = now;
      this.#session.keepAlive();
    }
  }

  #end(reason: BlindReason, detail: string): void {
    if (this.#phase === 'over') return;
    void this.#leave();
    this.#handler.onEnd(reason, detail);
  }

  /**
   * Frees our place at the camera by a TEARDOWN where a session stands, then waits a little for the camera to close:
   * cutting a socket with unread pictures resets it, and the TEARDOWN may be lost with it.
   */
  async #leave(): Promise<void> {
    this.#phase = 'over';
    this.#cancelTick?.();
    const standing = this.#session.end();
    const socket = this.#socket;
    if (socket === undefined || socket.destroyed) return;
    await new Promise<void>((resolve) => {
      const cancel = this.#clock.after(closeGraceMs, () => socket.destroy());
      socket.once('close', () => {
        cancel();
        resolve();
      });
      if (standing && !socket.connecting) socket.end();
      else socket.destroy();
    });
  }
}
