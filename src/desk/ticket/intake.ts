import { v7 as uuidv7 } from 'uuid';
import type { AuditEntry } from '../../contracts/audit-record.ts';
import type {
  IntakeOutcome,
  IntakeRecord,
  IntegrityIncident,
  RefusedRecord,
  TicketIntake,
  TransferPosition,
} from '../../contracts/ticket-intake.ts';
import type { NodeId, Sha256, TicketId, UtcMs } from '../../domain/ids.ts';
import type { RoutingDecision, RoutingFacts } from '../../domain/routing.ts';
import type { Clock } from '../../lib/clock.ts';
import type { ContentStore } from '../../lib/content-store.ts';
import type { Counter, Histogram, Metrics } from '../../lib/metrics.ts';
import { storeBatch } from '../crossing/store-batch.ts';
import type { IntegrityBook } from '../integrity/integrity-book.ts';
import { keepRefused } from '../quarantine/quarantine-table.ts';
import type { Database, Transaction } from '../store/database.ts';
import { type DeskJob, dispatchJob, oweJobs } from '../store/jobs.ts';
import { textArray } from '../store/text-array.ts';
import type { TicketBook } from '../store/ticket-book.ts';
import type { TicketEditor } from '../store/ticket-editor.ts';
import { columnText } from '../store/ticket-row.ts';
import { applyAlert, openTicket } from './apply-alert.ts';
import { EvidenceShelf } from './evidence-shelf.ts';

/** What one call writes, gathered before anything is written. */
interface Plan {
  readonly outcomes: IntakeOutcome[];
  readonly tickets: Map<string, TicketEditor>;
  readonly fresh: { record: IntakeRecord; ticketId: TicketId }[];
  readonly jobs: DeskJob[];
}

/** Writes what belongs to the same transaction, and returns its entries for the log. */
type Also = (tx: Transaction, now: UtcMs, outcomes: readonly IntakeOutcome[]) => Promise<readonly AuditEntry[]>;

/** The desk's door: alerts become tickets, in one transaction with their audit records and the transfer position. */
export class PgTicketIntake implements TicketIntake {
  readonly #database: Database;
  readonly #book: TicketBook;
  readonly #integrity: IntegrityBook;
  readonly #route: (facts: RoutingFacts) => RoutingDecision;
  readonly #onJobs: (jobs: readonly DeskJob[]) => void;
  readonly #clock: Clock;
  readonly #shelf: EvidenceShelf;
  readonly #alerts: Counter<'effect'>;
  readonly #seconds: Histogram;

  constructor(options: {
    database: Database;
    book: TicketBook;
    integrity: IntegrityBook;
    evidence: ContentStore;
    route: (facts: RoutingFacts) => RoutingDecision;
    /** Told after the commit; what it loses is found again in the table of jobs. */
    onJobs: (jobs: readonly DeskJob[]) => void;
    clock: Clock;
    metrics: Metrics;
  }) {
    this.#database = options.database;
    this.#book = options.book;
    this.#integrity = options.integrity;
    this.#route = options.route;
    this.#onJobs = options.onJobs;
    this.#clock = options.clock;
    this.#shelf = new EvidenceShelf(options);
    this.#alerts = options.metrics.counter('maplebridge_desk_alerts_total', 'Alerts taken in, by effect.', ['effect']);
    this.#seconds = options.metrics.latency('maplebridge_desk_intake_seconds', 'Time to take one batch in.');
  }

  async position(sender: string): Promise<TransferPosition | undefined> {
    return positionOf(this.#database, sender);
  }

  async accept(
    records: readonly IntakeRecord[],
    integrity: readonly IntegrityIncident[],
    position: TransferPosition,
    refused: readonly RefusedRecord[] = [],
  ): Promise<readonly IntakeOutcome[]> {
    return this.#take(records, async (tx, now, outcomes) => {
      await storePosition(tx, position);
      await storeBatch(tx, position, outcomes, now);
      return [
        ...(await this.#integrity.take(tx, position, integrity, now)),
        ...(await keepRefused(tx, position.sender, refused, now)),
      ];
    });
  }

  /** Takes in what somebody let out of quarantine; `decide` writes the decision in the same transaction, for the log. */
  async takeReleased(
    record: IntakeRecord,
    decide: (tx: Transaction, outcome: IntakeOutcome) => Promise<readonly AuditEntry[]>,
  ): Promise<void> {
    await this.#take([record], async (tx, _now, [outcome]) => (outcome === undefined ? [] : decide(tx, outcome)));
  }

