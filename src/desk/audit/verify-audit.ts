import { parseCheckpoint } from '../../contracts/audit-checkpoint.ts';
import type { AuditReport } from '../../contracts/desk-api.ts';
import type { Sha256 } from '../../domain/ids.ts';
import type { ContentStore } from '../../lib/content-store.ts';
import { KeyRing } from '../../lib/keys.ts';
import type { Queryable } from '../store/database.ts';
import type { TicketRow } from '../store/ticket-row.ts';
import type { AlertRow, EvidenceRow, SealJudge } from './alert-check.ts';
import { ChainCheck, type StoredRecord } from './chain-check.ts';
import { CheckpointCheck } from './checkpoint-check.ts';
import type { DispatchRow } from './dispatch-check.ts';
import { ticketProblem } from './ticket-check.ts';

/** Rows read at a time, so that the whole log never lies in memory. */
const page = 1000;

/**
 * Recomputes everything from the first record: chain, tree and checkpoints, that tickets are where their transitions
 * put them, that dispatches have the clocks they were given, that alerts still bear their node's seal, and that
 * evidence files are what their hashes say. What a stranger does with an export (verify-export.ts), from the inside.
 * @throws AppError MB_DATABASE_UNREACHABLE.
 */
export async function verifyAudit(options: {
  database: Queryable;
  evidence: ContentStore;
  seal: SealJudge;
  /** Keys the desk signs and signed its checkpoints with. */
  deskKeys?: KeyRing;
}): Promise<AuditReport> {
  const { database } = options;
  const check = new ChainCheck();
  const problem = (text: string) => check.problem(text);
  const checkpoints = new CheckpointCheck({ keys: options.deskKeys ?? new KeyRing(), problem });
  // Before the head: every checkpoint covers records that are there already.
  await readCheckpoints(database, checkpoints, problem);
  const [head] = await database.query<{ n: number; hash: Sha256; edge: string }>(
    'SELECT n, hash, edge FROM desk.audit_head',
  );
  // Up to the head as it was now: records written meanwhile belong to the next verification.
  const end = Math.max(head?.n ?? 0, await newestRecord(database, head?.n ?? 0));
  await checkChain(database, check, checkpoints, end);
  if (head === undefined || head.n !== check.records || head.hash !== check.head) {
    problem(`the log ends at record ${check.records}, but its head says ${head?.n}`);
  } else if (head.edge !== '' && head.edge !== check.tree.toText()) {
    problem('the head of the log has another tree than its records');
  }
  await checkTickets(database, check, end);
  await checkDispatches(database, check, end);
  await checkAlerts(options, check, end);
  await checkFiles(database, check, options.evidence);
  return { ...check.report(), checkpoints: checkpoints.count };
}

async function readCheckpoints(
  database: Queryable,
  checkpoints: CheckpointCheck,
  problem: (text: string) => void,
): Promise<void> {
  for (let after = 0; ; ) {
    const rows = await database.query<{ number: number; size: number; body: string }>(
      `SELECT number, size, body FROM desk.audit_checkpoints WHERE number > $1 ORDER BY number LIMIT ${page}`,
      [after],
    );
    for (const row of rows) {
      after = row.number;
      const checkpoint = parseCheckpoint(row.body);
      if (checkpoint === undefined || checkpoint.number !== row.number || checkpoint.size !== row.size) {
        problem(`checkpoint ${row.number}: its columns do not say what its body says`);
      }
      if (checkpoint !== undefined) checkpoints.add(checkpoint);
    }
    if (rows.length < page) return;
  }
}

/** A record beyond a head that has not moved since was put there by somebody else. */
async function newestRecord(database: Queryable, headN: number): Promise<number> {
  const [state] = await database.query<{ head: number; newest: number | null }>(
    'SELECT (SELECT n FROM desk.audit_head) AS head, (SELECT max(n) FROM desk.audit_records) AS newest',
  );
  return state !== undefined && state.head === headN ? (state.newest ?? 0) : headN;
}

async function checkChain(
  database: Queryable,
  check: ChainCheck,
  checkpoints: CheckpointCheck,
  end: number,
): Promise<void> {
  checkpoints.reached(check.tree, check.head);
  for (;;) {
    const rows = await database.query<StoredRecord>(
      `SELECT n, ticket_id, at, kind, body, prev_hash, hash FROM desk.audit_records
       WHERE n > $1 AND n <= $2 ORDER BY n LIMIT ${page}`,
      [check.records, end],
    );
    for (const row of rows) {
      check.add(row);
      checkpoints.reached(check.tree, check.head);
    }
    if (rows.length < page) break;
  }
  checkpoints.finish(check.tree, check.head);
}

