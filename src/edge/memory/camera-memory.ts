import type { CameraId, UtcMs } from '../../domain/ids.ts';
import type { Clock } from '../../lib/clock.ts';
import { DurableSqlite } from '../../lib/durable-sqlite.ts';
import { AppError, messageOf } from '../../lib/errors.ts';
import type { Logger } from '../../lib/log.ts';
import type { Counter, Metrics } from '../../lib/metrics.ts';
import { oneTimeLine, type WallTime } from '../../lib/steady-clock.ts';
import type { MemoryConfig } from './config.ts';
import { shiftTimes } from './shift-times.ts';

/** What one camera remembers; the parts are JSON of their owners. */
export interface RememberedCamera {
  /** Node clock of the last look in it. */
  readonly at: UtcMs;
  readonly tracker: unknown;
  readonly scenes: unknown;
  /** Whether its pictures can be trusted. */
  readonly faults?: unknown;
}

/** Whose memory is kept. */
export interface RememberingCamera {
  readonly id: CameraId;
  /** All it remembers at this moment; undefined: it has not looked yet, or is no longer watched. */
  remember(): RememberedCamera | undefined;
}

const schema = `
CREATE TABLE IF NOT EXISTS camera (camera TEXT PRIMARY KEY, at INTEGER NOT NULL, memory TEXT NOT NULL)
  STRICT, WITHOUT ROWID;
`;

/**
 * Tracks and conditions under way, over a restart: a car that has stood for four of five minutes is not new because the
 * node was. Cameras that saw something since the last write are written together; incidents themselves are safe in the
 * outbox.
 */
export class CameraMemory {
  readonly #config: MemoryConfig & { readonly path: string };
  readonly #clock: Clock;
  readonly #time: WallTime;
  readonly #log: Logger;
  readonly #written: Counter | undefined;
  readonly #onSaved: (camera: CameraId, at: UtcMs) => void;
  readonly #changed = new Map<CameraId, RememberingCamera>();
  #opened: DurableSqlite | undefined;
  #failing = false;
  #cancel: (() => void) | undefined;

  /** `onSaved`: a camera's memory as of this look is in the file. `time`: wall time of the clock's; default: the same. */
  constructor(options: {
    config: MemoryConfig & { readonly path: string };
    onSaved?: (camera: CameraId, at: UtcMs) => void;
    clock: Clock;
    time?: WallTime;
    log: Logger;
    metrics?: Metrics;
  }) {
    this.#config = options.config;
    this.#clock = options.clock;
    this.#time = options.time ?? oneTimeLine;
    this.#log = options.log;
    this.#onSaved = options.onSaved ?? (() => {});
    this.#written = options.metrics?.counter(
      'maplebridge_camera_memories_total',
      'Times what a camera remembers was written.',
    );
  }

  /** Opens the file, or makes it, and begins to write. @throws AppError MB_OUTBOX_FAILED. */
  open(): void {
    const { path } = this.#config;
    try {
      this.#opened ??= new DurableSqlite(path, schema);
    } catch (error) {
      throw new AppError('MB_OUTBOX_FAILED', `${path}: ${messageOf(error)}`, { cause: error });
    }
    this.#later();
  }

  /** Writes what is left; idempotent. */
  close(): void {
    this.#cancel?.();
    this.#write();
    this.#opened?.close();
    this.#opened = undefined;
  }

  /** What a camera remembered when it was last written; undefined where nothing is, or it is too old. */
  recall(camera: CameraId): RememberedCamera | undefined {
    const row = this.#opened?.row<{ at: UtcMs; memory: string }>(
      'SELECT at, memory FROM camera WHERE camera = ?',
      camera,
    );
    if (row === undefined) return undefined;
    const at = this.#time.steady(row.at);
    if (Math.abs(this.#clock.now() - at) > this.#config.maxAgeMs) return undefined;
    try {
      const memory = JSON.parse(row.memory) as Omit<RememberedCamera, 'at'>;
      return { at, ...shiftTimes(memory, row.at, at - row.at) };
    } catch (error) {
      this.#log.warn({ camera, error: messageOf(error) }, 'what the camera remembered cannot be read: it begins anew');
      return undefined;
    }
  }

  /** The camera saw something: it is written with the next write. */
  changed(camera: RememberingCamera): void {
    this.#changed.set(camera.id, camera);
  }

  /** The camera is no longer watched. */
  forget(camera: CameraId): void {
    this.#changed.set(camera, { id: camera, remember: () => undefined });
  }

  #later(): void {
    this.#cancel = this.#clock.after(this.#config.saveEveryMs, () => {
      this.#write();
      this.#later();
    });
  }

  /** A disk that takes nothing is told of once; what changed stays marked and is tried again. */
  #write(): void {
    const database = this.#opened;
    if (database === undefined || this.#changed.size === 0) return;
    const saved: (readonly [CameraId, UtcMs])[] = [];
    try {
      database.transaction(() => {
        for (const camera of this.#changed.values()) saved.push(...this.#put(database, camera));
      });
      this.#changed.clear();
      for (const [camera, at] of saved) this.#onSaved(camera, at);
      this.#written?.inc(saved.length);
      if (this.#failing) this.#log.info('what cameras remember is written again');
      this.#failing = false;
    } catch (error) {
      if (!this.#failing) {
        this.#log.error({ code: 'MB_OUTBOX_FAILED', reason: messageOf(error) }, 'what cameras remember is not written');
      }
      this.#failing = true;
    }
  }

  #put(database: DurableSqlite, camera: RememberingCamera): (readonly [CameraId, UtcMs])[] {
    const { id } = camera;
    const remembered = camera.remember();
    if (remembered === undefined) {
      database.run('DELETE FROM camera WHERE camera = ?', id);
      return [];
    }
    const { at, ...memory } = remembered;
    // The file outlives the process, and with it its steady time.
    const wallAt = this.#time.wall(at);
    const kept = JSON.stringify(shiftTimes(memory, at, wallAt - at));
    database.run('INSERT OR REPLACE INTO camera VALUES (?, ?, ?)', id, wallAt, kept);
    return [[id, at]];
  }
}
