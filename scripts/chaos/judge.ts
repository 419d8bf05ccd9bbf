import { readFile } from 'node:fs/promises';
import type { AuditReport } from '../../src/contracts/desk-api.ts';
import type { AlertId, Sha256 } from '../../src/domain/ids.ts';
import { ContentStore } from '../../src/lib/content-store.ts';
import { zeroHash } from '../../src/lib/hash.ts';
import type { Crossing } from './crossing.ts';
import type { DeskWatch } from './desk-watch.ts';
import type { Ledger, LedgerEntry } from './ledger.ts';
import type { Provocations } from './provocations.ts';
import type { World } from './world.ts';

/** Something that must not be. `at`: campaign time it is about, where known. */
export interface Violation {
  readonly kind:
    | 'lost'
    | 'doubled'
    | 'out of order'
    | 'unknown'
    | 'wrong ticket'
    | 'evidence'
    | 'chain'
    | 'audit'
    | 'incident'
    | 'transfer'
    | 'stuck';
  readonly what: string;
  readonly at?: number | undefined;
}

/** What the judge counted. */
export interface Verdict {
  readonly violations: readonly Violation[];
  readonly counts: Readonly<Record<string, number>>;
  readonly audit: AuditReport | undefined;
}

/** What there is to judge. */
export interface Evidence {
  readonly world: World;
  readonly watch: DeskWatch;
  readonly ledger: Ledger;
  readonly crossing: Crossing;
  readonly provocations: Provocations;
  /** The transfer's incidents are looked for by these, after all is quiet. */
  readonly stuck: readonly string[];
}

interface AlertRow {
  readonly alert_id: AlertId;
  readonly ticket_id: string;
  readonly phase: string;
  readonly observed_at: string;
  readonly event: string;
}

interface TicketRow {
  readonly id: string;
  readonly incident_id: string;
  readonly state: string;
  readonly cleared_at: string | null;
  readonly dispatches: string;
}

interface StoredAlert {
  readonly row: AlertRow;
  readonly n: number;
  readonly node: string;
  readonly prevHash: string;
  readonly hash: string;
}

/** Compares the campaign's ledger with everything the desk holds. */
export async function judge(evidence: Evidence): Promise<Verdict> {
  const { world, watch, ledger, crossing, provocations, stuck } = evidence;
  const violations: Violation[] = stuck.map((what) => ({ kind: 'stuck', what }));
  const stored = new Map<AlertId, StoredAlert>();
  for (const row of await watch.rows<AlertRow>('SELECT * FROM desk.alerts')) {
    const { sequence } = JSON.parse(row.event).data;
    stored.set(row.alert_id, { row, ...sequence });
  }
  const inDoubt = checkAlerts(ledger, stored, violations);
  checkChains(stored, violations);
  await checkEffects(watch, ledger, stored, violations);
  const tickets = await checkTickets(watch, ledger, stored, violations);
  const files = await checkEvidence(world, watch, ledger, violations);
  const incidents = await watch.rows<{ kind: string; node: string; detail: string }>(
    'SELECT * FROM desk.integrity_incidents',
  );
  const { unprovoked, missing } = provocations.compare(incidents);
  for (const { kind, node, detail } of unprovoked) {
    violations.push({ kind: 'incident', what: `nobody provoked: ${kind} ${node ?? ''} ${detail}` });
  }
  for (const { what, at } of missing) violations.push({ kind: 'incident', what: `not on record: ${what}`, at });
  for (const number of crossing.resentUntouched) {
    violations.push({ kind: 'transfer', what: `batch ${number} had to be sent again although it crossed well` });
  }
  for (const number of crossing.unreported) {
    violations.push({ kind: 'transfer', what: `batch ${number} was lost, and the desk did not report it` });
  }
  const audit = await world.auditor.verifyAudit().catch((error: unknown) => {
    violations.push({ kind: 'audit', what: `not verified: ${error}` });
    return undefined;
  });
  for (const problem of audit?.problems ?? []) violations.push({ kind: 'audit', what: problem });
  const counts = {
    offered: ledger.entries.size,
    promised: ledger.promised,
    inDoubtArrived: inDoubt.arrived,
    inDoubtGone: inDoubt.gone,
    stored: stored.size,
    tickets,
    evidenceFiles: files.present,
    evidenceShed: files.shed,
    incidents: incidents.length,
    incidentsProvoked: provocations.all.filter((each) => each.required).length,
    auditRecords: audit?.records ?? 0,
    resent: crossing.resent,
  };
  return { violations, counts, audit };
}

function checkAlerts(ledger: Ledger, stored: Map<AlertId, StoredAlert>, violations: Violation[]) {
  const inDoubt = { arrived: 0, gone: 0 };
  for (const entry of ledger.entries.values()) {
    const found = stored.get(entry.alertId);
    if (entry.promise === undefined) {
      if (found === undefined) inDoubt.gone += 1;
      else inDoubt.arrived += 1;
      continue;
    }
    const { n, hash, at } = entry.promise;
    if (found === undefined) {
      violations.push({ kind: 'lost', what: `${name(entry)}, promised as number ${n}`, at });
    } else if (found.hash !== hash || found.n !== n || found.node !== entry.node) {
      violations.push({ kind: 'chain', what: `${name(entry)}: number or hash is not the one promised`, at });
    }
  }
  for (const { row } of stored.values()) {
    if (!ledger.entries.has(row.alert_id)) violations.push({ kind: 'unknown', what: `alert ${row.alert_id}` });
  }
  return inDoubt;
}

