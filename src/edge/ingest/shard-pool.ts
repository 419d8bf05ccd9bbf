import type { AccessUnit } from '../../domain/access-unit.ts';
import type { CameraState } from '../../domain/camera.ts';
import type { CameraId, UtcMs } from '../../domain/ids.ts';
import { Backoff } from '../../lib/backoff.ts';
import { AppError, messageOf } from '../../lib/errors.ts';
import { createIngestCounters, type IngestCounters } from './ingest-counters.ts';
import { IngestMetrics } from './ingest-metrics.ts';
import type {
  IngestDrops,
  IngestPool,
  IngestPoolOptions,
  IngestSource,
  UnitInterest,
  UnitPace,
} from './ingest-pool.ts';
import type { IngestConfig } from './shard-config.ts';
import { LocalIngest } from './shard-local.ts';
import { type CounterTable, counterKeys, type MovedUnit, type StateChange } from './shard-messages.ts';
import { ShardThread } from './shard-thread.ts';

/** What a pool of ingest threads needs. */
export interface ShardedIngestOptions extends IngestPoolOptions {
  readonly config: IngestConfig;
  /** Entry of the threads; another one in tests. */
  readonly workerFile?: URL;
  /** Of the node's steady clock: threads count on it too. */
  readonly origin?: SharedArrayBuffer;
  /** How often a thread must give a sign of life; default 5 s. Three missed in a row end it. */
  readonly aliveEveryMs?: number;
}

interface Member {
  source: IngestSource;
  state: CameraState;
  /** Mirror of the thread's, plus those of its predecessors. */
  readonly counters: IngestCounters;
  /** What `counters` was when its present thread took the camera over. */
  base: IngestCounters;
  readonly metrics: IngestMetrics | undefined;
  thread: ShardThread | undefined;
}

const defaultAliveEveryMs = 5_000;
const mostMissedSigns = 3;
const stopLimitMs = 3_000;

/** The pool the configuration asks for. */
export function createIngestPool(options: ShardedIngestOptions): IngestPool {
  return options.config.shards === 0 ? new LocalIngest(options) : new ShardedIngest(options);
}

/**
 * Cameras spread over threads with an event loop each. A thread that dies or hangs is replaced, and its cameras are
 * blind meanwhile, with the reason `stopped`.
 */
export class ShardedIngest implements IngestPool {
  readonly #options: ShardedIngestOptions;
  readonly #members = new Map<CameraId, Member>();
  readonly #threads: ShardThread[] = [];
  readonly #dropped = new Map<ShardThread, number>();
  readonly #backoffs: Backoff[] = [];
  readonly #cancels = new Set<() => void>();
  #pastDropped = 0;
  #restarts = 0;
  #handlerFailedAt = Number.NEGATIVE_INFINITY;
  #stopping: Promise<void> | undefined;

  constructor(options: ShardedIngestOptions) {
    this.#options = options;
  }

