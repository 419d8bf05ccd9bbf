import type { IncidentId, Sha256, TicketId, UtcMs } from '../../domain/ids.ts';
import type { RoutingDecision } from '../../domain/routing.ts';
import type { SceneId, Severity } from '../../domain/scene-id.ts';
import type { HandlingOutcome, TicketState } from '../../domain/ticket.ts';
import { canonicalJson, sha256 } from '../../lib/hash.ts';

/** A ticket as stored (migrations/0001_desk.sql), column for column. */
export interface TicketRow {
  readonly id: TicketId;
  readonly number: number;
  readonly incident_id: IncidentId;
  readonly state: TicketState;
  readonly scene: SceneId;
  readonly severity: Severity;
  readonly camera_id: string;
  readonly camera_name: string;
  readonly lat: number;
  readonly lon: number;
  readonly division: string;
  readonly zone_tags: readonly string[];
  readonly traceparent: string;
  readonly routing: RoutingDecision | null;
  readonly station: string | null;
  readonly department: string | null;
  readonly co_departments: readonly string[];
  readonly sign_due_at: UtcMs | null;
  readonly sign_overdue: boolean;
  readonly signed_at: UtcMs | null;
  readonly outcome: HandlingOutcome | null;
  readonly cleared_at: UtcMs | null;
  readonly self_resolved: boolean;
  readonly created_at: UtcMs;
  readonly updated_at: UtcMs;
  readonly audit_n: number;
  readonly audit_hash: Sha256;
}

/** What `TicketBook` gives. */
type Given = 'id' | 'number' | 'audit_n' | 'audit_hash' | 'updated_at';
/** What a step may change. */
export type TicketChanges = Partial<Omit<TicketRow, Given | 'incident_id' | 'created_at' | 'state'>>;

/** Postgres types of the columns that are written, in one place for insert and update. */
export const ticketColumns: Readonly<Record<keyof TicketRow, string>> = {
  id: 'uuid',
  number: 'bigint',
  incident_id: 'text',
  state: 'text',
  scene: 'text',
  severity: 'smallint',
  camera_id: 'text',
  camera_name: 'text',
  lat: 'double precision',
  lon: 'double precision',
  division: 'text',
  zone_tags: 'text[]',
  traceparent: 'text',
  routing: 'json',
  station: 'text',
  department: 'text',
  co_departments: 'text[]',
  sign_due_at: 'bigint',
  sign_overdue: 'boolean',
  signed_at: 'bigint',
  outcome: 'text',
  cleared_at: 'bigint',
  self_resolved: 'boolean',
  created_at: 'bigint',
  updated_at: 'bigint',
  audit_n: 'bigint',
  audit_hash: 'text',
};

/** Fingerprint of all that a ticket says, for its audit record; without what ties the row to that record. */
export function rowSha256(row: TicketRow): Sha256 {
  const { updated_at: _at, audit_n: _n, audit_hash: _hash, ...said } = row;
  return sha256(canonicalJson(said));
}

/** Text fit for a Postgres column: no NUL (it has no such character) and no half surrogate pairs. */
export function columnText(text: string): string {
  return text.replaceAll('\u0000', '\ufffd').toWellFormed();
}
