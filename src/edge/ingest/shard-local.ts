import type { AccessUnit } from '../../domain/access-unit.ts';
import type { CameraState } from '../../domain/camera.ts';
import type { CameraId, UtcMs } from '../../domain/ids.ts';
import { AppError } from '../../lib/errors.ts';
import { ConnectGate } from './connect-gate.ts';
import type { IngestCounters } from './ingest-counters.ts';
import {
  type IngestDrops,
  type IngestPool,
  type IngestPoolOptions,
  type IngestSource,
  isWanted,
  type UnitInterest,
} from './ingest-pool.ts';
import type { LiveCamera } from './live-camera.ts';
import { openCamera } from './open-camera.ts';

interface Member {
  readonly camera: LiveCamera;
  interest: UnitInterest;
}

/** Cameras on this thread's own event loop: units are handed on in the call that completes them. */
export class LocalIngest implements IngestPool {
  readonly drops: IngestDrops = { units: 0, shardRestarts: 0 };
  readonly #options: IngestPoolOptions;
  readonly #gate: ConnectGate;
  readonly #members = new Map<CameraId, Member>();
  readonly #abort = new AbortController();
  #stopping: Promise<void> | undefined;

  constructor(options: IngestPoolOptions) {
    this.#options = options;
    const { connectPerSecond: perSecond, connectAtOnce: atOnce } = options.life;
    this.#gate = new ConnectGate({ clock: options.clock, perSecond, atOnce });
  }

  get cameras(): ReadonlyMap<CameraId, CameraState> {
    return new Map([...this.#members].map(([id, { camera }]) => [id, camera.state]));
  }

  /** Whether cameras are being connected to: a time of questions and answers. */
  get connecting(): boolean {
    return this.#gate.counts.underWay > 0;
  }

  async start(signal: AbortSignal): Promise<void> {
    if (signal.aborted) return;
    signal.addEventListener('abort', () => void this.stop(), { once: true });
  }

  stop(): Promise<void> {
    this.#stopping ??= Promise.all([...this.#members.values()].map(({ camera }) => camera.stop())).then(() => {});
    return this.#stopping;
  }

  async add({ id, stream, keep, interest = 'keyframes' }: IngestSource): Promise<void> {
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
      // The newest keyframe is kept for who asks for it, and only for that.
      wanted: (kind) => kind === 'keyframe' || member.interest === 'all',
      onAccessUnit: (unit) => {
        if (isWanted(member.interest, unit.keyframe)) handler.onAccessUnit(unit);
      },
      onState: (state) => handler.onState(id, state),
    });
    const member: Member = { camera, interest };
    this.#members.set(id, member);
    try {
      await camera.start(this.#abort.signal);
    } catch (error) {
      this.#members.delete(id);
      throw error;
    }
  }

  async remove(id: CameraId): Promise<void> {
    const member = this.#members.get(id);
    this.#members.delete(id);
    await member?.camera.stop();
  }

  want(id: CameraId, interest: UnitInterest): void {
    const member = this.#members.get(id);
    if (member !== undefined) member.interest = interest;
  }

  async latestKeyframe(id: CameraId): Promise<AccessUnit | undefined> {
    return this.#members.get(id)?.camera.latestKeyframe();
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
}