  get cameras(): ReadonlyMap<CameraId, CameraState> {
    return new Map([...this.#members].map(([id, { state }]) => [id, state]));
  }

  get drops(): IngestDrops {
    const units = [...this.#dropped.values()].reduce((sum, each) => sum + each, this.#pastDropped);
    return { units, shardRestarts: this.#restarts };
  }

  /** Rejects with MB_INTERNAL when a thread cannot be started at all. */
  async start(signal: AbortSignal): Promise<void> {
    if (signal.aborted) return;
    signal.addEventListener('abort', () => void this.stop(), { once: true });
    for (let index = 0; index < this.#options.config.shards; index += 1) {
      this.#backoffs.push(new Backoff({ minMs: 100, maxMs: 30_000 }));
      this.#threads.push(this.#spawn(index));
    }
    try {
      await Promise.all(this.#threads.map(({ ready }) => ready));
    } catch (error) {
      await this.stop();
      throw error;
    }
    this.#watch();
  }

  stop(): Promise<void> {
    this.#stopping ??= this.#shutDown();
    return this.#stopping;
  }

  async #shutDown(): Promise<void> {
    for (const cancel of this.#cancels) cancel();
    await Promise.all(this.#threads.map((thread) => thread.stop(stopLimitMs)));
    for (const [id, member] of this.#members) {
      if (member.state.kind !== 'stopped') this.#enter(id, member, { kind: 'stopped' });
      member.metrics?.remove();
    }
  }

  async add(source: IngestSource): Promise<void> {
    const { id } = source;
    if (this.#members.has(id)) throw new AppError('MB_CONFIG_INVALID', `camera "${id}" is there already`);
    const { metrics } = this.#options;
    const counters = createIngestCounters();
    const member: Member = {
      source,
      state: { kind: 'idle' },
      counters,
      base: createIngestCounters(),
      metrics: metrics && new IngestMetrics(metrics, id, counters),
      thread: this.#leastLoaded(),
    };
    this.#members.set(id, member);
    try {
      await member.thread?.add(source);
    } catch (error) {
      // A thread that died takes the camera up again with its successor; anything else is the camera's own fault.
      if (error instanceof AppError && error.code === 'MB_INTERNAL') {
        if (member.thread?.gone === true) member.thread = undefined;
        return;
      }
      this.#members.delete(id);
      member.metrics?.remove();
      throw error;
    }
  }

  async remove(id: CameraId): Promise<void> {
    const member = this.#members.get(id);
    if (member === undefined) return;
    await member.thread?.remove(id).catch(() => {});
    this.#members.delete(id);
    member.metrics?.remove();
  }

  want(id: CameraId, interest: UnitInterest, pace: UnitPace = {}): void {
    const member = this.#members.get(id);
    if (member === undefined) return;
    member.source = { ...member.source, interest, pace };
    member.thread?.want(id, interest, pace);
  }

  async latestKeyframe(id: CameraId): Promise<AccessUnit | undefined> {
    const [unit] = (await this.#members.get(id)?.thread?.keyframe(id).catch(nothing)) ?? [];
    return unit === undefined ? undefined : arrived(unit);
  }

  async clip(id: CameraId, from: UtcMs, to: UtcMs): Promise<AccessUnit[]> {
    return ((await this.#members.get(id)?.thread?.clip(id, from, to).catch(nothing)) ?? []).map(arrived);
  }

  counters(id: CameraId): Readonly<IngestCounters> | undefined {
    return this.#members.get(id)?.counters;
  }

  async refresh(): Promise<void> {
    await Promise.all(this.#threads.map((thread) => thread.report().catch(() => {})));
  }

  #leastLoaded(): ShardThread | undefined {
    return this.#threads.filter(({ gone }) => !gone).sort((a, b) => a.cameras.size - b.cameras.size)[0];
  }

  #spawn(index: number): ShardThread {
    const { config, life } = this.#options;
    const { shards, mailboxUnits, mailboxBytes, readEveryMs } = config;
    const share = {
      ...life,
      connectPerSecond: life.connectPerSecond / shards,
      connectAtOnce: Math.max(1, Math.round(life.connectAtOnce / shards)),
    };
    const thread: ShardThread = new ShardThread({
      file: this.#options.workerFile ?? new URL('./shard-worker.ts', import.meta.url),
      settings: {
        name: `ingest-${index + 1}`,
        mailboxUnits,
        mailboxBytes,
        readEveryMs,
        bell: new Int32Array(new SharedArrayBuffer(4)),
        life: share,
        origin: this.#options.origin,
      },
      events: {
        delivery: (states, units) => this.#deliver(states, units),
        counters: (table, dropped) => {
          this.#dropped.set(thread, dropped);
          this.#count(thread, table);
        },
        died: (why) => this.#onDeath(index, thread, why),
      },
    });
    return thread;
  }

  #deliver(states: readonly StateChange[], units: readonly MovedUnit[]): void {
    for (const { camera, state } of states) {
      const member = this.#members.get(camera);
      if (member !== undefined) this.#enter(camera, member, state);
    }
    for (const unit of units) {
      if (this.#members.has(unit.cameraId)) this.#handOn(arrived(unit));
    }
  }

  #enter(id: CameraId, member: Member, state: CameraState): void {
    member.state = state;
    if (state.kind === 'waiting') member.metrics?.failure(state.reason);
    member.metrics?.flush(state.kind === 'streaming');
    try {
      this.#options.handler.onState(id, state);
    } catch (error) {
      this.#handlerFailed(member, error);
    }
  }

  #handOn(unit: AccessUnit): void {
    try {
      this.#options.handler.onAccessUnit(unit);
    } catch (error) {
      const member = this.#members.get(unit.cameraId);
      if (member !== undefined) this.#handlerFailed(member, error);
    }
  }

  /** A handler's fault stops nothing; it is told at most once a second. */
  #handlerFailed(member: Member, error: unknown): void {
    member.base.consumerErrors += 1;
    member.counters.consumerErrors += 1;
    const now = this.#options.clock.monotonic();
    if (now - this.#handlerFailedAt < 1000) return;
    this.#handlerFailedAt = now;
    this.#options.log.error({ err: error, camera: member.source.id }, `a consumer failed: ${messageOf(error)}`);
  }

  #count(thread: ShardThread, { cameras, values }: CounterTable): void {
    let at = 0;
    for (const id of cameras) {
      const member = this.#members.get(id);
      const own = member?.thread === thread ? member : undefined;
      for (const key of counterKeys) {
        const value = values[at++] ?? 0;
        if (own !== undefined) own.counters[key] = own.base[key] + value;
      }
      own?.metrics?.flush(own.state.kind === 'streaming');
    }
  }

  #watch(): void {
    this.#later(this.#options.aliveEveryMs ?? defaultAliveEveryMs, () => {
      for (const thread of this.#threads) thread.checkAlive(mostMissedSigns);
      this.#watch();
    });
  }

  #onDeath(index: number, thread: ShardThread, why: string): void {
    if (this.#stopping !== undefined) return;
    this.#restarts += 1;
    this.#pastDropped += this.#dropped.get(thread) ?? 0;
    this.#dropped.delete(thread);
    const backoff = this.#backoffs[index];
    const delayMs = backoff?.next() ?? 0;
    const orphans = [...this.#members].filter(([, member]) => member.thread === thread);
    this.#options.log.error(
      { code: 'MB_INTERNAL', thread: index + 1, why, cameras: orphans.length, delayMs },
      'ingest thread died; starting another',
    );
    for (const [id, member] of orphans) {
      member.thread = undefined;
      member.base = { ...member.counters };
      const retryAt = this.#options.clock.now() + delayMs;
      const detail = `its ingest thread died: ${why}`;
      this.#enter(id, member, { kind: 'waiting', reason: 'stopped', detail, retryAt, attempt: backoff?.attempt ?? 1 });
    }
    this.#later(delayMs, () => this.#replace(index));
  }

  #replace(index: number): void {
    const thread = this.#spawn(index);
    this.#threads[index] = thread;
    for (const member of this.#members.values()) {
      if (member.thread !== undefined) continue;
      member.thread = thread;
      // It was accepted before; a secret that has gone missing since is the one way to fail here.
      thread.add(member.source).catch((error: unknown) => {
        this.#options.log.error({ camera: member.source.id, reason: messageOf(error) }, 'camera not taken up again');
      });
    }
    void thread.ready.then(
      () => this.#later(60_000, () => this.#threads[index] === thread && this.#backoffs[index]?.reset()),
      () => {},
    );
  }

  #later(ms: number, work: () => void): void {
    const cancel = this.#options.clock.after(ms, () => {
      this.#cancels.delete(cancel);
      if (this.#stopping === undefined) work();
    });
    this.#cancels.add(cancel);
  }
}

/** A unit that came from another thread: its bytes are this one's now. */
function arrived({ data, ...unit }: MovedUnit): AccessUnit {
  return { ...unit, data: Buffer.from(data.buffer, data.byteOffset, data.byteLength) };
}

/** What a thread that has died still knows. */
const nothing = (): readonly MovedUnit[] => [];
