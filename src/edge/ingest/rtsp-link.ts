import { readFileSync } from 'node:fs';
import { connect, isIP, type Socket } from 'node:net';
import { type ConnectionOptions, connect as connectTls, type TLSSocket } from 'node:tls';
import type { Clock } from '../../lib/clock.ts';
import type { CameraTls } from './config.ts';
import type { RtspTarget } from './rtsp-target.ts';

/** What one connection says. */
export interface RtspLinkHandler {
  /** Requests may be sent. */
  onOpen(): void;
  /** `length` bytes at the start of `buffer`, valid during the call only. */
  onData(buffer: Buffer, length: number): void;
  /** It cannot be opened or broke; `onClose` follows. */
  onError(what: string): void;
  onClose(): void;
}

/**
 * What every connection of the process reads into. The event loop reads and hands on in one go, and whoever keeps
 * bytes copies them, so one buffer does for any number of cameras.
 */
const readBuffer = Buffer.allocUnsafeSlow(64 * 1024);

/** How long the last words may take to leave before the socket is cut. */
const closeGraceMs = 500;

/** One TCP or TLS connection to a camera. */
export class RtspLink {
  readonly #target: RtspTarget;
  readonly #tls: CameraTls | undefined;
  readonly #clock: Clock;
  readonly #handler: RtspLinkHandler;
  #socket: Socket | undefined;

  constructor(options: {
    target: RtspTarget;
    tls: CameraTls | undefined;
    clock: Clock;
    handler: RtspLinkHandler;
  }) {
    this.#target = options.target;
    this.#tls = options.tls;
    this.#clock = options.clock;
    this.#handler = options.handler;
  }

  /** Address of the camera, once connected. */
  get remoteAddress(): string | undefined {
    return this.#socket?.remoteAddress;
  }

  /** Connects; the handler is told how it went. */
  open(): void {
    const { host, port, secure } = this.#target;
    const handler = this.#handler;
    const onread = {
      buffer: readBuffer,
      callback: (length: number) => {
        handler.onData(readBuffer, length);
        return true;
      },
    };
    const endpoint = { host, port, noDelay: true, onread };
    let socket: Socket;
    if (secure) {
      const trust = trustOf(this.#tls, host);
      if (typeof trust === 'string') {
        handler.onError(trust);
        return;
      }
      const secured = connectTls({ ...endpoint, ...trust });
      secured.on('secureConnect', () => this.#secured(secured));
      socket = secured;
    } else {
      socket = connect(endpoint);
      socket.on('connect', () => handler.onOpen());
    }
    this.#socket = socket;
    socket.on('error', (error: NodeJS.ErrnoException) => handler.onError(error.code ?? error.message));
    socket.on('close', () => handler.onClose());
  }

  /** Sends bytes, unless the other side is gone. */
  write(bytes: Buffer): void {
    if (this.#socket?.writable === true) this.#socket.write(bytes);
  }

  /**
   * Closes; resolves when the socket is gone. After last words it waits a little for the camera to close: cutting a
   * socket with unread pictures resets it, and the words may be lost with it.
   */
  async close(lastWords: boolean): Promise<void> {
    const socket = this.#socket;
    if (socket === undefined || socket.destroyed) return;
    await new Promise<void>((resolve) => {
      const cancel = this.#clock.after(closeGraceMs, () => socket.destroy());
      socket.once('close', () => {
        cancel();
        resolve();
      });
      if (lastWords && !socket.connecting) socket.end();
      else socket.destroy();
    });
  }

  #secured(socket: TLSSocket): void {
    const pinned = this.#tls?.fingerprint;
    const shown = socket.getPeerCertificate().fingerprint256 ?? '';
    if (pinned === undefined || plain(pinned) === plain(shown)) this.#handler.onOpen();
    else {
      this.#handler.onError(`the certificate has another fingerprint than configured: ${shown}`);
      socket.destroy();
    }
  }
}

/** What a certificate must prove; a text says why that cannot be set up. */
function trustOf(tls: CameraTls | undefined, host: string): ConnectionOptions | string {
  // A name is told to the server; an address must not be (RFC 6066 §3).
  const name = isIP(host) === 0 ? { servername: host } : {};
  // A pinned certificate is known itself: who signed it says nothing more.
  if (tls?.insecure === true || tls?.fingerprint !== undefined) return { ...name, rejectUnauthorized: false };
  if (tls?.caFile === undefined) return name;
  try {
    return { ...name, ca: readFileSync(tls.caFile) };
  } catch {
    return `tls.caFile ${tls.caFile} cannot be read`;
  }
}

function plain(fingerprint: string): string {
  return fingerprint.replaceAll(':', '').toLowerCase();
}
