import type { CameraId } from '../../domain/ids.ts';
import type { Clock } from '../../lib/clock.ts';
import { DurableSqlite } from '../../lib/durable-sqlite.ts';
import { AppError, messageOf } from '../../lib/errors.ts';
import type { Logger } from '../../lib/log.ts';
import { referenceMemoryBytes, restoreReference, saveReference } from './reference-memory.ts';

const schema = `
CREATE TABLE IF NOT EXISTS reference (camera TEXT PRIMARY KEY, view BLOB NOT NULL) STRICT, WITHOUT ROWID;
`;

/** A round over all cameras, in so many parts: a view changes slowly, and 25 MB for 1,200 cameras are not written at once. */
const roundMs = 600_000;
const parts = 60;

/**
 * What cameras usually show, over a restart: a camera that is covered while its node is down is not learnt as covered. It
 * hands out the memory that decoder threads learn in, and writes it as it is at the moment.
 */
export class ReferenceStore {
  readonly #path: string;
  readonly #size: { readonly width: number; readonly height: number };
  readonly #clock: Clock;
  readonly #log: Logger;
  readonly #memories = new Map<CameraId, SharedArrayBuffer>();
  /** Cameras that this round has not come to. */
  #waiting: CameraId[] = [];
  #opened: DurableSqlite | undefined;
  #failing = false;
  #cancel: (() => void) | undefined;

  /** `size`: of the pictures that are measured. */
  constructor(options: {
    path: string;
    size: { readonly width: number; readonly height: number };
    clock: Clock;
    log: Logger;
  }) {
    this.#path = options.path;
    this.#size = options.size;
    this.#clock = options.clock;
    this.#log = options.log;
  }

  /** Opens the file, or makes it, and begins to write. @throws AppError MB_OUTBOX_FAILED. */
  open(): void {
    try {
      this.#opened ??= new DurableSqlite(this.#path, schema);
    } catch (error) {
      throw new AppError('MB_OUTBOX_FAILED', `${this.#path}: ${messageOf(error)}`, { cause: error });
    }
    this.#later();
  }

  /** Writes all there is; idempotent. */
  close(): void {
    this.#cancel?.();
    this.#write([...this.#memories.keys()]);
    this.#opened?.close();
    this.#opened = undefined;
  }

  /** A camera's memory, with what was known of its view; the same for as long as it is watched. */
  memoryOf(camera: CameraId): SharedArrayBuffer {
    const known = this.#memories.get(camera);
    if (known !== undefined) return known;
    const memory = new SharedArrayBuffer(referenceMemoryBytes(this.#size));
    const row = this.#opened?.row<{ view: Uint8Array }>('SELECT view FROM reference WHERE camera = ?', camera);
    if (row !== undefined) restoreReference(memory, row.view, this.#size);
    this.#memories.set(camera, memory);
    return memory;
  }

  /** The camera is no longer watched. */
  forget(camera: CameraId): void {
    this.#memories.delete(camera);
    this.#try((database) => database.run('DELETE FROM reference WHERE camera = ?', camera));
  }

  #later(): void {
    this.#cancel = this.#clock.after(roundMs / parts, () => {
      if (this.#waiting.length === 0) this.#waiting = [...this.#memories.keys()];
      this.#write(this.#waiting.splice(0, Math.ceil(this.#memories.size / parts)));
      this.#later();
    });
  }

  #write(cameras: readonly CameraId[]): void {
    if (cameras.length === 0) return;
    this.#try((database) =>
      database.transaction(() => {
        for (const camera of cameras) {
          const memory = this.#memories.get(camera);
          if (memory === undefined) continue;
          const view = saveReference(memory, this.#size);
          database.run('INSERT OR REPLACE INTO reference VALUES (?, ?)', camera, view);
        }
      }),
    );
  }

  /** A disk that takes nothing is told of once; views are learnt anew then. */
  #try(work: (database: DurableSqlite) => unknown): void {
    if (this.#opened === undefined) return;
    try {
      work(this.#opened);
      if (this.#failing) this.#log.info('views of cameras are written again');
      this.#failing = false;
    } catch (error) {
      if (!this.#failing) {
        this.#log.error({ code: 'MB_OUTBOX_FAILED', reason: messageOf(error) }, 'views of cameras are not written');
      }
      this.#failing = true;
    }
  }
}
