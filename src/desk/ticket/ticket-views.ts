import type { AuditEntry } from '../../contracts/audit-record.ts';
import type { DispatchView, Role, TicketDetail, TicketSummary, TimelineEntry } from '../../contracts/desk-api.ts';
import type { WithheldEvidence } from '../../contracts/withheld-evidence.ts';
import type { EvidenceRef } from '../../domain/alert.ts';
import type { AlertId, Sha256, TicketId } from '../../domain/ids.ts';
import { type TicketAction, type TicketState, ticketActions } from '../../domain/ticket.ts';
import { pathFor } from '../../domain/ticket-lifecycle.ts';
import { AppError } from '../../lib/errors.ts';
import type { Database } from '../store/database.ts';
import type { TicketRow } from '../store/ticket-row.ts';
import { sightingOf } from './sighting.ts';

type SummaryRow = TicketRow & { readonly picture: Sha256 | null };

/** Tickets with the picture a list shows: the first trigger picture that is here, else the first picture. */
const summarySql = `SELECT t.*, (
    SELECT e.sha256 FROM desk.evidence e JOIN desk.alerts a USING (alert_id)
    WHERE e.ticket_id = t.id AND e.present AND e.media_type LIKE 'image/%'
    ORDER BY e.kind = 'trigger' DESC, a.n, a.observed_at, e.position LIMIT 1) AS picture
  FROM desk.tickets t`;

/** A file that some ticket lists. */
export interface ListedEvidence {
  readonly sha256: Sha256;
  readonly mediaType: string;
  readonly bytes: number;
}

/** What people and the event stream see of tickets. Reads throw MB_DATABASE_UNREACHABLE. */
export class TicketViews {
  readonly #database: Database;

  constructor(options: { database: Database }) {
    this.#database = options.database;
  }

