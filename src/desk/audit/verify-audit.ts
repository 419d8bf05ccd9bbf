import type { AuditReport } from '../../contracts/desk-api.ts';
import { checkSeal } from '../../contracts/seal.ts';
import type { Sha256 } from '../../domain/ids.ts';
import type { ContentStore } from '../../lib/content-store.ts';
import { canonicalJson } from '../../lib/hash.ts';
import type { KeyRing } from '../../lib/keys.ts';
import type { Queryable } from '../store/database.ts';
import { columnText, rowSha256, type TicketRow } from '../store/ticket-row.ts';
import { storedAlert } from '../ticket/stored-alert.ts';
import { ChainCheck, type StoredRecord } from './chain-check.ts';
import type { DispatchRow } from './dispatch-check.ts';

/** Rows read at a time, so that the whole log never lies in memory. */
const page = 1000;

/**
 * Recomputes everything from the first record: the chain, that tickets are where their transitions put them, that
 * dispatches have the clocks they were given, that alerts still bear their node's seal, and that evidence files are what their hashes say.
 * @throws AppError MB_DATABASE_UNREACHABLE.
 */
export async function verifyAudit(options: {
  database: Queryable;
  evidence: ContentStore;
  keys: KeyRing;
}): Promise<AuditReport> {
  const check = new ChainCheck();
  const [head] = await options.database.query<{ n: number; hash: Sha256 }>('SELECT n, hash FROM desk.audit_head');
  // Up to the head as it was now: records written meanwhile belong to the next verification.
  const end = Math.max(head?.n ?? 0, await newestRecord(options.database, head?.n ?? 0));
  await checkChain(options.database, check, end);
  if (head === undefined || head.n !== check.records || head.hash !== check.head) {
    check.problem(`the log ends at record ${check.records}, but its head says ${head?.n}`);
  }
  await checkTickets(options.database, check, end);
  await checkDispatches(options.database, check, end);
  await checkAlerts(options.database, check, options.keys, end);
  await checkEvidence(options.database, check, options.evidence);
  const unnamed = check.problemCount - check.problems.length;
  const problems = unnamed > 0 ? [...check.problems, `and ${unnamed} more`] : check.problems;
  const { records, head: last, integrityIncidents } = check;
  return { verified: check.problemCount === 0, records, head: last, integrityIncidents, problems };
}

/** A record beyond a head that has not moved since was put there by somebody else. */
async function newestRecord(database: Queryable, headN: number): Promise<number> {
  const [state] = await database.query<{ head: number; newest: number | null }>(
    'SELECT (SELECT n FROM desk.audit_head) AS head, (SELECT max(n) FROM desk.audit_records) AS newest',
  );
  return state !== undefined && state.head === headN ? (state.newest ?? 0) : headN;
}

async function checkChain(database: Queryable, check: ChainCheck, end: number): Promise<void> {
  for (;;) {
    const rows = await database.query<StoredRecord>(
      `SELECT n, ticket_id, at, kind, body, prev_hash, hash FROM desk.audit_records
       WHERE n > $1 AND n <= $2 ORDER BY n LIMIT ${page}`,
      [check.records, end],
    );
    for (const row of rows) check.add(row);
    if (rows.length < page) return;
  }
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
      if (row.audit_n <= end) checkTicket(row, check);
      else newer.push(row);
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

function checkTicket(row: TicketRow, check: ChainCheck): void {
  const chained = check.tickets.get(row.id);
  if (chained === undefined) {
    check.problem(`ticket ${row.number}: the log knows nothing of it`);
  } else if (chained.n !== row.audit_n || chained.hash !== row.audit_hash) {
    check.problem(`ticket ${row.number}: its newest record is not the one it names`);
  } else if (chained.state !== row.state) {
    check.problem(`ticket ${row.number}: is ${row.state}, but its transitions end in ${chained.state}`);
  } else if (chained.rowSha256 !== rowSha256(row)) {
    check.problem(`ticket ${row.number}: does not say what it said when its newest record was written`);
  }
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
      const problem = check.dispatches.compare(row, end);
      if (problem !== undefined) check.problem(problem);
    }
    if (rows.length < page) break;
  }
  for (const id of check.dispatches.left()) check.problem(`dispatch ${id}: in the log, but gone`);
}

async function checkAlerts(database: Queryable, check: ChainCheck, keys: KeyRing, end: number): Promise<void> {
  const left = new Map(check.alerts);
  for (let after = ''; ; ) {
    const rows = await database.query<{ alert_id: string; event: string; n: number | null }>(
      `SELECT a.alert_id, a.event, t.audit_n AS n FROM desk.alerts a JOIN desk.tickets t ON t.id = a.ticket_id
       WHERE a.alert_id > $1 ORDER BY a.alert_id LIMIT ${page}`,
      [after],
    );
    for (const row of rows) {
      after = row.alert_id;
      const recorded = left.get(row.alert_id);
      left.delete(row.alert_id);
      if (recorded === undefined && (row.n ?? 0) > end) continue;
      checkAlert(row, recorded, check, keys);
    }
    if (rows.length < page) break;
  }
  for (const id of left.keys()) check.problem(`alert ${id}: in the log, but gone`);
}

function checkAlert(
  row: { alert_id: string; event: string },
  recorded: string | undefined,
  check: ChainCheck,
  keys: KeyRing,
): void {
  const event = storedAlert(row.event);
  if (event === undefined || columnText(event.data.alertId) !== row.alert_id) {
    check.problem(`alert ${row.alert_id}: what is stored is not an alert`);
    return;
  }
  const seal = checkSeal(event.data, keys);
  if (seal !== 'valid') check.problem(`alert ${row.alert_id}: its seal is ${seal}`);
  if (event.data.sequence.hash !== recorded) check.problem(`alert ${row.alert_id}: is not the one in the log`);
}

async function checkEvidence(database: Queryable, check: ChainCheck, store: ContentStore): Promise<void> {
  for (let after = ['', -1]; ; ) {
    const rows = await database.query<{
      alert_id: string;
      position: number;
      sha256: Sha256;
      original_sha256: string;
      bytes: number;
      kind: string;
      media_type: string;
      present: boolean;
      event: string;
    }>(
      `SELECT e.*, a.event FROM desk.evidence e JOIN desk.alerts a USING (alert_id)
       WHERE (e.alert_id, e.position) > ($1, $2) ORDER BY e.alert_id, e.position LIMIT ${page}`,
      after,
    );
    for (const row of rows) {
      after = [row.alert_id, row.position];
      const signed = storedAlert(row.event)?.data.evidence[row.position];
      const listed = {
        kind: row.kind,
        sha256: row.sha256,
        bytes: row.bytes,
        mediaType: row.media_type,
        originalSha256: row.original_sha256,
      };
      const { redaction: _note, ...file } = signed ?? {};
      const claimed = signed && { ...file, mediaType: columnText(signed.mediaType) };
      if (claimed === undefined || canonicalJson(claimed) !== canonicalJson(listed)) {
        check.problem(`evidence ${row.sha256}: is not what alert ${row.alert_id} lists`);
      }
      if (row.present && (await store.get(row.sha256)) === undefined) {
        check.problem(`evidence ${row.sha256}: the file is missing or was changed`);
      }
    }
    if (rows.length < page) return;
  }
}
