import type { AccessUnit } from '../../domain/access-unit.ts';
import type { CameraState } from '../../domain/camera.ts';
import type { CameraId, UtcMs } from '../../domain/ids.ts';
import { AppError } from '../../lib/errors.ts';
import { ConnectGate } from './connect-gate.ts';
import type { IngestCounters } from './ingest-counters.ts';
import type {
  IngestDrops,
  IngestPool,
  IngestPoolOptions,
  IngestSource,
  UnitInterest,
  UnitPace,
} from './ingest-pool.ts';
import type { LiveCamera } from './live-camera.ts';
import { openCamera } from './open-camera.ts';
import { PicturePace } from './picture-pace.ts';
import { SizeHint } from './size-hint.ts';

/** How long somebody who asks for the newest keyframe waits for the next one. */
const latestWithinMs = 5_000;

interface Member {
  readonly isFile: boolean;
  readonly camera: LiveCamera;
  readonly pace: PicturePace;
  /** Told of the next keyframe, or that there will be none. */
  readonly asking: Set<() => void>;
  /** A newer keyframe than the one that is kept was not copied. */
  outdated: boolean;
}

/** Cameras on this thread's own event loop: units are handed on in the call that completes them. */
export class LocalIngest implements IngestPool {
  readonly drops: IngestDrops = { units: 0, shardRestarts: 0 };
  readonly #options: IngestPoolOptions;
  readonly #gate: ConnectGate;
  readonly #members = new Map<CameraId, Member>();
  readonly #abort = new AbortController();
  #files = 0;
  #stopping: Promise<void> | undefined;

  constructor(options: IngestPoolOptions) {
    this.#options = options;
    const { connectPerSecond: perSecond, connectAtOnce: atOnce } = options.life;
    this.#gate = new ConnectGate({ clock: options.clock, perSecond, atOnce });
  }

  get cameras(): ReadonlyMap<CameraId, CameraState> {
    return new Map([...this.#members].map(([id, { camera }]) => [id, camera.state]));
  }

  /** Whether short steps follow each other: cameras are being connected to, or files play a picture at a time. */
  get restless(): boolean {
    return this.#files > 0 || this.#gate.counts.underWay > 0;
  }

  async start(signal: AbortSignal): Promise<void> {
    if (signal.aborted) return;
    signal.addEventListener('abort', () => void this.stop(), { once: true });
  }

  stop(): Promise<void> {
    this.#stopping ??= Promise.all([...this.#members.values()].map(({ camera }) => camera.stop())).then(() => {});
    return this.#stopping;
  }

  async add({ id, stream, keep, interest = 'keyframes', pace }: IngestSource): Promise<void> {
    if (this.#members.has(id)) throw new AppError('MB_CONFIG_INVALID', `camera "${id}" is there already`);
    if (this.#stopping !== undefined) return;
    const { handler, life, clock, log, metrics } = this.#options;
    const camera = openCamera({
      id,
      stream,
      clock,
      log,
      gate: this.#gate,
      breaker: life,
      keep: keep ?? life.keep,
      ...(metrics !== undefined && { metrics }),
      wanted: (kind) => {
        return member.pace.wants(kind, clock.monotonic()) || (kind === 'keyframe' && member.asking.size > 0);
      },
      onAccessUnit: (unit) => this.#came(member, unit),
      onPassed: (kind, bytes) => {
        member.pace.pass(kind, bytes, clock.monotonic());
        if (kind === 'keyframe') member.outdated = true;
      },
      onState: (state) => {
        if (state.kind !== 'streaming') answer(member);
        handler.onState(id, state);
      },
    });
    const isFile = 'file' in stream || 'directory' in stream;
    const member: Member = {
      isFile,
      camera,
      pace: new PicturePace({ interest, pace, hint }),
      asking: new Set(),
      outdated: false,
    };
    this.#members.set(id, member);
    this.#files += isFile ? 1 : 0;
    try {
      await camera.start(this.#abort.signal);
    } catch (error) {
      this.#forget(id);
      throw error;
    }
  }

  async remove(id: CameraId): Promise<void> {
    const member = this.#members.get(id);
    this.#forget(id);
    await member?.camera.stop();
  }

  want(id: CameraId, interest: UnitInterest, pace?: UnitPace): void {
    this.#members.get(id)?.pace.set(interest, pace);
  }

  async latestKeyframe(id: CameraId): Promise<AccessUnit | undefined> {
    const member = this.#members.get(id);
    if (member?.outdated === true && member.camera.state.kind === 'streaming') await this.#next(member);
    return member?.camera.latestKeyframe();
  }

  async clip(id: CameraId, from: UtcMs, to: UtcMs): Promise<AccessUnit[]> {
    return this.#members.get(id)?.camera.recent?.clip(from, to) ?? [];
  }

  counters(id: CameraId): Readonly<IngestCounters> | undefined {
    return this.#members.get(id)?.camera.counters;
  }

  async refresh(): Promise<void> {
    // States and counters are the cameras' own: never out of date.
  }

  #forget(id: CameraId): void {
    if (this.#members.get(id)?.isFile === true) this.#files -= 1;
    this.#members.delete(id);
  }

  #came(member: Member, unit: AccessUnit): void {
    const kind = unit.keyframe ? 'keyframe' : 'inter';
    const { handOn, sizeHint } = member.pace.take(kind, unit.data.length, this.#options.clock.monotonic());
    if (unit.keyframe) {
      member.outdated = false;
      answer(member);
    }
    if (handOn) this.#options.handler.onAccessUnit(sizeHint ? { ...unit, sizeHint } : unit);
  }

  /** Resolves when the camera's next keyframe has come, none will come, or the time is up. */
  #next({ asking }: Member): Promise<void> {
    return new Promise((resolve) => {
      const done = () => {
        cancel();
        asking.delete(done);
        resolve();
      };
      const cancel = this.#options.clock.after(latestWithinMs, done);
      asking.add(done);
    });
  }
}

const hint = () => new SizeHint();

function answer({ asking }: Member): void {
  for (const done of asking) done();
}
