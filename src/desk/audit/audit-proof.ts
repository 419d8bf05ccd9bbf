import type { Checkpoint } from '../../contracts/audit-checkpoint.ts';
import type { AuditProof } from '../../contracts/audit-proof.ts';
import type { Sha256, TicketId } from '../../domain/ids.ts';
import { AppError } from '../../lib/errors.ts';
import { CompactRange } from '../../lib/merkle/compact-range.ts';
import { consistencyRanges, inclusionRanges, type LeafRange } from '../../lib/merkle/proof-ranges.ts';
import { leafHash } from '../../lib/merkle/tree-hash.ts';
import type { Queryable } from '../store/database.ts';

/** Levels of the subtrees that the log keeps, largest first. */
const keptLevels = [48, 40, 32, 24, 16, 8];
/** Records of one ticket in one proof. */
const maxRecords = 10_000;

/**
 * The proof that a record, or all records of a ticket, are in the log that a checkpoint signed.
 * `since`: size of an older checkpoint that it shall be shown to begin with.
 * @throws AppError MB_NOT_FOUND, MB_REQUEST_INVALID, MB_DATABASE_UNREACHABLE.
 */
export async function proveRecords(
  database: Queryable,
  checkpoint: Checkpoint,
  what: { readonly record: number } | { readonly ticket: TicketId },
  since?: number,
): Promise<AuditProof> {
  const [column, value] = 'record' in what ? ['n', what.record] : ['ticket_id', what.ticket];
  const rows = await database.query<{ n: number; body: string }>(
    `SELECT n, body FROM desk.audit_records WHERE ${column} = $1 AND n <= $2 ORDER BY n LIMIT ${maxRecords}`,
    [value, checkpoint.size],
  );
  if (rows.length === 0) throw new AppError('MB_NOT_FOUND', `the log has no record of ${column} ${value}`);
  if (since !== undefined && since > checkpoint.size) {
    throw new AppError('MB_REQUEST_INVALID', `the log has ${checkpoint.size} records, fewer than ${since}`);
  }
  const subtrees = new SubtreeReader(database);
  const records: AuditProof['records'] = [];
  for (const { n, body } of rows) {
    records.push({ n, body, path: await subtrees.hashes(inclusionRanges(n - 1, checkpoint.size)) });
  }
  const proof: AuditProof = { format: 'maplebridge-audit-proof/1', checkpoint, records };
  if (since === undefined) return proof;
  const path = await subtrees.hashes(consistencyRanges(since, checkpoint.size));
  return { ...proof, consistency: { size: since, path } };
}

/** Hashes of subtrees out of the kept ones and, below those, the records. */
class SubtreeReader {
  readonly #database: Queryable;
  /** Records of a ticket lie close together: their proofs share most of the tree. */
  readonly #known = new Map<string, Sha256>();

  constructor(database: Queryable) {
    this.#database = database;
  }

  async hashes(ranges: readonly LeafRange[]): Promise<Sha256[]> {
    const hashes: Sha256[] = [];
    for (const { from, to } of ranges) {
      const key = `${from}-${to}`;
      const hash = this.#known.get(key) ?? (await this.#read(from, to)).root().toString('hex');
      this.#known.set(key, hash as Sha256);
      hashes.push(hash as Sha256);
    }
    return hashes;
  }

  /** A range of a proof begins where a subtree of its size could: kept subtrees fit into it. */
  async #read(from: number, to: number): Promise<CompactRange> {
    const tree = new CompactRange();
    for (const level of keptLevels) {
      const leaves = 2 ** level;
      const first = (from + tree.size) / leaves;
      const count = Math.floor((to - from - tree.size) / leaves);
      if (count === 0 || !Number.isInteger(first)) continue;
      const rows = await this.#database.query<{ hash: string }>(
        'SELECT hash FROM desk.audit_subtrees WHERE level = $1 AND position >= $2 AND position < $3 ORDER BY position',
        [level, first, first + count],
      );
      if (rows.length === count) for (const { hash } of rows) tree.appendSubtree(level, Buffer.from(hash, 'hex'));
    }
    while (tree.size < to - from) {
      const rows = await this.#database.query<{ body: string }>(
        'SELECT body FROM desk.audit_records WHERE n > $1 AND n <= $2 ORDER BY n LIMIT 1000',
        [from + tree.size, to],
      );
      if (rows.length === 0) throw new AppError('MB_AUDIT_INCONSISTENT', `record ${from + tree.size + 1} is missing`);
      for (const { body } of rows) tree.append(leafHash(body));
    }
    return tree;
  }
}
