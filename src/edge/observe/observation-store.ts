import type { CameraId, UtcMs } from '../../domain/ids.ts';
import { DurableSqlite } from '../../lib/durable-sqlite.ts';
import type { RecordedEvent } from './block-format.ts';
import { storeQueries } from './observation-queries.ts';
import { observationSchema } from './observation-schema.ts';
import type { BlockRow } from './open-block.ts';

/** What is written in one go: a block as it stands, and the events of its looks that are not there yet. */
export interface BlockWrite {
  /** Its row, where it was written before. */
  readonly row: number | undefined;
  readonly block: BlockRow;
  readonly events: readonly RecordedEvent[];
}

/** Cameras' blocks are not wholly in order of time: events outlive the oldest of them by this. */
const eventMarginMs = 1_200_000;

/** Rows freed at a time: a node that was over its limit for long must not stand still while it tidies. */
const trimRows = 32;

/** The observation file, for the node that writes it. Every method throws what SQLite throws. */
export class ObservationStore {
  readonly #database: DurableSqlite;

  constructor(path: string) {
    this.#database = new DurableSqlite(path, observationSchema);
    // Power loss may cost the last seconds, never the file: nobody waits for the disk on account of a log.
    this.#database.exec('PRAGMA synchronous=NORMAL; PRAGMA journal_size_limit=67108864');
  }

  /** All or nothing; returns the blocks' rows in order. */
  write(writes: readonly BlockWrite[]): number[] {
    return this.#database.transaction(() =>
      writes.map(({ row, block, events }) => {
        for (const event of events) this.#addEvent(block.camera, event);
        if (row === undefined) return this.#add(block);
        this.#update(row, block);
        return row;
      }),
    );
  }

  /** Bytes in use; freed pages are used again before the file grows. */
  get bytes(): number {
    const [pages, free, size] = ['page_count', 'freelist_count', 'page_size'].map(
      (name) => this.#database.row<Record<string, number>>(`PRAGMA ${name}`)?.[name] ?? 0,
    );
    return ((pages ?? 0) - (free ?? 0)) * (size ?? 0);
  }

  /** Frees what ended before `before`; at most some at a time. Says how many blocks that were. */
  dropBefore(before: UtcMs): number {
    return this.#drop(storeQueries.endedBefore, before, trimRows);
  }

  /** Frees the oldest blocks, some at a time; 0 when there is none left. */
  dropOldest(): number {
    return this.#drop('SELECT n FROM block ORDER BY n LIMIT ?', trimRows);
  }

  /** Frees configurations that no block is under any more. */
  dropContexts(): void {
    this.#database.run(`DELETE FROM context WHERE hash IN (${storeQueries.unusedContexts})`);
  }

  close(): void {
    this.#database.close();
  }

  /** With its configuration in the same transaction: one that no block is under may be freed at any time. */
  #add({ camera, since, until, entry, context, packed, data }: BlockRow): number {
    if (context !== undefined) {
      this.#database.run('INSERT OR IGNORE INTO context VALUES (?, ?)', context.hash, context.body);
    }
    this.#database.run(
      'INSERT INTO block (since, until, packed, data, camera, entry, context) VALUES (?, ?, ?, ?, ?, ?, ?)',
      since,
      until,
      packed ? 1 : 0,
      data,
      camera,
      entry ? 1 : 0,
      context?.hash ?? null,
    );
    return this.#database.row<{ n: number }>('SELECT last_insert_rowid() AS n')?.n ?? 0;
  }

  /** A block that was freed meanwhile, in a log that is far too small, stays away. */
  #update(row: number, { since, until, packed, data }: BlockRow): void {
    this.#database.run(
      'UPDATE block SET until = ?, packed = ?, data = ? WHERE n = ?',
      until,
      packed ? 1 : 0,
      data,
      row,
    );
    // Only where the clock was set back: the indexes are not written again for nothing.
    this.#database.run('UPDATE block SET since = ?1 WHERE n = ?2 AND since > ?1', since, row);
  }

  #addEvent(camera: CameraId, event: RecordedEvent): void {
    this.#database.run(
      'INSERT INTO event (camera, at, scene, incident, phase, body) VALUES (?, ?, ?, ?, ?, ?)',
      camera,
      event.observedAt,
      event.scene,
      event.incidentId,
      event.phase,
      JSON.stringify(event),
    );
  }

  /** Events go with the observations that explain them; verdicts stay. */
  #drop(select: string, ...parameters: number[]): number {
    return this.#database.transaction(() => {
      const dropped = this.#database.run(`DELETE FROM block WHERE n IN (${select})`, ...parameters);
      if (dropped === 0) return 0;
      this.#database.run(
        `DELETE FROM event WHERE at <
           (SELECT min(since) FROM (SELECT since FROM block ORDER BY n LIMIT 100)) - ${eventMarginMs}`,
      );
      return dropped;
    });
  }
}
