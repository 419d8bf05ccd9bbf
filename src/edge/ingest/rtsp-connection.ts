import type { BlindReason } from '../../domain/camera.ts';
import type { CameraId } from '../../domain/ids.ts';
import type { Clock } from '../../lib/clock.ts';
import { Authenticator } from './authenticator.ts';
import { randomCnonce } from './authorization.ts';
import type { CameraStream } from './config.ts';
import type { IngestCounters } from './ingest-counters.ts';
import { type NextLeg, RtspLeg } from './rtsp-leg.ts';
import type { Credentials, RtspTarget } from './rtsp-target.ts';
import type { AccessUnitSink } from './video-receiver.ts';

/** What one try tells its camera. */
export interface RtspConnectionHandler extends AccessUnitSink {
  /** The try is over; called once, and never after `close`. */
  onEnd(reason: BlindReason, detail: string): void;
}

/** What a try needs. */
export interface RtspConnectionOptions {
  readonly cameraId: CameraId;
  readonly target: RtspTarget;
  readonly credentials: Credentials | undefined;
  readonly stream: CameraStream;
  readonly clock: Clock;
  readonly random: () => number;
  readonly counters: IngestCounters;
  readonly handler: RtspConnectionHandler;
}

/** Redirects, new connections for a 401 and the change to TCP, all together: more is a server that goes in circles. */
const maxLegs = 8;

/**
 * One try to get a camera's stream, never repeated: a connection, and another one where the server redirects (RFC 2326
 * §11.3), closes with its 401, or UDP does not get through.
 */
export class RtspConnection {
  readonly #options: RtspConnectionOptions;
  #target: RtspTarget;
  #credentials: Credentials | undefined;
  #auth: Authenticator;
  #udp: boolean;
  #leg: RtspLeg | undefined;
  #legs = 0;
  #over = false;
  readonly #closing = new Set<Promise<void>>();

  constructor(options: RtspConnectionOptions) {
    this.#options = options;
    this.#target = options.target;
    this.#credentials = options.credentials;
    this.#auth = authenticatorFor(options.credentials);
    this.#udp = options.stream.transport !== 'tcp';
  }

  /** Connects and goes on by itself. */
  open(): void {
    const { cameraId, stream, clock, random, counters, handler } = this.#options;
    this.#legs += 1;
    const leg = new RtspLeg({
      cameraId,
      target: this.#target,
      auth: this.#auth,
      udp: this.#udp,
      stream,
      clock,
      random,
      counters,
      handler: {
        wanted: (kind) => handler.wanted?.(kind) ?? true,
        onAccessUnit: (unit) => handler.onAccessUnit(unit),
        onPassed: (kind, bytes, receivedAt) => handler.onPassed?.(kind, bytes, receivedAt),
        onNext: (next) => this.#goOn(next),
        onEnd: (reason, detail) => this.#end(reason, detail),
      },
    });
    this.#leg = leg;
    leg.open();
  }

  /** Takes leave with a TEARDOWN and closes; resolves when every socket is gone. */
  async close(): Promise<void> {
    this.#over = true;
    this.#leave();
    await Promise.all(this.#closing);
  }

  #goOn(next: NextLeg): void {
    this.#leave();
    if (this.#over) return;
    if (this.#legs >= maxLegs) {
      this.#end('refused', `the camera leads in circles: ${this.#legs} connections, no stream`);
      return;
    }
    if (next.kind === 'redirect') this.#redirect(next.target);
    else if (next.kind === 'tcp') this.#udp = false;
    this.#auth.reopened();
    this.open();
  }

  /** Credentials follow within a host; to another one only where that is configured, or the address brings its own. */
  #redirect(target: RtspTarget): void {
    const sameHost = target.host.toLowerCase() === this.#target.host.toLowerCase();
    const kept = sameHost || this.#options.stream.redirectCredentials ? this.#credentials : undefined;
    this.#target = target;
    this.#credentials = target.credentials ?? kept;
    this.#auth = authenticatorFor(this.#credentials);
  }

  #leave(): void {
    const closing = this.#leg?.close();
    this.#leg = undefined;
    if (closing === undefined) return;
    this.#closing.add(closing);
    void closing.then(() => this.#closing.delete(closing));
  }

  #end(reason: BlindReason, detail: string): void {
    if (this.#over) return;
    this.#over = true;
    this.#leave();
    this.#options.handler.onEnd(reason, detail);
  }
}

function authenticatorFor(credentials: Credentials | undefined): Authenticator {
  return new Authenticator({ credentials, cnonce: randomCnonce });
}
