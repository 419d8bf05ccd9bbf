import type { AuditEntry } from '../../contracts/audit-record.ts';
import type {
  QuarantineEntry,
  QuarantineFilter,
  QuarantineRequest,
  QuarantineState,
} from '../../contracts/quarantine.ts';
import type { RefusedRecord } from '../../contracts/ticket-intake.ts';
import type { Sha256, UtcMs } from '../../domain/ids.ts';
import { canonicalJson, sha256 } from '../../lib/hash.ts';
import type { Queryable, Transaction } from '../store/database.ts';
import { columnText } from '../store/ticket-row.ts';

/** A refused record as it is kept. */
export interface QuarantineRow {
  readonly id: number;
  readonly sender: string;
  readonly batch_number: number;
  readonly batch_sha256: Sha256;
  readonly batched_at: UtcMs;
  readonly node: string | null;
  readonly kind: string;
  readonly detail: string;
  readonly bytes: number;
  readonly at: UtcMs;
  readonly state: QuarantineState;
  readonly decided_at: UtcMs | null;
  readonly decided_by: string | null;
  readonly note: string | null;
  readonly override: boolean | null;
  readonly outcome: string | null;
}

const columns = `id, sender, batch_number, batch_sha256, batched_at, node, kind, detail, length(line) AS bytes, at, state,
  decided_at, decided_by, note, override, outcome`;

/** Records kept; of more, those that were decided go first, then the oldest. */
export const maxQuarantined = 10_000;

/** Keeps what was refused, within the transaction of its incident; what had to make room goes on record. */
export async function keepRefused(
  tx: Transaction,
  sender: string,
  refused: readonly RefusedRecord[],
  now: UtcMs,
  most = maxQuarantined,
): Promise<AuditEntry[]> {
  for (const { line, kind, detail, node, batch, batchedAt } of refused) {
    const key = sha256(canonicalJson({ sender, batch: batch.number, line: sha256(line) }));
    await tx.query(
      `INSERT INTO desk.quarantine (key, sender, batch_number, batch_sha256, batched_at, node, kind, detail, line, at)
       VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) ON CONFLICT (key) DO NOTHING`,
      [
        ...[key, sender, batch.number, batch.sha256, batchedAt],
        ...[node === undefined ? null : columnText(node), kind, columnText(detail), Buffer.from(line), now],
      ],
    );
  }
  if (refused.length === 0) return [];
  const gone = await tx.query<{ state: string }>(
    `DELETE FROM desk.quarantine WHERE id IN (
       SELECT id FROM desk.quarantine ORDER BY state <> 'held', id DESC OFFSET $1) RETURNING state`,
    [most],
  );
  const undecided = gone.filter(({ state }) => state === 'held').length;
  if (undecided === 0) return [];
  const note = `${undecided} refused records gave way to newer ones, undecided`;
  return [{ at: now, actor: 'desk', role: 'system', kind: 'quarantine.dropped', note, details: { undecided } }];
}

/** Newest first. */
export async function listRefused(database: Queryable, filter: QuarantineFilter): Promise<QuarantineEntry[]> {
  const { node = null, reason = null, state = null, limit } = filter;
  const rows = await database.query<QuarantineRow>(
    `SELECT ${columns} FROM desk.quarantine
     WHERE ($1::text IS NULL OR node = $1) AND ($2::text IS NULL OR kind = $2) AND ($3::text IS NULL OR state = $3)
     ORDER BY id DESC LIMIT $4`,
    [node, reason, state, limit],
  );
  return rows.map(entryOf);
}

/** One of them with its line; `lock` keeps it for the transaction. */
export async function refusedRecord(
  database: Queryable,
  id: number,
  lock = false,
): Promise<(QuarantineRow & { readonly line: Buffer }) | undefined> {
  const [row] = await database.query<QuarantineRow & { line: Buffer }>(
    `SELECT ${columns}, line FROM desk.quarantine WHERE id = $1 ${lock ? 'FOR UPDATE' : ''}`,
    [id],
  );
  return row;
}

/** Writes what was decided. */
export async function markDecided(
  tx: Transaction,
  id: number,
  request: QuarantineRequest,
  outcome: { readonly state: 'released' | 'discarded'; readonly detail: string; readonly at: UtcMs },
): Promise<void> {
  await tx.query(
    `UPDATE desk.quarantine SET state = $2, decided_at = $3, decided_by = $4, note = $5, override = $6, outcome = $7
     WHERE id = $1`,
    [id, outcome.state, outcome.at, request.by, columnText(request.note), request.override, outcome.detail],
  );
}

/** As lists show it. */
export function entryOf(row: QuarantineRow): QuarantineEntry {
  const { state, decided_at: at, decided_by: by, note } = row;
  const decided = state !== 'held' && at !== null && by !== null;
  return {
    id: `r-${row.id}`,
    what: 'record',
    node: row.node ?? undefined,
    reason: row.kind,
    detail: row.detail,
    at: row.at,
    bytes: row.bytes,
    source: `batch ${row.batch_number} of ${row.sender}`,
    state,
    decision: decided
      ? {
          action: state === 'released' ? 'release' : 'discard',
          ...{ by, note: note ?? '', at, override: row.override ?? false },
          outcome: { kind: state, detail: row.outcome ?? '' },
        }
      : undefined,
  };
}
