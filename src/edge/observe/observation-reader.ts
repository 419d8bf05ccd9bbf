import { existsSync } from 'node:fs';
import { DatabaseSync, type SQLInputValue } from 'node:sqlite';
import { zstdDecompressSync } from 'node:zlib';
import type { CameraId, IncidentId, UtcMs } from '../../domain/ids.ts';
import type { SceneId } from '../../domain/scene-id.ts';
import { AppError, messageOf } from '../../lib/errors.ts';
import { decodeBlock } from './block-decoder.ts';
import type { ObservationNote, ObservationRecord, RecordedEvent } from './block-format.ts';
import { readerQueries } from './observation-queries.ts';
import { type Verdict, type VerdictRow, verdictOf } from './verdict.ts';

/** A place in a camera's log from which a replay can start. */
export interface LogEntry {
  readonly n: number;
  readonly at: UtcMs;
}

/** What a log has of a camera. */
export interface CameraSpan {
  readonly camera: CameraId;
  readonly since: UtcMs;
  readonly until: UtcMs;
}

/** A note as it comes out of a log, with the configuration of its block where a replay can start from that. */
export interface LoggedNote {
  readonly kind: 'note';
  readonly note: ObservationNote;
  readonly context: unknown;
}

/** A record as it comes out of a log. */
export type LoggedRecord = Exclude<ObservationRecord, { kind: 'note' }> | LoggedNote;

interface BlockData {
  readonly n: number;
  readonly since: UtcMs;
  readonly context: string | null;
  readonly packed: number;
  readonly data: Uint8Array;
}

/**
 * Reads an observation file, beside a running node or without one; it changes nothing. `entries` and `records` throw
 * AppError MB_OBSERVATIONS where the configuration of a place to start from is missing.
 */
export class ObservationReader {
  readonly #database: DatabaseSync;
  readonly #contexts = new Map<string, unknown>();

  /** @throws AppError MB_OBSERVATIONS when there is no such file, or it is none of ours. */
  constructor(path: string) {
    if (!existsSync(path)) throw new AppError('MB_OBSERVATIONS', `${path} is not there`);
    try {
      this.#database = new DatabaseSync(path, { readOnly: true, timeout: 5_000 });
      this.#database.prepare('SELECT 1 FROM block, event, verdict, context LIMIT 1').get();
    } catch (error) {
      throw new AppError('MB_OBSERVATIONS', `${path}: ${messageOf(error)}`, { cause: error });
    }
  }

  /** Every camera with a place to start from, and what is there from it on. */
  cameras(): CameraSpan[] {
    return this.#all<CameraSpan>(readerQueries.cameras);
  }

  /** Time of the newest look that is on disk; 0 where there is none. */
  lastLookAt(camera: CameraId): UtcMs {
    return this.#row<{ at: UtcMs | null }>('SELECT max(until) AS at FROM block WHERE camera = ?', camera)?.at ?? 0;
  }

  /** The last place to start from at or before `at`, or else the first. */
  entryBefore(camera: CameraId, at: UtcMs): LogEntry | undefined {
    const select = 'SELECT n, since AS at FROM block WHERE camera = ? AND entry = 1';
    return (
      this.#row<LogEntry>(`${select} AND since <= ? ORDER BY n DESC LIMIT 1`, camera, at) ??
      this.#row<LogEntry>(`${select} ORDER BY n LIMIT 1`, camera)
    );
  }

  /** The notes from `entry` to `until` from which a replay can start, each with its configuration. */
  *entries(camera: CameraId, entry: LogEntry, until: UtcMs): Generator<LoggedNote> {
    for (const block of this.#blocks('AND entry = 1', camera, entry.n)) {
      if (block.since > until || block.context === null) continue;
      const first = decodeBlock(bytesOf(block)).next();
      if (first.done || first.value.kind !== 'note') continue;
      yield { ...first.value, context: this.#context(block.context) };
    }
  }

  /** Everything from `entry` on, in the order in which it was written; blocks that begin after `until` are left out. */
  *records(camera: CameraId, entry: LogEntry, until: UtcMs): Generator<LoggedRecord> {
    for (const block of this.#blocks('', camera, entry.n)) {
      if (block.since > until) continue;
      const context = block.context === null ? undefined : this.#context(block.context);
      for (const record of decodeBlock(bytesOf(block))) {
        if (record.kind === 'note') yield { ...record, context };
        else yield record;
      }
    }
  }

  /** Recorded events of looks from `from` to `to`, in order; of one scene, or of all. */
  events(camera: CameraId, from: UtcMs, to: UtcMs, scene?: SceneId): RecordedEvent[] {
    return this.#all<{ body: string }>(
      'SELECT body FROM event WHERE camera = ? AND at >= ? AND at <= ? AND (scene = ? OR ? IS NULL) ORDER BY n',
      camera,
      from,
      to,
      scene ?? null,
      scene ?? null,
    ).map(({ body }) => JSON.parse(body) as RecordedEvent);
  }

  /** The last word on each reviewed incident. */
  verdicts(): Map<IncidentId, Verdict> {
    const rows = this.#all<VerdictRow>('SELECT * FROM verdict ORDER BY n');
    return new Map(rows.map((row) => [row.incident, verdictOf(row)]));
  }

  close(): void {
    this.#database.close();
  }

  #blocks(where: string, camera: CameraId, n: number): Iterable<BlockData> {
    const sql = `SELECT n, since, context, packed, data FROM block WHERE camera = ? AND n >= ? ${where} ORDER BY n`;
    return this.#database.prepare(sql).iterate(camera, n) as unknown as Iterable<BlockData>;
  }

  #context(hash: string): unknown {
    const known = this.#contexts.get(hash);
    if (known !== undefined) return known;
    const body = this.#row<{ body: string }>('SELECT body FROM context WHERE hash = ?', hash)?.body;
    // Without it nothing can be judged again, and to guess would be to tell what never was.
    if (body === undefined) throw new AppError('MB_OBSERVATIONS', `the configuration ${hash} is missing from the log`);
    const context: unknown = JSON.parse(body);
    this.#contexts.set(hash, context);
    return context;
  }

  #row<T>(sql: string, ...parameters: SQLInputValue[]): T | undefined {
    return this.#database.prepare(sql).get(...parameters) as T | undefined;
  }

  #all<T>(sql: string, ...parameters: SQLInputValue[]): T[] {
    return this.#database.prepare(sql).all(...parameters) as T[];
  }
}

function bytesOf({ packed, data }: BlockData): Uint8Array {
  if (packed === 0) return data;
  try {
    return zstdDecompressSync(data);
  } catch {
    // A damaged block is an empty one; what comes after it starts anew or not at all.
    return new Uint8Array();
  }
}
