import { existsSync } from 'node:fs';
import type { CameraId, IncidentId } from '../../domain/ids.ts';
import type { SceneId } from '../../domain/scene-id.ts';
import { DurableSqlite } from '../../lib/durable-sqlite.ts';
import { AppError, messageOf } from '../../lib/errors.ts';
import { closestTo } from '../../lib/nearest.ts';
import { observationSchema } from './observation-schema.ts';
import { type Verdict, type VerdictRow, verdictOf } from './verdict.ts';

/** Verdicts of people on incidents, beside the observations; the newest of an incident counts, all are kept. */
export class ReviewBook {
  readonly #database: DurableSqlite;

  /** Works beside a running node. @throws AppError MB_OBSERVATIONS */
  constructor(path: string) {
    if (!existsSync(path)) throw new AppError('MB_OBSERVATIONS', `${path} is not there`);
    try {
      this.#database = new DurableSqlite(path, observationSchema);
    } catch (error) {
      throw new AppError('MB_OBSERVATIONS', `${path}: ${messageOf(error)}`, { cause: error });
    }
  }

  /** @throws AppError MB_USAGE where no such incident was observed. */
  add(verdict: Pick<Verdict, 'incidentId' | 'verdict' | 'reason' | 'by' | 'at'>): Verdict {
    const { incidentId, reason, by, at } = verdict;
    const known = this.#database.row<{ camera: CameraId; scene: SceneId }>(
      `SELECT camera, scene FROM event WHERE incident = ?1
       UNION ALL SELECT camera, scene FROM verdict WHERE incident = ?1 LIMIT 1`,
      incidentId,
    );
    if (known === undefined) throw new AppError('MB_USAGE', this.#unknown(incidentId));
    this.#database.run(
      'INSERT INTO verdict (incident, camera, scene, verdict, reason, author, at) VALUES (?, ?, ?, ?, ?, ?, ?)',
      incidentId,
      known.camera,
      known.scene,
      verdict.verdict,
      reason ?? null,
      by ?? null,
      at,
    );
    return { ...known, ...verdict };
  }

  /** Newest first, with those that a later one replaced. */
  list(limit: number): Verdict[] {
    return this.#database.all<VerdictRow>('SELECT * FROM verdict ORDER BY n DESC LIMIT ?', limit).map(verdictOf);
  }

  close(): void {
    this.#database.close();
  }

  #unknown(incident: IncidentId): string {
    const known = this.#database.all<{ incident: string }>(
      'SELECT DISTINCT incident FROM event ORDER BY n DESC LIMIT 1000',
    );
    const near = closestTo(
      incident,
      known.map((row) => row.incident),
    );
    return `no incident "${incident}" in the observations${near === undefined ? '' : `; did you mean "${near}"?`}`;
  }
}
