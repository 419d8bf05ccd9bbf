import { type AuditEntry, type AuditRecord, chainEntries } from '../../contracts/audit-record.ts';
import type { Sha256 } from '../../domain/ids.ts';
import type { ClockWord } from '../../lib/clock-state.ts';
import { AppError } from '../../lib/errors.ts';
import type { Transaction } from '../store/database.ts';

/** The append-only log. Its head row is locked until the commit, so links are written one writer at a time. */
export class AuditLog {
  readonly #clockSync: ClockWord | undefined;

  /** `clockSync`: goes on record with every entry. */
  constructor(options: { clockSync?: ClockWord | undefined } = {}) {
    this.#clockSync = options.clockSync;
  }

  /** Adds entries to the chain within the transaction of what they tell; returns their links in the same order. */
  async append(tx: Transaction, entries: readonly AuditEntry[]): Promise<readonly AuditRecord[]> {
    if (entries.length === 0) return [];
    const [head] = await tx.query<{ n: number; hash: Sha256 }>('SELECT n, hash FROM desk.audit_head FOR UPDATE');
    if (head === undefined) throw new AppError('MB_DATABASE_SCHEMA', 'the audit log has lost its head');
    const clock = this.#clockSync?.state;
    const records = chainEntries(head, clock === undefined ? entries : entries.map((entry) => ({ ...entry, clock })));
    const last = records.at(-1);
    await tx.query(
      `INSERT INTO desk.audit_records (n, ticket_id, at, kind, body, prev_hash, hash)
       SELECT * FROM unnest($1::bigint[], $2::uuid[], $3::bigint[], $4::text[], $5::text[], $6::text[], $7::text[])`,
      [
        records.map((record) => record.n),
        entries.map((entry) => entry.ticketId ?? null),
        entries.map((entry) => entry.at),
        entries.map((entry) => entry.kind),
        records.map((record) => record.body),
        records.map((record) => record.prevHash),
        records.map((record) => record.hash),
      ],
    );
    await tx.query('UPDATE desk.audit_head SET n = $1, hash = $2', [last?.n, last?.hash]);
    return records;
  }
}
