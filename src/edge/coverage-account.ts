import type { CameraState, CoverageReason, UnlookedReason } from '../domain/camera.ts';
import type { CameraId, UtcMs } from '../domain/ids.ts';
import type { Clock } from '../lib/clock.ts';
import { messageOf } from '../lib/errors.ts';
import type { Logger } from '../lib/log.ts';
import type { Gauge, Metrics } from '../lib/metrics.ts';
import { oneTimeLine, type WallTime } from '../lib/steady-clock.ts';
import { steadyMemory, wallChange } from './coverage-times.ts';
import type { ClosedInterval, CoverageStore, OpenInterval } from './publish/coverage-store.ts';

/** What the account needs. */
export interface CoverageAccountOptions {
  /** Open before `begin`. */
  readonly store: CoverageStore;
  /** Does not jump: an interval that ends before it began would be none. */
  readonly clock: Clock;
  /** Wall time of the clock's, as it is written; default: the same. */
  readonly time?: WallTime;
  readonly log: Logger;
  readonly metrics?: Metrics;
  /** How long changes may wait to share one write; default 1 s. */
  readonly writeEveryMs?: number;
  /** A blind spell that lasts is told of this often; default 1 h. */
  readonly cutEveryMs?: number;
}

/** Who says that a camera's pictures come and are not looked at; of several the first counts. */
const lookSources = ['models', 'health', 'schedule'] as const;
type LookSource = (typeof lookSources)[number];

/** Written at least this often, so that a crash is known to within it. */
const aliveEveryMs = 10_000;
/** Intervals in memory while the disk takes none; beyond it each camera's are joined into one. */
const maxUnwritten = 10_000;

/**
 * The blindness account: when each camera was not seen, and why. "No alert" differs from "not looking". Of several causes
 * at a time the connection counts, then the models, the camera's health, the scheduler; a camera has one interval at a time.
 *
 * What changes is written once a second in one transaction. A node that dies loses at most what was not written, and
 * its next life says `node-down` for the whole time since the last write: the account never claims sight it cannot
 * prove. Intervals that last are cut and told of every hour.
 */
