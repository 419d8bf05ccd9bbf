import { statSync } from 'node:fs';
import { sealAlert } from '../../contracts/seal.ts';
import type { Alert, AlertDraft, EvidenceRef } from '../../domain/alert.ts';
import type { NodeId, Sha256, SiteId } from '../../domain/ids.ts';
import type { OpenIncident } from '../../domain/scene-event.ts';
import { DurableSqlite, isStorageFull } from '../../lib/durable-sqlite.ts';
import { AppError } from '../../lib/errors.ts';
import { zeroHash } from '../../lib/hash.ts';
import type { SigningKey } from '../../lib/keys.ts';
import { DiskReserve } from './disk-reserve.ts';

/** An evidence file that waits to be acknowledged. */
export interface PendingEvidence {
  readonly sha256: Sha256;
  readonly bytes: number;
  readonly mediaType: string;
  readonly kind: EvidenceRef['kind'];
  /** Number of the first alert that names it. */
  readonly n: number;
}

/** Sizes of files, bytes. */
export interface SizeRange {
  /** Larger than this. */
  readonly over?: number;
  readonly upTo?: number;
}

/** How far the chain goes and how much of it is acknowledged. */
export interface ChainHead {
  readonly n: number;
  readonly hash: Sha256;
  readonly acked: number;
}

const pageSize = 4_096;
const largestReserve = 1_048_576;
/** One open incident takes about 400 bytes; so many that all of them stay below a fortieth of the outbox. */
const bytesPerIncident = 16_384;
/** Hashes of acknowledged evidence kept, so that a later alert that names the same picture does not send it again. */
const rememberedEvidence = 10_000;

const schema = `
CREATE TABLE IF NOT EXISTS chain (
  id INTEGER PRIMARY KEY CHECK (id = 1), site TEXT NOT NULL, node TEXT NOT NULL,
  n INTEGER NOT NULL, hash TEXT NOT NULL, acked INTEGER NOT NULL
) STRICT;
CREATE TABLE IF NOT EXISTS alert (n INTEGER PRIMARY KEY, body TEXT NOT NULL) STRICT;
CREATE TABLE IF NOT EXISTS evidence (
  sha256 TEXT NOT NULL UNIQUE, n INTEGER NOT NULL, bytes INTEGER NOT NULL, media_type TEXT NOT NULL,
  kind TEXT NOT NULL, state TEXT NOT NULL CHECK (state IN ('pending', 'done'))
) STRICT;
CREATE TABLE IF NOT EXISTS incident (id TEXT PRIMARY KEY, body TEXT NOT NULL) STRICT, WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS evidence_pending ON evidence (n, bytes) WHERE state = 'pending';
`;

/** The outbox's tables. Every method is one transaction; none knows of budgets or brokers. */
export class OutboxStore {
  readonly #path: string;
  readonly #maxPages: number;
  readonly #maxIncidents: number;
  readonly #reserve: DiskReserve;
  readonly #database: DurableSqlite;

  /** Opens the file. Throws MB_OUTBOX_FAILED when it is another node's: a chain must not change its name. */
  constructor(path: string, site: SiteId, node: NodeId, maxBytes: number) {
    this.#path = path;
    this.#maxPages = Math.max(1, Math.floor(maxBytes / pageSize));
    this.#maxIncidents = Math.max(4, Math.floor(maxBytes / bytesPerIncident));
    const reserveBytes = Math.min(largestReserve, Math.floor(maxBytes / 8));
    this.#reserve = new DiskReserve(`${path}-reserve`, reserveBytes);
    this.#database = new DurableSqlite(path, schema);
    try {
      this.#database.run('INSERT OR IGNORE INTO chain VALUES (1, ?, ?, 0, ?, 0)', site, node, zeroHash);
      const owner = this.#database.row<{ site: string; node: string }>('SELECT site, node FROM chain');
      if (owner?.site !== site || owner.node !== node) {
        throw new AppError('MB_OUTBOX_FAILED', `${path} belongs to ${owner?.site}/${owner?.node}, not ${site}/${node}`);
      }
      // The log stays small enough to be folded into the database within the reserve.
      this.#database.exec(`PRAGMA wal_autocheckpoint=${Math.max(4, Math.floor(reserveBytes / pageSize / 4))}`);
      this.#reserve.restore();
      this.#limitPages(this.#reserve.held ? this.#maxPages : this.#pageCount());
    } catch (error) {
      this.#database.close();
      throw error;
    }
  }

  head(): ChainHead {
    return this.#database.row<ChainHead>('SELECT n, hash, acked FROM chain') ?? { n: 0, hash: zeroHash, acked: 0 };
  }

