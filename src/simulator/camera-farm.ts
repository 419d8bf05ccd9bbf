import { once } from 'node:events';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import type { Clock } from '../lib/clock.ts';
import type { Service } from '../lib/lifecycle.ts';
import type { Logger } from '../lib/log.ts';
import { clockRate } from './clip.ts';
import type { FarmAccess } from './digest-guard.ts';
import { FarmCamera } from './farm-camera.ts';
import { FarmClient } from './farm-client.ts';
import { type FaultKind, type FaultSpec, faultKinds } from './fault-spec.ts';
import { type PackedClip, readPackedClip } from './packed-clip.ts';
import type { Timeline } from './playback.ts';
import { seededRandom } from './seeded-random.ts';

/** One simulated camera. */
interface FarmCameraOptions {
  /** Starts with a slash. */
  readonly path: string;
  /** MP4 with H.264. */
  readonly file: string;
  /** Starts over at the end; RTP time goes on. Otherwise the stream ends with an RTCP BYE. */
  readonly loop: boolean;
  /** With `loop`: runs on a clock of its own, from a place of its own in the file, and is joined at a keyframe. */
  readonly live?: boolean;
  /** Without `live`: how long after PLAY the first picture comes; 0 unless given. */
  readonly startAfterMs?: number;
  /** With `live`: at UTC time t it shows the place (t + offsetMs) modulo the file's length; default: drawn. */
  readonly offsetMs?: number;
  /** MP4 that is shown while the fault `resolution` lasts; default: `file`, from its beginning. */
  readonly otherFile?: string;
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
  /** What goes wrong, and with how many of the cameras; nothing unless given. */
  readonly faults?: readonly FaultSpec[];
  /** The same faults at the same times for the same seed; default: drawn. */
  readonly seed?: number;
  /** 0–1, for SSRC and sequence numbers; default `Math.random`. */
  readonly random?: () => number;
}

/** What a farm counted. */
export interface CameraFarmCounters {
  readonly clients: number;
  readonly unitsSent: number;
  /** Access units dropped because a client was slow. */
  readonly unitsDropped: number;
  /** Faults that have begun. */
  readonly faults: Readonly<Record<FaultKind, number>>;
}

/** One timer serves all clients; at 15 pictures a second 20 ms are a third of a picture's time. */
const tickMs = 20;
/** A live camera has been running for up to this long when the farm starts. */
const maxHeadStartMs = 3_600_000;

/**
 * Cameras made of files: an RTSP server that plays each client its file in real time, from the beginning or live. A
 * file is read and packed once, and its packets are sent from where they lie, however many cameras show it.
 * Rejects on start with MB_MISSING_PART when a file is no H.264 in MP4, or with the system's error when it cannot listen.
 */
export class CameraFarm implements Service {
  readonly #options: CameraFarmOptions;
  readonly #cameras = new Map<string, FarmCamera>();
  readonly #clients = new Map<Socket, FarmClient>();
  readonly #begun = Object.fromEntries(faultKinds.map((kind) => [kind, 0])) as Record<FaultKind, number>;
  #faulty: readonly FarmCamera[] = [];
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
      faults: this.#begun,
    };
  }

  /** How long one play of a camera's clip takes; undefined before start, and for a path that no camera has. */
  lengthMs(path: string): number | undefined {
    return this.#cameras.get(path)?.lengthMs;
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
    if (this.#faulty.length > 0) this.#tick();
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
    const { cameras, clock, seed = Math.floor(Math.random() * 2 ** 32) } = this.#options;
    const clips = new Map<string, PackedClip>();
    for (const file of new Set(cameras.flatMap((each) => [each.file, each.otherFile ?? each.file]))) {
      clips.set(file, await readPackedClip(file));
    }
    const start = { monotonicMs: clock.monotonic(), utcMs: clock.now() };
    for (const [index, camera] of cameras.entries()) {
      const clip = clips.get(camera.file);
      const other = clips.get(camera.otherFile ?? camera.file);
      if (clip === undefined || other === undefined) continue;
      // A generator of its own, so that what happens to one camera does not depend on the others.
      const random = seededRandom(seed + Math.imul(index + 1, 0x9e3779b1));
      this.#cameras.set(
        camera.path,
        new FarmCamera({
          path: camera.path,
          loop: camera.loop,
          clip,
          other,
          access: accessOf(camera),
          startAfterMs: camera.startAfterMs ?? 0,
          live:
            camera.live === true && camera.loop ? ownClock(start, headStartOf(camera, clip, start), random) : undefined,
          faults: this.#options.faults ?? [],
          startMs: start.monotonicMs,
          random,
        }),
      );
    }
    this.#faulty = [...this.#cameras.values()].filter(({ faulty }) => faulty);
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
    if (this.#clients.size === 1 && this.#faulty.length === 0) this.#tick();
  }

  #tick(): void {
    this.#cancelTick?.();
    this.#cancelTick = this.#options.clock.after(tickMs, () => {
      const now = this.#options.clock.monotonic();
      for (const camera of this.#faulty) this.#haunt(camera, now);
      for (const client of this.#clients.values()) client.advance(now);
      const needed = this.#clients.size > 0 || this.#faulty.length > 0;
      if (needed && this.#stopping === undefined) this.#tick();
    });
  }

  #haunt(camera: FarmCamera, now: number): void {
    const begun = camera.advance(now);
    if (begun.length === 0) return;
    for (const kind of begun) this.#begun[kind] += 1;
    if (!begun.includes('drop') && !begun.includes('wrong-auth')) return;
    for (const [socket, client] of this.#clients) {
      if (client.camera === camera) socket.destroy();
    }
  }
}

function accessOf({ realm, username, password }: FarmCameraOptions): FarmAccess | undefined {
  if (username === undefined || password === undefined) return undefined;
  return { realm: realm ?? 'Maplebridge camera', username, password };
}

/** How long a live camera with a given place in its file has been running when the farm starts. */
function headStartOf({ offsetMs }: FarmCameraOptions, { clip }: PackedClip, start: { utcMs: number }) {
  if (offsetMs === undefined) return undefined;
  const lengthMs = (clip.duration * 1000) / clockRate;
  return (((start.utcMs + offsetMs) % lengthMs) + lengthMs) % lengthMs;
}

/** A clock that began some time before the farm did, with RTP timestamps of its own. */
function ownClock(
  start: { monotonicMs: number; utcMs: number },
  headStart: number | undefined,
  random: () => number,
): Timeline {
  const headStartMs = headStart ?? random() * maxHeadStartMs;
  return {
    monotonicMs: start.monotonicMs - headStartMs,
    utcMs: start.utcMs - headStartMs,
    firstTimestamp: Math.floor(random() * 2 ** 32),
  };
}