export class CoverageAccount {
  readonly #options: CoverageAccountOptions;
  readonly #writeEveryMs: number;
  readonly #cutEveryMs: number;
  readonly #open = new Map<CameraId, NonNullable<OpenInterval>>();
  /** Why a camera's pictures do not come. */
  readonly #connections = new Map<CameraId, CoverageReason>();
  readonly #looks: Readonly<Record<LookSource, Map<CameraId, UnlookedReason>>> = {
    models: new Map(),
    health: new Map(),
    schedule: new Map(),
  };
  /** When a camera's last interval ended: none reaches back before it. */
  readonly #seenFrom = new Map<CameraId, UtcMs>();
  readonly #blind: Gauge | undefined;
  /** Written with the next write. */
  #closed: ClosedInterval[] = [];
  readonly #changed = new Map<CameraId, OpenInterval | 'gone'>();
  #writtenAt = Number.NEGATIVE_INFINITY;
  #failing = false;
  #begun = false;
  #cancel: (() => void) | undefined;

  constructor(options: CoverageAccountOptions) {
    this.#options = options;
    this.#writeEveryMs = options.writeEveryMs ?? 1_000;
    this.#cutEveryMs = options.cutEveryMs ?? 3_600_000;
    this.#blind = options.metrics?.gauge('maplebridge_blind_cameras', 'Cameras that are not seen at this moment.');
  }

  /** Takes up the account for these cameras: closes what the last life of the node left open, and watches from now. */
  begin(cameras: readonly CameraId[]): void {
    this.#begun = true;
    const now = this.#options.clock.now();
    const { at = now, cameras: before } = steadyMemory(this.#options.store.remember(), this.#time);
    // A clock that was set back must not make an interval end before it began.
    const died = Math.min(at, now);
    const watched = new Set(cameras);
    for (const [camera, open] of before) {
      const stopped = open?.reason === 'stopped';
      if (open !== undefined) this.#close({ camera, ...open, to: stopped && watched.has(camera) ? now : died });
      if (!watched.has(camera)) this.#changed.set(camera, 'gone');
      else if (!stopped) this.#close({ camera, from: died, to: now, reason: 'node-down' });
    }
    for (const camera of cameras) {
      this.#connections.set(camera, 'starting');
      this.#begin(camera, now, 'starting');
    }
    this.#write();
    this.#schedule();
  }

  /** Another camera is watched from now on. */
  add(camera: CameraId): void {
    // One that was given up and comes back was blind until now.
    const open = this.#open.get(camera);
    if (open !== undefined) this.#end(camera, open, this.#options.clock.now());
    for (const source of lookSources) this.#looks[source].delete(camera);
    this.#connections.set(camera, 'starting');
    this.#begin(camera, this.#options.clock.now(), 'starting');
  }

  /** A camera is no longer watched: what is open of it ends here. */
  remove(camera: CameraId): void {
    const open = this.#open.get(camera);
    if (open !== undefined) this.#end(camera, open, this.#options.clock.now());
    this.#connections.delete(camera);
    for (const source of lookSources) this.#looks[source].delete(camera);
    this.#seenFrom.delete(camera);
    this.#changed.set(camera, 'gone');
  }

  /** Takes a camera's new state in. */
  update(camera: CameraId, state: CameraState): void {
    const reason = blindReason(state);
    // Trying again does not change why the camera is blind.
    if (reason === 'starting' && this.#connections.has(camera)) return;
    if (reason === undefined) this.#connections.delete(camera);
    else this.#connections.set(camera, reason);
    this.#settle(camera);
  }

  /**
   * Whether pictures of a camera that come are looked at: why not, and since when by the node's clock (default now), or
   * undefined: they are. `since` reaches back to the end of the camera's last interval at most.
   */
  lookState(
    camera: CameraId,
    reason: UnlookedReason | undefined,
    since?: UtcMs,
    source: LookSource = 'schedule',
  ): void {
    if (reason === undefined) this.#looks[source].delete(camera);
    else this.#looks[source].set(camera, reason);
    this.#settle(camera, since);
  }

  /** Since when cameras are not seen, and why. */
  get open(): ReadonlyMap<CameraId, NonNullable<OpenInterval>> {
    return this.#open;
  }

  /** Writes what is left; the cameras have been stopped before. Nothing where it never began. */
  end(): void {
    this.#cancel?.();
    if (this.#begun) this.#write();
    this.#begun = false;
  }

  get #time(): WallTime {
    return this.#options.time ?? oneTimeLine;
  }

  /** Brings the camera's interval in line with its causes. */
  #settle(camera: CameraId, since = Number.POSITIVE_INFINITY): void {
    const now = this.#options.clock.now();
    const unlooked = lookSources.map((source) => this.#looks[source].get(camera)).find((each) => each !== undefined);
    const reason = this.#connections.get(camera) ?? unlooked;
    const open = this.#open.get(camera);
    if (open?.reason === reason) return;
    if (open !== undefined) this.#end(camera, open, now);
    if (reason === undefined) return;
    const earliest = this.#seenFrom.get(camera) ?? now;
    // A clock that was set back has ended intervals in its future.
    this.#begin(camera, Math.min(now, Math.max(since, earliest)), reason);
  }

  #begin(camera: CameraId, from: UtcMs, reason: CoverageReason): void {
    this.#open.set(camera, { from, reason });
    this.#changed.set(camera, { from, reason });
  }

  #end(camera: CameraId, open: NonNullable<OpenInterval>, to: UtcMs): void {
    this.#open.delete(camera);
    this.#seenFrom.set(camera, to);
    this.#changed.set(camera, undefined);
    this.#close({ camera, ...open, to });
  }

  #close(interval: ClosedInterval): void {
    if (interval.to <= interval.from) return;
    this.#closed.push(interval);
    if (this.#closed.length > maxUnwritten) this.#closed = joined(this.#closed);
  }

  #schedule(): void {
    this.#cancel = this.#options.clock.after(this.#writeEveryMs, () => {
      this.#cut();
      const quiet = this.#closed.length === 0 && this.#changed.size === 0;
      if (!quiet || this.#options.clock.monotonic() - this.#writtenAt >= aliveEveryMs) this.#write();
      this.#schedule();
    });
  }

  #cut(): void {
    const now = this.#options.clock.now();
    for (const [camera, open] of this.#open) {
      if (now - open.from < this.#cutEveryMs) continue;
      this.#close({ camera, ...open, to: now });
      this.#begin(camera, now, open.reason);
    }
  }

  /** A disk that takes nothing is told of once; everything stays in memory and is tried again. */
  #write(): void {
    const { store, clock, log } = this.#options;
    this.#blind?.set(this.#open.size);
    try {
      const change = { closed: this.#closed, cameras: this.#changed, at: clock.now() };
      store.write(wallChange(change, this.#time));
      this.#closed = [];
      this.#changed.clear();
      this.#writtenAt = clock.monotonic();
      if (this.#failing) log.info('the blindness account is written again');
      this.#failing = false;
    } catch (error) {
      if (!this.#failing)
        log.error({ code: 'MB_OUTBOX_FAILED', reason: messageOf(error) }, 'blindness account not written');
      this.#failing = true;
    }
  }
}

/** One interval a camera, from its first beginning to its last end: coarser, and never less blindness. */
function joined(intervals: readonly ClosedInterval[]): ClosedInterval[] {
  const byCamera = new Map<CameraId, ClosedInterval>();
  for (const interval of intervals) {
    const known = byCamera.get(interval.camera);
    byCamera.set(interval.camera, known === undefined ? interval : { ...interval, from: known.from });
  }
  return [...byCamera.values()];
}

function blindReason(state: CameraState): CoverageReason | undefined {
  switch (state.kind) {
    case 'streaming':
      return undefined;
    case 'waiting':
      return state.reason;
    case 'idle':
    case 'queued':
    case 'connecting':
      return 'starting';
    case 'stopped':
      return 'stopped';
  }
}
