import { z } from 'zod';
import { type Checkpoint, checkpointSchema } from '../../contracts/audit-checkpoint.ts';
import { auditHash } from '../../contracts/audit-record.ts';
import type { Sha256 } from '../../domain/ids.ts';
import { AppError } from '../../lib/errors.ts';
import { canonicalJson, zeroHash } from '../../lib/hash.ts';
import { CompactRange } from '../../lib/merkle/compact-range.ts';
import { leafHash } from '../../lib/merkle/tree-hash.ts';
import type { Queryable } from '../store/database.ts';

/** Records read at a time. */
const page = 1000;

/** Where a log ends: all that is needed to go on from there without trusting what lies before. */
export interface LogEnd {
  readonly tree: CompactRange;
  /** Hash of the newest record in the chain. */
  readonly head: Sha256;
}

/** The end of a log without records. */
export const emptyEnd: LogEnd = { tree: new CompactRange(), head: zeroHash };

/** The log's head as the database has it. */
export interface StoredHead {
  readonly n: number;
  readonly hash: Sha256;
  readonly edge: string;
}

/** @throws AppError MB_AUDIT_INCONSISTENT when there is none. */
export async function storedHead(source: Queryable): Promise<StoredHead> {
  const [head] = await source.query<StoredHead>('SELECT n, hash, edge FROM desk.audit_head');
  if (head === undefined) throw inconsistent('it has lost its head');
  return head;
}

/**
 * Goes on from an end that is known to be true, record by record, up to `size`: so that what comes out is consistent
 * with it by construction.
 * @throws AppError MB_AUDIT_INCONSISTENT naming the record that does not follow.
 */
export async function follow(source: Queryable, from: LogEnd, size: number): Promise<LogEnd> {
  if (size < from.tree.size) throw inconsistent(`it has ${size} records; ${from.tree.size} were signed`);
  const tree = CompactRange.fromText(from.tree.size, from.tree.toText()) ?? new CompactRange();
  let { head } = from;
  while (tree.size < size) {
    const rows = await source.query<{ n: number; body: string; prev_hash: Sha256; hash: Sha256 }>(
      `SELECT n, body, prev_hash, hash FROM desk.audit_records WHERE n > $1 AND n <= $2 ORDER BY n LIMIT ${page}`,
      [tree.size, size],
    );
    for (const row of rows) {
      const isNext = row.n === tree.size + 1 && row.prev_hash === head;
      if (!isNext || auditHash(head, row.body) !== row.hash) {
        throw inconsistent(`record ${row.n} does not follow what was signed`);
      }
      tree.append(leafHash(row.body));
      head = row.hash;
    }
    if (rows.length === 0) throw inconsistent(`record ${tree.size + 1} is missing`);
  }
  return { tree, head };
}

/** @throws AppError MB_AUDIT_INCONSISTENT where the stored head does not say what the records come to. */
export function requireHead(end: LogEnd, stored: StoredHead): void {
  // A log from before the tree has no edge until its next record.
  const isEdge = stored.edge === '' || stored.edge === end.tree.toText();
  if (stored.n !== end.tree.size || stored.hash !== end.head || !isEdge) {
    throw inconsistent(`its head does not say what its ${end.tree.size} records come to`);
  }
}

/** A fault for a database that does not hold what was signed. */
export function inconsistent(what: string): AppError {
  return new AppError('MB_AUDIT_INCONSISTENT', `the audit log is not the one that was signed: ${what}`);
}

const keptSchema = z.strictObject({ checkpoint: checkpointSchema, edge: z.string() });

/** The newest checkpoint and the end of the log it signed, as kept outside of the database. */
export interface Kept {
  readonly checkpoint: Checkpoint;
  readonly end: LogEnd;
}

/** As text for a file. */
export function keptText({ checkpoint, end }: Kept): string {
  return `${canonicalJson({ checkpoint, edge: end.tree.toText() })}\n`;
}

/** Out of that text. Undefined where it is damaged, or the edge is not that of what the checkpoint signed. */
export function parseKept(text: string): Kept | undefined {
  const result = keptSchema.safeParse(parsedJson(text));
  if (!result.success) return undefined;
  const { checkpoint, edge } = result.data;
  const tree = CompactRange.fromText(checkpoint.size, edge);
  if (tree === undefined || tree.root().toString('hex') !== checkpoint.root) return undefined;
  return { checkpoint, end: { tree, head: checkpoint.head } };
}

function parsedJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