  /** Number, chain link, seal, alert, evidence rows and new head: all or nothing. Throws what SQLite throws. */
  append(draft: AlertDraft, node: NodeId, key: SigningKey): Alert {
    return this.#database.transaction(() => {
      const head = this.head();
      const alert = sealAlert(draft, { node, n: head.n + 1, prevHash: head.hash }, key);
      this.#database.run('INSERT INTO alert VALUES (?, ?)', alert.sequence.n, JSON.stringify(alert));
      for (const file of draft.evidence) {
        this.#database.run(
          "INSERT OR IGNORE INTO evidence VALUES (?, ?, ?, ?, ?, 'pending')",
          file.sha256,
          alert.sequence.n,
          file.bytes,
          file.mediaType,
          file.kind,
        );
      }
      this.#remember(draft);
      this.#database.run('UPDATE chain SET n = ?, hash = ?', alert.sequence.n, alert.sequence.hash);
      return alert;
    });
  }

  /** Incidents that were not cleared, oldest first; `waiting`: drafts that come after what is stored, in order. */
  openIncidents(waiting: readonly AlertDraft[] = []): OpenIncident[] {
    const rows = this.#database.all<{ body: string }>('SELECT body FROM incident ORDER BY id');
    const stored = rows.map((row) => JSON.parse(row.body) as OpenIncident);
    return waiting.length === 0 ? stored : overlaid(stored, waiting);
  }

  /** Which incidents are open is known exactly as durably as the alerts that say so. */
  #remember(draft: AlertDraft): void {
    if (draft.phase === 'cleared') {
      const { incidentId } = draft;
      this.#database.run('DELETE FROM incident WHERE id = ? OR (id > ? AND id < ?)', ...rowsOf(incidentId));
      return;
    }
    const { incidentId, camera } = draft;
    // A row of its own for each camera that sees it; one without a camera is from an earlier version.
    this.#database.run('DELETE FROM incident WHERE id = ?', incidentId);
    const id = rowOf(incidentId, camera.id);
    this.#database.run('INSERT OR REPLACE INTO incident VALUES (?, ?)', id, JSON.stringify(kept(draft)));
    // Ids are UUIDv7: in order of time. What is remembered must never keep alerts from the disk.
    this.#database.run(
      'DELETE FROM incident WHERE id <= (SELECT id FROM incident ORDER BY id DESC LIMIT 1 OFFSET ?)',
      this.#maxIncidents,
    );
  }

  /** Alerts after `n`, in order. */
  alertsAfter(n: number, limit: number): Alert[] {
    const rows = this.#database.all<{ body: string }>(
      'SELECT body FROM alert WHERE n > ? ORDER BY n LIMIT ?',
      n,
      limit,
    );
    return rows.map((row) => JSON.parse(row.body) as Alert);
  }

  /** Evidence of alerts up to `n`, of more than `over` bytes and no more than `upTo`, oldest first. */
  evidenceUpTo(n: number, limit: number, { over = -1, upTo = Number.MAX_SAFE_INTEGER }: SizeRange): PendingEvidence[] {
    return this.#database.all<PendingEvidence>(
      `SELECT sha256, bytes, media_type AS mediaType, kind, n FROM evidence
       WHERE state = 'pending' AND n <= ? AND bytes > ? AND bytes <= ? ORDER BY n, rowid LIMIT ?`,
      n,
      over,
      upTo,
      limit,
    );
  }

  /** Whether a file is known, and whether the gateway has it. */
  evidenceState(hash: Sha256): 'pending' | 'done' | undefined {
    return this.#database.row<{ state: 'pending' | 'done' }>('SELECT state FROM evidence WHERE sha256 = ?', hash)
      ?.state;
  }

  /** Frees alerts up to `n` and the files named; says how many alerts and which of the files were waiting. */
  acknowledge(n: number, files: readonly Sha256[]): { alerts: number; files: Sha256[] } {
    return this.#freeing(() => {
      const alerts = this.#database.run('DELETE FROM alert WHERE n <= ?', n);
      this.#database.run('UPDATE chain SET acked = max(acked, ?)', n);
      const freed = files.filter(
        (hash) =>
          this.#database.run("UPDATE evidence SET state = 'done' WHERE sha256 = ? AND state = 'pending'", hash) === 1,
      );
      if (freed.length > 0) {
        this.#database.run(
          `DELETE FROM evidence WHERE state = 'done' AND rowid <=
           (SELECT rowid FROM evidence WHERE state = 'done' ORDER BY rowid DESC LIMIT 1 OFFSET ?)`,
          rememberedEvidence,
        );
      }
      return { alerts, files: freed };
    });
  }

  /** What is shed next: clips before stills, the oldest first. */
  nextToShed(): PendingEvidence | undefined {
    return this.#database.row<PendingEvidence>(
      `SELECT sha256, bytes, media_type AS mediaType, kind, n FROM evidence
       WHERE state = 'pending' ORDER BY (kind = 'clip') DESC, n, rowid LIMIT 1`,
    );
  }

  forget(hash: Sha256): void {
    this.#freeing(() => this.#database.run("DELETE FROM evidence WHERE sha256 = ? AND state = 'pending'", hash));
  }

  /** Counts, and bytes in use: pages of the database that hold something, and evidence files. */
  usage(): { alerts: number; evidence: number; bytes: number } {
    // Rows are freed cumulatively, so the difference is their number; counting them would read every page.
    const head = this.head();
    const alerts = head.n - head.acked;
    const files = this.#database.row<{ count: number; bytes: number }>(
      "SELECT count(*) AS count, coalesce(sum(bytes), 0) AS bytes FROM evidence WHERE state = 'pending'",
    ) ?? { count: 0, bytes: 0 };
    const pages = this.#pageCount();
    const free = this.#database.row<{ freelist_count: number }>('PRAGMA freelist_count')?.freelist_count ?? 0;
    return { alerts, evidence: files.count, bytes: (pages - free) * pageSize + files.bytes };
  }

  /** Folds the write-ahead log into the database; true when that made the log smaller. */
  foldLog(): boolean {
    try {
      const before = this.#walBytes();
      this.#database.exec('PRAGMA wal_checkpoint(TRUNCATE)');
      return this.#walBytes() < before;
    } catch {
      return false;
    }
  }

  /**
   * Makes room on a full disk for what frees something: gives up the reserve and, so that the database does not eat
   * that too, keeps it from growing until `recover`. True when it gave any room.
   */
  #makeRoom(): boolean {
    const released = this.#reserve.release();
    if (released) this.#limitPages(this.#pageCount());
    return this.foldLog() || released;
  }

  /** A transaction that frees space: it must succeed on a full disk, too. */
  #freeing<T>(work: () => T): T {
    for (;;) {
      try {
        return this.#database.transaction(work);
      } catch (error) {
        if (!isStorageFull(error) || !this.#makeRoom()) throw error;
      }
    }
  }

  /** Takes the reserve back when the disk has room again, and lets the database grow. */
  recover(): void {
    if (this.#reserve.held || !this.#reserve.restore()) return;
    this.#limitPages(this.#maxPages);
  }

  #limitPages(pages: number): void {
    this.#database.exec(`PRAGMA max_page_count=${pages}`);
  }

  #pageCount(): number {
    return this.#database.row<{ page_count: number }>('PRAGMA page_count')?.page_count ?? 0;
  }

  #walBytes(): number {
    return statSync(`${this.#path}-wal`, { throwIfNoEntry: false })?.size ?? 0;
  }

  close(): void {
    this.#database.close();
  }
}