  /** `also`: what is written besides, in the same transaction; its entries follow those of the tickets. */
  async #take(records: readonly IntakeRecord[], also: Also): Promise<readonly IntakeOutcome[]> {
    const done = this.#seconds.startTimer();
    const outcomes = await this.#shelf.minding(() => this.#store(records, also));
    for (const outcome of outcomes) this.#alerts.inc({ effect: outcome.effect });
    done();
    return outcomes;
  }

  async evidenceArrived(hashes: readonly Sha256[]): Promise<void> {
    await this.#shelf.arrived(hashes);
  }

  async #store(records: readonly IntakeRecord[], also: Also): Promise<readonly IntakeOutcome[]> {
    const onShelf = await this.#shelf.present(records.flatMap((record) => record.event.data.evidence));
    return this.#database.transaction(async (tx) => {
      // One intake at a time: two gateways may bring the same incident, and positions only move forward.
      await tx.query(`SELECT pg_advisory_xact_lock(hashtext('maplebridge.intake'))`);
      const now = this.#clock.now();
      const plan = await this.#plan(tx, records, onShelf, now);
      await this.#book.save(tx, plan.tickets.values(), await also(tx, now, plan.outcomes));
      await storeAlerts(tx, plan.fresh, now);
      await this.#shelf.list(tx, plan.fresh, onShelf);
      await oweJobs(tx, plan.jobs);
      if (plan.jobs.length > 0) tx.afterCommit(() => this.#onJobs(plan.jobs));
      return plan.outcomes;
    });
  }

  async #plan(tx: Transaction, records: readonly IntakeRecord[], here: ReadonlySet<Sha256>, now: UtcMs): Promise<Plan> {
    const alerts = records.map((record) => record.event.data);
    const known = new Map(
      (
        await tx.query<{ alert_id: string; ticket_id: TicketId }>(
          'SELECT alert_id, ticket_id FROM desk.alerts WHERE alert_id = ANY($1::text[])',
          [alerts.map((alert) => columnText(alert.alertId))],
        )
      ).map((row) => [row.alert_id, row.ticket_id]),
    );
    const tickets = await this.#book.takeByIncident(
      tx,
      alerts.map((alert) => columnText(alert.incidentId)),
    );
    const plan: Plan = { outcomes: [], tickets, fresh: [], jobs: [] };
    for (const record of records) {
      const { alertId } = record.event.data;
      const incident = columnText(record.event.data.incidentId);
      const before = known.get(columnText(alertId));
      if (before !== undefined) {
        plan.outcomes.push({ alertId, effect: 'duplicate', ticketId: before });
        continue;
      }
      const existing = tickets.get(incident);
      const ticket = existing ?? openTicket({ record, here, id: uuidv7() as TicketId, now, route: this.#route });
      if (existing === undefined) {
        tickets.set(incident, ticket);
        plan.jobs.push(dispatchJob(ticket.row.id, now));
      } else {
        applyAlert(existing, record, here, now);
      }
      const ticketId = ticket.row.id;
      known.set(columnText(alertId), ticketId);
      plan.fresh.push({ record, ticketId });
      plan.outcomes.push({ alertId, effect: existing === undefined ? 'ticket-created' : 'ticket-updated', ticketId });
    }
    return plan;
  }
}

async function positionOf(database: Pick<Database, 'query'>, sender: string): Promise<TransferPosition | undefined> {
  const [row] = await database.query<TransferPosition>(
    'SELECT sender, batch, nodes FROM desk.transfer_positions WHERE sender = $1',
    [sender],
  );
  return row;
}

/** Positions never go back, whatever order files are worked off in. */
async function storePosition(tx: Transaction, position: TransferPosition): Promise<void> {
  const before = await positionOf(tx, position.sender);
  const nodes: Record<NodeId, { n: number; hash: Sha256 }> = { ...before?.nodes };
  for (const [node, place] of Object.entries(position.nodes) as [NodeId, { n: number; hash: Sha256 }][]) {
    if (place.n >= (nodes[node]?.n ?? 0)) nodes[node] = place;
  }
  await tx.query(
    `INSERT INTO desk.transfer_positions (sender, batch, nodes) VALUES ($1, $2, $3)
     ON CONFLICT (sender) DO UPDATE SET batch = GREATEST(transfer_positions.batch, $2), nodes = $3`,
    [position.sender, position.batch, JSON.stringify(nodes)],
  );
}

async function storeAlerts(tx: Transaction, fresh: Plan['fresh'], now: UtcMs): Promise<void> {
  if (fresh.length === 0) return;
  const records = fresh.map((each) => each.record);
  await tx.query(
    `INSERT INTO desk.alerts (alert_id, ticket_id, phase, observed_at, event, collected_at, batched_at, delivered_at,
                              batch_number, batch_sha256, node, n, received_at)
     SELECT t.*, $13::bigint FROM unnest($1::text[], $2::uuid[], $3::text[], $4::bigint[], $5::text[], $6::bigint[],
                                         $7::bigint[], $8::bigint[], $9::bigint[], $10::text[], $11::text[], $12::bigint[]) AS t`,
    [
      records.map((record) => columnText(record.event.data.alertId)),
      fresh.map((each) => each.ticketId),
      records.map((record) => record.event.data.phase),
      records.map((record) => record.event.data.observedAt),
      textArray(records.map((record) => JSON.stringify(record.event))),
      records.map((record) => record.collectedAt),
      records.map((record) => record.batchedAt),
      records.map((record) => record.deliveredAt),
      records.map((record) => record.batch.number),
      records.map((record) => record.batch.sha256),
      records.map((record) => columnText(record.event.data.sequence.node)),
      records.map((record) => record.event.data.sequence.n),
      now,
    ],
  );
}
