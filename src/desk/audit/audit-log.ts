import { type AuditEntry, type AuditRecord, chainEntries } from '../../contracts/audit-record.ts';
import type { Sha256 } from '../../domain/ids.ts';
import type { ClockWord } from '../../lib/clock-state.ts';
import { AppError } from '../../lib/errors.ts';
import { CompactRange, type Subtree } from '../../lib/merkle/compact-range.ts';
import { leafHash } from '../../lib/merkle/tree-hash.ts';
import type { Queryable, Transaction } from '../store/database.ts';
import { textArray } from '../store/text-array.ts';

/** Subtrees of 2^8, 2^16, … records are kept, so that a proof reads at most 255 hashes of each size. */
const keptLevels = 8;
/** Records read at a time. */
const page = 1000;

/** The append-only log. Its head row is locked until the commit, so links are written one writer at a time. */
export class AuditLog {
  readonly #clockSync: ClockWord | undefined;
  readonly #onAppended: (size: number) => void;

  /** `clockSync`: goes on record with every entry; `onAppended` is told the log's new size after each commit. */
  constructor(options: { clockSync?: ClockWord | undefined; onAppended?: (size: number) => void } = {}) {
    this.#clockSync = options.clockSync;
    this.#onAppended = options.onAppended ?? (() => undefined);
  }

  /**
   * Adds entries to chain and tree within the transaction of what they tell; returns their links in the same order.
   * Two statements, however many entries.
   */
  async append(tx: Transaction, entries: readonly AuditEntry[]): Promise<readonly AuditRecord[]> {
    if (entries.length === 0) return [];
    const [head] = await tx.query<{ n: number; hash: Sha256; edge: string }>(
      'SELECT n, hash, edge FROM desk.audit_head FOR UPDATE',
    );
    if (head === undefined) throw new AppError('MB_DATABASE_SCHEMA', 'the audit log has lost its head');
    const subtrees: Subtree[] = [];
    const keep = (subtree: Subtree) => {
      if (subtree.level % keptLevels === 0) subtrees.push(subtree);
    };
    const tree = CompactRange.fromText(head.n, head.edge) ?? (await treeOf(tx, head.n, keep));
    const clock = this.#clockSync?.state;
    const records = chainEntries(head, clock === undefined ? entries : entries.map((entry) => ({ ...entry, clock })));
    for (const record of records) tree.append(leafHash(record.body), keep);
    await tx.query(
      `SELECT desk.append_audit($1, $2::uuid[], $3::bigint[], $4::text[], $5::text[], $6::text[], $7,
                                $8::smallint[], $9::bigint[], $10::text[])`,
      [
        head.n,
        entries.map((entry) => entry.ticketId ?? null),
        entries.map((entry) => entry.at),
        entries.map((entry) => entry.kind),
        textArray(records.map((record) => record.body)),
        textArray(records.map((record) => record.hash)),
        tree.toText(),
        subtrees.map(({ level }) => level),
        subtrees.map(({ index }) => index),
        subtrees.map(({ hash }) => hash.toString('hex')),
      ],
    );
    tx.afterCommit(() => this.#onAppended(tree.size));
    return records;
  }
}

/** The tree of a log that was written before it had one. */
async function treeOf(tx: Queryable, size: number, keep: (subtree: Subtree) => void): Promise<CompactRange> {
  const tree = new CompactRange();
  while (tree.size < size) {
    const rows = await tx.query<{ body: string }>(
      `SELECT body FROM desk.audit_records WHERE n > $1 AND n <= $2 ORDER BY n LIMIT ${page}`,
      [tree.size, size],
    );
    if (rows.length === 0) throw new AppError('MB_DATABASE_SCHEMA', `the audit log has lost records before ${size}`);
    for (const row of rows) tree.append(leafHash(row.body), keep);
  }
  return tree;
}
