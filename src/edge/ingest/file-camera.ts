import { readdir } from 'node:fs/promises';
import { basename, extname, join } from 'node:path';
import type { AccessUnit } from '../../domain/access-unit.ts';
import type { CameraState } from '../../domain/camera.ts';
import type { CameraId } from '../../domain/ids.ts';
import { type Clock, sleep } from '../../lib/clock.ts';
import { messageOf } from '../../lib/errors.ts';
import type { Logger } from '../../lib/log.ts';
import type { AccessUnitRing } from './access-unit-ring.ts';
import { CameraLife } from './camera-life.ts';
import type { FileUnit, OpenedFile } from './file-reader.ts';
import { type BreakerConfig, lifeDefaults } from './life-config.ts';
import type { LiveCamera } from './live-camera.ts';
import { type CameraConsumer, PictureOutlet } from './picture-outlet.ts';
import type { FileStream } from './source-config.ts';

/** What a camera made of files needs. */
export interface FileCameraOptions extends CameraConsumer {
  readonly id: CameraId;
  readonly stream: FileStream;
  readonly clock: Clock;
  /** 0–1, for jitter; default `Math.random`. */
  readonly random?: () => number;
  readonly log: Logger;
  readonly breaker?: BreakerConfig;
}

const videoFiles = new Set(['.mp4', '.m4v', '.mov', '.mkv', '.ts', '.avi', '.h264', '.264', '.h265', '.265', '.mjpeg']);
/** RTP video clock (RFC 6184 §8.2.1), so that timestamps look as those of a camera. */
const clockRate = 90_000;
/** Between two plays, where the length of a file’s last picture is not known. */
const lastPictureMs = 40;

/**
 * A file, or the files of a folder by name, as a camera: pictures come in real time, one file after the other and
 * over and over where it loops. Time goes on from play to play. For tests and demonstrations without a server.
 */
export class FileCamera implements LiveCamera {
  readonly id: CameraId;
  readonly #options: FileCameraOptions;
  readonly #life: CameraLife;
  readonly #outlet: PictureOutlet;
  readonly #stop = new AbortController();
  #playing: Promise<void> | undefined;
  #stopping: Promise<void> | undefined;

  constructor(options: FileCameraOptions) {
    const { id, stream, clock, log } = options;
    this.id = id;
    this.#options = options;
    this.#outlet = new PictureOutlet({ consumer: options, clock, log: log.child({ camera: id }) });
    const { retryMs } = stream;
    this.#life = new CameraLife({
      timing: { retryMinMs: retryMs, retryMaxMs: retryMs, unauthorizedRetryMs: retryMs, stalledAfterMs: retryMs },
      breaker: options.breaker ?? lifeDefaults,
      clock,
      random: options.random ?? Math.random,
      onConnect: () => {
        this.#playing = this.#play();
      },
      onState: (state) => this.#outlet.tell(state),
    });
  }

  get state(): CameraState {
    return this.#life.state;
  }

  get recent(): AccessUnitRing | undefined {
    return this.#outlet.recent;
  }

  latestKeyframe(): AccessUnit | undefined {
    return this.#outlet.latestKeyframe;
  }

  /** Begins to play and resolves at once; a file that cannot be read is a state, not an error. */
  async start(signal: AbortSignal): Promise<void> {
    if (signal.aborted) return;
    signal.addEventListener('abort', () => void this.stop(), { once: true });
    this.#life.begin();
  }

  stop(): Promise<void> {
    this.#stopping ??= this.#shutDown();
    return this.#stopping;
  }

  async #shutDown(): Promise<void> {
    this.#stop.abort();
    this.#life.stop();
    await this.#playing;
    this.#outlet.clear();
  }

  /** Plays until the end, the stop or a fault. Never rejects. */
  async #play(): Promise<void> {
    const { stream } = this.#options;
    let startMs: number | undefined;
    let playedMs = 0;
    try {
      // Loaded only where it is used: FFmpeg takes tens of megabytes.
      const { openVideoFile } = await import('./file-reader.ts');
      do {
        const before = playedMs;
        for (const path of await filesOf(stream)) {
          const opened = await openVideoFile(path);
          if (!opened.ok) {
            this.#life.ended(opened.reason, `${basename(path)}: ${opened.detail}`);
            return;
          }
          startMs ??= this.#options.clock.monotonic();
          const lengthMs = await this.#playFile(opened.file, startMs + playedMs, playedMs);
          if (this.#stop.signal.aborted) return;
          playedMs += lengthMs;
        }
        if (playedMs === before) {
          this.#life.ended('no-video-track', 'nothing there to play');
          return;
        }
        // After a machine's sleep the past is not made up for.
        startMs = Math.max(startMs ?? 0, this.#options.clock.monotonic() - playedMs);
      } while (stream.loop);
      this.#life.stop();
    } catch (error) {
      if (!this.#stop.signal.aborted) this.#life.ended('unreachable', messageOf(error).slice(0, 200));
    }
  }

  /** Plays one file from a point of the clock; how long it was. */
  async #playFile(file: OpenedFile, startMs: number, baseMs: number): Promise<number> {
    let lastMs = 0;
    let gapMs = lastPictureMs;
    try {
      for (let unit = await file.next(); unit !== undefined; unit = await file.next()) {
        const waitMs = startMs + unit.dtsMs - this.#options.clock.monotonic();
        if (waitMs > 1) await sleep(this.#options.clock, waitMs, this.#stop.signal);
        if (this.#stop.signal.aborted) break;
        if (unit.dtsMs > lastMs) gapMs = unit.dtsMs - lastMs;
        lastMs = Math.max(lastMs, unit.dtsMs);
        this.#deliver(file, unit, baseMs);
      }
    } finally {
      await file.close();
    }
    return lastMs === 0 && gapMs === lastPictureMs ? lastPictureMs : lastMs + gapMs;
  }

  #deliver(file: OpenedFile, { keyframe, data, ptsMs }: FileUnit, baseMs: number): void {
    const receivedAt = this.#options.clock.now();
    if (this.state.kind === 'connecting') this.#life.streaming(receivedAt);
    const kind = keyframe ? 'keyframe' : 'inter';
    if (!this.#outlet.wanted(kind)) {
      this.#outlet.passed(kind, data.length);
      return;
    }
    const shownMs = baseMs + ptsMs;
    const rtpTimestamp = Math.round((shownMs * clockRate) / 1000) % 2 ** 32;
    const { codec } = file;
    const unit: AccessUnit = {
      ...{ cameraId: this.id, codec, keyframe, data, rtpTimestamp: Math.max(0, rtpTimestamp) },
      ...{ ptsMs: shownMs, ntpMs: undefined, receivedAt },
    };
    this.#outlet.push(unit);
  }
}

/** The files a source plays, in order. */
async function filesOf(stream: FileStream): Promise<string[]> {
  if ('file' in stream) return [stream.file];
  const names = await readdir(stream.directory);
  return names
    .filter((name) => videoFiles.has(extname(name).toLowerCase()))
    .sort()
    .map((name) => join(stream.directory, name));
}
