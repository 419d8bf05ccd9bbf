import { once } from 'node:events';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import type { Clock } from '../lib/clock.ts';
import type { Service } from '../lib/lifecycle.ts';
import type { Logger } from '../lib/log.ts';
import { readClip } from './clip-reader.ts';
import { type FarmCamera, FarmClient } from './farm-client.ts';
import type { PackedClip } from './playback.ts';
import { packClip } from './unit-packets.ts';

/** One simulated camera. */
interface FarmCameraOptions {
  /** Starts with a slash. */
  readonly path: string;
  /** MP4 with H.264. */
  readonly file: string;
  /** Starts over at the end; RTP time goes on. Otherwise the stream ends with an RTCP BYE. */
  readonly loop: boolean;
  readonly realm?: string;
  /** With a password, the camera asks for Digest credentials. */
  readonly username?: string;
  readonly password?: string;
}

/** What a farm needs. */
export interface CameraFarmOptions {
  readonly host: string;
  /** 0: a free one. */
  readonly port: number;
  readonly cameras: readonly FarmCameraOptions[];
  readonly clock: Clock;
  readonly log: Logger;
  /** 0–1, for SSRC, first timestamp and sequence number; default `Math.random`. */
  readonly random?: () => number;
}

/** What a farm counted. */
export interface CameraFarmCounters {
  readonly clients: number;
  readonly unitsSent: number;
  /** Access units dropped because a client was slow. */
  readonly unitsDropped: number;
}

/** One timer serves all clients; at 15 pictures a second 20 ms are a third of a picture's time. */
const tickMs = 20;

/**
 * Cameras made of files: an RTSP server that plays each client its file from the beginning, in real time.
 * Rejects on start with MB_MISSING_PART when a file is no H.264 in MP4, or with the system's error when it cannot listen.
 */
export class CameraFarm implements Service {
  readonly #options: CameraFarmOptions;
  readonly #cameras = new Map<string, FarmCamera>();
  readonly #clients = new Map<Socket, FarmClient>();
  #past = { sent: 0, dropped: 0 };
  #server: Server | undefined;
  #port = 0;
  #cancelTick: (() => void) | undefined;
  #stopping: Promise<void> | undefined;

  constructor(options: CameraFarmOptions) {
    this.#options = options;
  }

  /** The port it listens on; 0 before start. */
  get port(): number {
    return this.#port;
  }

  get counters(): CameraFarmCounters {
    const live = [...this.#clients.values()].map((client) => client.counts);
    return {
      clients: live.length,
      unitsSent: live.reduce((sum, { sent }) => sum + sent, this.#past.sent),
      unitsDropped: live.reduce((sum, { dropped }) => sum + dropped, this.#past.dropped),
    };
  }

  /** Address of a camera, without credentials. */
  url(path: string): string {
    const { host } = this.#options;
    return `rtsp://${host === '0.0.0.0' ? '127.0.0.1' : host}:${this.#port}${path}`;
  }

  async start(signal: AbortSignal): Promise<void> {
    await this.#load();
    if (signal.aborted || this.#stopping !== undefined) return;
    const server = createServer({ noDelay: true }, (socket) => this.#welcome(socket));
    this.#server = server;
    server.listen(this.#options.port, this.#options.host);
    await once(server, 'listening');
    this.#port = (server.address() as AddressInfo).port;
    signal.addEventListener('abort', () => void this.stop(), { once: true });
    this.#options.log.info({ port: this.#port, cameras: this.#cameras.size }, 'camera farm listening');
  }

  stop(): Promise<void> {
    this.#stopping ??= this.#shutDown();
    return this.#stopping;
  }

  async #shutDown(): Promise<void> {
    this.#cancelTick?.();
    for (const socket of this.#clients.keys()) socket.destroy();
    const server = this.#server;
    if (server?.listening) await new Promise((resolve) => server.close(resolve));
  }

  /** Reads each file once, however many cameras show it. */
  async #load(): Promise<void> {
    const clips = new Map<string, PackedClip>();
    for (const camera of this.#options.cameras) {
      let source = clips.get(camera.file);
      if (source === undefined) {
        const clip = await readClip(camera.file);
        source = { clip, units: packClip(clip) };
        clips.set(camera.file, source);
      }
      const { username, password } = camera;
      const access =
        username === undefined || password === undefined
          ? undefined
          : { realm: camera.realm ?? 'Maplebridge camera', username, password };
      this.#cameras.set(camera.path, { source, loop: camera.loop, access });
    }
  }

  #welcome(socket: Socket): void {
    const client = new FarmClient({
      socket,
      clock: this.#options.clock,
      random: this.#options.random ?? Math.random,
      find: (path) => this.#cameras.get(path),
    });
    this.#clients.set(socket, client);
    socket.on('data', (chunk: Buffer) => client.receive(chunk));
    socket.on('error', (error) => this.#options.log.debug({ err: error }, 'client of the camera farm lost'));
    socket.on('close', () => {
      this.#clients.delete(socket);
      this.#past.sent += client.counts.sent;
      this.#past.dropped += client.counts.dropped;
    });
    if (this.#clients.size === 1) this.#tick();
  }

  #tick(): void {
    this.#cancelTick?.();
    this.#cancelTick = this.#options.clock.after(tickMs, () => {
      const now = this.#options.clock.monotonic();
      for (const client of this.#clients.values()) client.advance(now);
      if (this.#clients.size > 0 && this.#stopping === undefined) this.#tick();
    });
  }
}