async function checkTickets(database: Queryable, check: ChainCheck, end: number): Promise<void> {
  const seen = new Set<string>();
  const newer: TicketRow[] = [];
  for (let after = 0; ; ) {
    const rows = await database.query<TicketRow>(
      `SELECT * FROM desk.tickets WHERE number > $1 ORDER BY number LIMIT ${page}`,
      [after],
    );
    for (const row of rows) {
      after = row.number;
      seen.add(row.id);
      if (row.audit_n > end) newer.push(row);
      else check.problem(ticketProblem(row, check.tickets.get(row.id)));
    }
    if (rows.length < page) break;
  }
  // Changed since the chain was read: the next verification sees it, unless the log never had what it names.
  const [head] = await database.query<{ n: number }>('SELECT n FROM desk.audit_head');
  for (const row of newer.filter((each) => each.audit_n > (head?.n ?? 0))) {
    check.problem(`ticket ${row.number}: names record ${row.audit_n}, which the log does not have`);
  }
  for (const id of check.tickets.keys()) if (!seen.has(id)) check.problem(`ticket ${id}: in the log, but gone`);
}

async function checkDispatches(database: Queryable, check: ChainCheck, end: number): Promise<void> {
  for (let after = '00000000-0000-0000-0000-000000000000'; ; ) {
    const rows = await database.query<DispatchRow>(
      `SELECT d.*, t.audit_n AS n FROM desk.dispatches d LEFT JOIN desk.tickets t ON t.id = d.ticket_id
       WHERE d.id > $1 ORDER BY d.id LIMIT ${page}`,
      [after],
    );
    for (const row of rows) {
      after = row.id;
      check.problem(check.dispatches.compare(row, end));
    }
    if (rows.length < page) break;
  }
  for (const id of check.dispatches.left()) check.problem(`dispatch ${id}: in the log, but gone`);
}

async function checkAlerts(
  { database, seal }: { database: Queryable; seal: SealJudge },
  check: ChainCheck,
  end: number,
): Promise<void> {
  for (let after = ''; ; ) {
    const rows = await database.query<AlertRow & { ticket_n: number | null }>(
      `SELECT a.*, t.audit_n AS ticket_n FROM desk.alerts a LEFT JOIN desk.tickets t ON t.id = a.ticket_id
       WHERE a.alert_id > $1 ORDER BY a.alert_id LIMIT ${page}`,
      [after],
    );
    const files = await evidenceOf(database, rows);
    for (const row of rows) {
      after = row.alert_id;
      const isNewer = (row.ticket_n ?? 0) > end;
      const problems = check.alerts.compare(row, files.get(row.alert_id) ?? [], seal, isNewer);
      for (const problem of problems) check.problem(problem);
    }
    if (rows.length < page) break;
  }
  for (const id of check.alerts.left()) check.problem(`alert ${id}: in the log, but gone`);
}

/** Evidence rows of some alerts, by alert, in order of their positions. */
export async function evidenceOf(
  database: Queryable,
  alerts: readonly { readonly alert_id: string }[],
): Promise<ReadonlyMap<string, EvidenceRow[]>> {
  const rows = await database.query<EvidenceRow>(
    'SELECT * FROM desk.evidence WHERE alert_id = ANY($1::text[]) ORDER BY alert_id, position',
    [alerts.map(({ alert_id: id }) => id)],
  );
  return Map.groupBy(rows, (row) => row.alert_id);
}

async function checkFiles(database: Queryable, check: ChainCheck, store: ContentStore): Promise<void> {
  for (let after = ''; ; ) {
    const rows = await database.query<{ sha256: Sha256 }>(
      `SELECT DISTINCT sha256 FROM desk.evidence WHERE present AND sha256 > $1 ORDER BY sha256 LIMIT ${page}`,
      [after],
    );
    for (const { sha256: hash } of rows) {
      after = hash;
      if (!(await store.isIntact(hash))) check.problem(`evidence ${hash}: the file is missing or was changed`);
    }
    if (rows.length < page) return;
  }
}