/** What `#remember` will do to the rows, done to what was read of them. */
function overlaid(stored: readonly OpenIncident[], waiting: readonly AlertDraft[]): OpenIncident[] {
  const open = new Map(Map.groupBy(stored, ({ incidentId }) => incidentId));
  for (const draft of waiting) {
    const { incidentId, camera, phase } = draft;
    const others = (open.get(incidentId) ?? []).filter(({ cameraId }) => cameraId !== camera.id);
    if (phase === 'cleared') open.delete(incidentId);
    else open.set(incidentId, [...others, kept(draft)]);
  }
  const rows = [...open.values()]
    .flat()
    .map((incident) => ({ id: rowOf(incident.incidentId, incident.cameraId), incident }));
  return rows.sort((a, b) => (a.id < b.id ? -1 : 1)).map(({ incident }) => incident);
}

function rowOf(incidentId: string, camera: string): string {
  return `${incidentId} ${camera}`;
}

/** The row without a camera, and the range of those with one: a space comes before `!`. */
function rowsOf(incidentId: string): [string, string, string] {
  return [incidentId, `${incidentId} `, `${incidentId}!`];
}

function kept(draft: AlertDraft): OpenIncident {
  const { incidentId, camera, scene, severity, zone, startedAt, observedAt, subjects, trace } = draft;
  const about = { incidentId, cameraId: camera.id, scene, zoneId: zone.id, severity };
  return { ...about, startedAt, observedAt, subjects, traceparent: trace.traceparent };
}
