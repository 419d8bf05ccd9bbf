import { parseCheckpoint } from '../../contracts/audit-checkpoint.ts';
import type { ExportLine } from '../../contracts/audit-export.ts';
import type { Sha256 } from '../../domain/ids.ts';
import type { ContentStore } from '../../lib/content-store.ts';
import type { Queryable } from '../store/database.ts';
import { inconsistent } from './signed-tail.ts';
import { evidenceOf } from './verify-audit.ts';

/** Rows read at a time. */
const page = 1000;
const lowestId = '00000000-0000-0000-0000-000000000000';

type Row = Readonly<Record<string, unknown>>;

/** What a snapshot of the database holds up to record `size`, a page at a time. */
export async function* storedLines(source: Queryable, size: number): AsyncGenerator<ExportLine> {
  const read = (sql: string) => (after: unknown) => source.query<Row>(`${sql} LIMIT ${page}`, [after]);
  const checkpoints = read('SELECT number, body FROM desk.audit_checkpoints WHERE number > $1 ORDER BY number');
  for await (const row of paged(checkpoints, 'number', 0)) {
    const checkpoint = parseCheckpoint(String(row['body']));
    if (checkpoint === undefined) throw inconsistent(`checkpoint ${String(row['number'])} cannot be read`);
    yield { type: 'checkpoint', checkpoint };
  }
  const records = (after: unknown) =>
    source.query<Row>(
      `SELECT n, ticket_id, at, kind, body, prev_hash, hash FROM desk.audit_records
       WHERE n > $1 AND n <= $2 ORDER BY n LIMIT ${page}`,
      [after, size],
    );
  for await (const row of paged(records, 'n', 0)) yield { type: 'record', row };
  const tickets = read('SELECT * FROM desk.tickets WHERE number > $1 ORDER BY number');
  for await (const row of paged(tickets, 'number', 0)) yield { type: 'ticket', row };
  const dispatches = read('SELECT * FROM desk.dispatches WHERE id > $1 ORDER BY id');
  for await (const row of paged(dispatches, 'id', lowestId)) yield { type: 'dispatch', row };
  for (let after = ''; ; ) {
    const rows = await source.query<{ alert_id: string }>(
      `SELECT * FROM desk.alerts WHERE alert_id > $1 ORDER BY alert_id LIMIT ${page}`,
      [after],
    );
    const evidence = await evidenceOf(source, rows);
    for (const row of rows) {
      after = row.alert_id;
      const files = (evidence.get(row.alert_id) ?? []).map((file) => ({ ...file }));
      yield { type: 'alert', row: { ...row }, evidence: files };
    }
    if (rows.length < page) return;
  }
}

/** Hashes of all evidence files that a snapshot says are here. */
export async function presentFiles(source: Queryable): Promise<Sha256[]> {
  const rows = await source.query<{ sha256: Sha256 }>(
    'SELECT DISTINCT sha256 FROM desk.evidence WHERE present ORDER BY sha256',
  );
  return rows.map(({ sha256 }) => sha256);
}

/** Evidence files in parts, none of them ever in memory as a whole. */
export async function* fileLines(store: ContentStore, hashes: readonly Sha256[]): AsyncGenerator<ExportLine> {
  for (const hash of hashes) {
    if (!(await store.has(hash))) {
      yield { type: 'file', sha256: hash, data: '', last: true, missing: true };
      continue;
    }
    for await (const part of store.stream(hash)) {
      yield { type: 'file', sha256: hash, data: (part as Buffer).toString('base64'), last: false };
    }
    yield { type: 'file', sha256: hash, data: '', last: true };
  }
}

async function* paged(read: (after: unknown) => Promise<Row[]>, key: string, first: unknown): AsyncGenerator<Row> {
  for (let after = first; ; ) {
    const rows = await read(after);
    for (const row of rows) {
      after = row[key];
      yield row;
    }
    if (rows.length < page) return;
  }
}