/** Every node's numbers from 1 without a hole, each naming the one before. */
function checkChains(stored: Map<AlertId, StoredAlert>, violations: Violation[]): void {
  const nodes = Map.groupBy(stored.values(), ({ node }) => node);
  for (const [node, alerts] of nodes) {
    let [n, hash]: [number, string] = [0, zeroHash];
    for (const alert of alerts.sort((a, b) => a.n - b.n)) {
      if (alert.n !== n + 1 || alert.prevHash !== hash) {
        violations.push({ kind: 'chain', what: `${node}: ${alert.n} follows ${n}` });
      }
      [n, hash] = [alert.n, alert.hash];
    }
  }
}

/** One `alert.…` entry of the audit log for each alert, in the order of the node within a ticket. */
async function checkEffects(
  watch: DeskWatch,
  ledger: Ledger,
  stored: Map<AlertId, StoredAlert>,
  violations: Violation[],
): Promise<void> {
  const rows = await watch.rows<{ ticket_id: string; body: string }>(
    `SELECT ticket_id, body FROM desk.audit_records WHERE kind LIKE 'alert.%' ORDER BY n`,
  );
  const seen = new Set<AlertId>();
  const last = new Map<string, number>();
  for (const { ticket_id: ticket, body } of rows) {
    const { alertId, n } = JSON.parse(body).details as { alertId: AlertId; n: number };
    const at = ledger.entries.get(alertId)?.promise?.at;
    if (seen.has(alertId)) violations.push({ kind: 'doubled', what: `alert ${alertId} on ticket ${ticket}`, at });
    if (n <= (last.get(ticket) ?? 0)) {
      violations.push({ kind: 'out of order', what: `ticket ${ticket}: ${n} after ${last.get(ticket)}`, at });
    }
    seen.add(alertId);
    last.set(ticket, n);
  }
  for (const id of stored.keys()) {
    if (!seen.has(id)) violations.push({ kind: 'lost', what: `alert ${id} is stored and had no effect` });
  }
}

/** One ticket an incident, dispatched once, cleared exactly if a `cleared` came. */
async function checkTickets(
  watch: DeskWatch,
  ledger: Ledger,
  stored: Map<AlertId, StoredAlert>,
  violations: Violation[],
): Promise<number> {
  const tickets = await watch.rows<TicketRow>(
    `SELECT t.*, (SELECT count(*) FROM desk.dispatches d WHERE d.ticket_id = t.id) AS dispatches FROM desk.tickets t`,
  );
  const alerts = Map.groupBy(stored.values(), ({ row }) => ledger.entries.get(row.alert_id)?.incidentId ?? '');
  for (const ticket of tickets) {
    const own = alerts.get(ticket.incident_id as never) ?? [];
    alerts.delete(ticket.incident_id as never);
    const cleared = own.find(({ row }) => row.phase === 'cleared');
    const at = own[0] && ledger.entries.get(own[0].row.alert_id)?.offeredAt;
    const wrong = (what: string) => violations.push({ kind: 'wrong ticket', what: `${ticket.id}: ${what}`, at });
    if (own.some(({ row }) => row.ticket_id !== ticket.id)) wrong('an alert of its incident is on another ticket');
    if (ticket.state !== 'DISPATCHED') wrong(`is ${ticket.state}`);
    if (ticket.dispatches !== '1') wrong(`dispatched ${ticket.dispatches} times`);
    if ((ticket.cleared_at ?? undefined) !== cleared?.row.observed_at) wrong(`cleared at ${ticket.cleared_at}`);
  }
  for (const id of alerts.keys()) violations.push({ kind: 'wrong ticket', what: `incident ${id} has none` });
  return tickets.length;
}

/** Every file is there with the right hash, unless its node has said that it gave it up. */
async function checkEvidence(world: World, watch: DeskWatch, ledger: Ledger, violations: Violation[]) {
  type Row = { sha256: Sha256; present: boolean; alert_id: AlertId; withheld: string | null };
  const rows = await watch.rows<Row>('SELECT * FROM desk.evidence');
  const store = new ContentStore(world.path('desk', 'evidence'));
  const shed = await shedFiles(world);
  const listed = new Map(rows.map((row) => [row.sha256, row]));
  const counts = { present: 0, shed: 0 };
  for (const [hash, { present, alert_id: alert, withheld }] of listed) {
    const at = ledger.entries.get(alert)?.promise?.at;
    const intact = (await store.get(hash)) !== undefined;
    if (intact && present) counts.present += 1;
    else if (withheld !== null) violations.push({ kind: 'evidence', what: `${hash} of ${alert}: ${withheld}`, at });
    else if (shed.has(hash)) counts.shed += 1;
    else violations.push({ kind: 'evidence', what: `${hash} of ${alert}: ${intact ? 'not told' : 'not there'}`, at });
  }
  for (const { alertId, promise } of ledger.entries.values()) {
    for (const hash of promise?.evidence ?? []) {
      if (!listed.has(hash)) violations.push({ kind: 'evidence', what: `${hash} of ${alertId}: not listed` });
    }
  }
  return counts;
}

/** What the nodes' logs say they gave up for want of room. */
export async function shedFiles(world: World): Promise<Set<string>> {
  const shed = new Set<string>();
  for (const node of world.nodes) {
    const log = await readFile(world.process(node).logFile, 'utf8');
    for (const [, hash] of log.matchAll(/"sha256":"([0-9a-f]{64})"[^\n]*"evidence given up"/g)) shed.add(hash ?? '');
  }
  return shed;
}

function name({ phase, alertId, incidentId, node }: LedgerEntry): string {
  return `${phase} ${alertId} of incident ${incidentId} from ${node}`;
}