  /** Newest first. */
  async list(filter: { state?: TicketState | undefined; limit: number }): Promise<TicketSummary[]> {
    const rows = await this.#database.query<SummaryRow>(
      `${summarySql} WHERE $1::text IS NULL OR t.state = $1 ORDER BY t.number DESC LIMIT $2`,
      [filter.state ?? null, filter.limit],
    );
    return rows.map(summaryOf);
  }

  /** Tickets with the number of their newest audit record, in the order of their change. */
  async changed(ids: readonly TicketId[]): Promise<{ n: number; ticket: TicketSummary }[]> {
    const rows = await this.#database.query<SummaryRow>(
      `${summarySql} WHERE t.id = ANY($1::uuid[]) ORDER BY t.audit_n`,
      [ids],
    );
    return rows.map((row) => ({ n: row.audit_n, ticket: summaryOf(row) }));
  }

  /** Tickets changed after an audit record, in that order: what a reconnecting listener missed. */
  async changedSince(n: number, limit: number): Promise<{ n: number; ticket: TicketSummary }[]> {
    const rows = await this.#database.query<SummaryRow>(
      `${summarySql} WHERE t.audit_n > $1 ORDER BY t.audit_n LIMIT $2`,
      [n, limit],
    );
    return rows.map((row) => ({ n: row.audit_n, ticket: summaryOf(row) }));
  }

  /** Everything about one ticket; `may`: what the reader's role allows. @throws MB_TICKET_UNKNOWN. */
  async detail(id: TicketId, may: { readonly act: boolean; readonly override: boolean }): Promise<TicketDetail> {
    const [row] = await this.#database.query<SummaryRow>(`${summarySql} WHERE t.id = $1`, [id]);
    if (row === undefined) throw new AppError('MB_TICKET_UNKNOWN', `there is no ticket ${id}`);
    const [dispatches, sighting, evidence, timeline] = await Promise.all([
      this.#dispatches(id),
      sightingOf(this.#database, id),
      this.#evidence(id),
      this.timeline(id),
    ]);
    return {
      ...summaryOf(row),
      incidentId: row.incident_id,
      coDepartments: row.co_departments,
      routing: row.routing === null ? undefined : { rule: row.routing.rule, version: row.routing.version },
      dispatches,
      sighting,
      evidence,
      timeline,
      actions: may.act ? actionsFrom(row.state) : [],
      closedWithoutCamera: row.state === 'CLOSED' && isClosedWithoutCamera(timeline),
      canCloseWithoutCamera:
        may.override &&
        row.cleared_at === null &&
        pathFor(row.state, 'close', { cleared: false, override: true }) !== undefined,
      traceparent: row.traceparent,
    };
  }

  /** A ticket's audit records as its timeline. */
  async timeline(id: TicketId): Promise<TimelineEntry[]> {
    const rows = await this.#database.query<{ body: string; hash: Sha256 }>(
      'SELECT body, hash FROM desk.audit_records WHERE ticket_id = $1 ORDER BY n',
      [id],
    );
    return rows.map(({ body, hash }) => {
      const { at, actor, role, kind, from, to, note, details } = JSON.parse(body) as AuditEntry;
      return {
        at,
        actor,
        role: role as Role | 'system' | 'camera',
        kind,
        ...(from === undefined ? {} : { from }),
        ...(to === undefined ? {} : { to }),
        ...(note === undefined ? {} : { note }),
        details,
        hash,
      };
    });
  }

  /** A file, when a ticket lists it. */
  async listedEvidence(hash: Sha256): Promise<ListedEvidence | undefined> {
    const [row] = await this.#database.query<ListedEvidence>(
      'SELECT sha256, media_type AS "mediaType", bytes FROM desk.evidence WHERE sha256 = $1 LIMIT 1',
      [hash],
    );
    return row;
  }

  async #dispatches(id: TicketId): Promise<DispatchView[]> {
    const rows = await this.#database.query<
      Omit<DispatchView, 'signedAt' | 'overdueAt'> & { signedAt: number | null; overdueAt: number | null }
    >(
      `SELECT id, station, department, assigned_at AS "assignedAt", sign_due_at AS "signDueAt",
              signed_at AS "signedAt", overdue_at AS "overdueAt"
       FROM desk.dispatches WHERE ticket_id = $1 ORDER BY assigned_at`,
      [id],
    );
    return rows.map((row) => ({
      ...row,
      signedAt: row.signedAt ?? undefined,
      overdueAt: row.overdueAt ?? undefined,
    }));
  }

  async #evidence(id: TicketId): Promise<TicketDetail['evidence']> {
    const rows = await this.#database.query<
      EvidenceRef & { alertId: AlertId; present: boolean; withheld: WithheldEvidence['reason'] | null }
    >(
      `SELECT e.kind, e.sha256, e.bytes, e.media_type AS "mediaType", e.original_sha256 AS "originalSha256",
              e.alert_id AS "alertId", e.present, e.withheld
       FROM desk.evidence e JOIN desk.alerts a USING (alert_id)
       WHERE e.ticket_id = $1 ORDER BY a.n, a.observed_at, e.alert_id, e.position`,
      [id],
    );
    return rows.map(({ present, withheld, ...file }) => {
      if (present) return { ...file, state: 'present' };
      return withheld === null ? { ...file, state: 'pending' } : { ...file, state: 'withheld', withheld };
    });
  }
}

function actionsFrom(state: TicketState): TicketAction[] {
  return ticketActions.filter((action) => pathFor(state, action, { cleared: false }) !== undefined);
}

/** Its last closure tells; one before a reopening no longer counts. */
function isClosedWithoutCamera(timeline: readonly TimelineEntry[]): boolean {
  return timeline.findLast((entry) => entry.to === 'CLOSED')?.details['closedWithoutCamera'] === true;
}

function summaryOf(row: SummaryRow): TicketSummary {
  return {
    id: row.id,
    number: row.number,
    state: row.state,
    scene: row.scene,
    severity: row.severity,
    camera: { name: row.camera_name, lat: row.lat, lon: row.lon },
    division: row.division,
    station: row.station ?? undefined,
    department: row.department ?? undefined,
    createdAt: row.created_at,
    updatedAt: row.updated_at,
    signDueAt: row.sign_due_at ?? undefined,
    signOverdue: row.sign_overdue,
    cleared: row.cleared_at !== null,
    picture: row.picture ?? undefined,
  };
}
