import type { Alert, EvidenceRef } from '../domain/alert.ts';
import type { AlertId, Sha256, TicketId, UtcMs } from '../domain/ids.ts';
import type { SceneDetails, Subject } from '../domain/scene-event.ts';
import type { SceneId, Severity } from '../domain/scene-id.ts';
import type { HandlingOutcome, TicketAction, TicketState } from '../domain/ticket.ts';
import type { WithheldEvidence } from './withheld-evidence.ts';

/**
 * The desk's REST resources as JSON. Every answer of an error is `{ code, message, help }` (lib/error-codes.ts).
 *
 * | method and path | body → answer |
 * |---|---|
 * | POST /api/session | `{token}` → `Me`, sets the session cookie (EventSource cannot send headers) |
 * | DELETE /api/session | signs out |
 * | GET /api/me | `Me` |
 * | GET /api/tickets?state=&limit= | `TicketSummary[]`, newest first |
 * | GET /api/tickets/:id | `TicketDetail` |
 * | POST /api/tickets/:id/:action | `ActionRequest` → `TicketDetail` |
 * | GET /api/tickets/:id/trace | `TicketTrace` |
 * | GET /api/evidence/:sha256 | the file |
 * | GET /api/events | server-sent events: `event: ticket`, data `TicketSummary`; `event: integrity`, data `IntegrityCase` |
 * | GET /api/integrity?limit= | `IntegrityOverview` (dispatcher, auditor, admin) |
 * | GET /api/integrity/:id | `IntegrityDetail` |
 * | POST /api/integrity/:id/acknowledge, …/resolve | `{note}` → `IntegrityDetail` (auditor, admin) |
 * | GET /api/audit/verify | `AuditReport` |
 * | GET /api/quarantine?node=&reason=&state=&limit= | `QuarantineEntry[]`, newest first |
 * | GET /api/quarantine/:id | `QuarantineDetail` |
 * | POST /api/quarantine/:id/release, …/discard | `{note, override?}` → `{outcome, detail}` |
 * | GET /api/audit/export?evidence=0\|1 | the whole log (contracts/audit-export.ts), zstd |
 * | GET /api/audit/proof?record=\|ticket=&since= | `AuditProof` (contracts/audit-proof.ts) |
 */
export interface Me {
  readonly name: string;
  readonly role: Role;
}

/** Roles of step 1; desk.md names the rest. */
export type Role = 'dispatcher' | 'responder' | 'auditor' | 'admin';

/** One row of the list, and what the event stream carries. */
export interface TicketSummary {
  readonly id: TicketId;
  /** Short number people use on the phone. */
  readonly number: number;
  readonly state: TicketState;
  readonly scene: SceneId;
  readonly severity: Severity;
  readonly camera: { readonly name: string; readonly lat: number; readonly lon: number };
  readonly division: string;
  readonly station: string | undefined;
  readonly department: string | undefined;
  readonly createdAt: UtcMs;
  readonly updatedAt: UtcMs;
  /** When the sign clock runs out; absent once signed. */
  readonly signDueAt: UtcMs | undefined;
  readonly signOverdue: boolean;
  /** True once the camera reported the scene cleared. */
  readonly cleared: boolean;
  /** First trigger picture, for the list; absent while the evidence is pending. */
  readonly picture: Sha256 | undefined;
}

/** One entry of a ticket's timeline; it is also an audit record. */
export interface TimelineEntry {
  readonly at: UtcMs;
  readonly actor: string;
  readonly role: Role | 'system' | 'camera';
  /** `alert.raised`, `transition`, `dispatch.assigned`, `sign.overdue`, … */
  readonly kind: string;
  readonly from?: TicketState;
  readonly to?: TicketState;
  readonly note?: string;
  readonly details: Readonly<Record<string, unknown>>;
  /** Hash of the audit record. */
  readonly hash: Sha256;
}

/** One dispatch of a ticket. */
export interface DispatchView {
  readonly id: string;
  readonly station: string;
  readonly department: string;
  readonly assignedAt: UtcMs;
  readonly signDueAt: UtcMs;
  readonly signedAt: UtcMs | undefined;
  readonly overdueAt: UtcMs | undefined;
}

/** What a ticket's newest alert measured; subjects without a place or a speed are left out. */
export interface Sighting {
  readonly observedAt: UtcMs;
  /** The main one first. */
  readonly subjects: readonly Pick<Subject, 'class' | 'position' | 'speed'>[];
  readonly details: SceneDetails;
}

/** A ticket with all that is known of it. */
export interface TicketDetail extends TicketSummary {
  readonly incidentId: string;
  readonly coDepartments: readonly string[];
  /** Which routing rule decided, and its table's version. */
  readonly routing: { readonly rule: string; readonly version: string } | undefined;
  readonly dispatches: readonly DispatchView[];
  /** Absent where the camera measured nothing. */
  readonly sighting: Sighting | undefined;
  readonly evidence: readonly (EvidenceRef & {
    readonly alertId: AlertId;
    readonly state: 'present' | 'pending' | 'withheld';
    /** Why it stays on the video network, where it does. */
    readonly withheld?: WithheldEvidence['reason'];
  })[];
  readonly timeline: readonly TimelineEntry[];
  /** Steps this user may take now. */
  readonly actions: readonly TicketAction[];
  /** Whether somebody closed it although no camera had reported the scene cleared. */
  readonly closedWithoutCamera: boolean;
  /** Whether this user may close it so now (`ActionRequest.override`). */
  readonly canCloseWithoutCamera: boolean;
  readonly traceparent: string;
}

/**
 * Body of POST /api/tickets/:id/:action. `outcome` belongs to `feedback`, `override` to `close`: closes although no
 * camera reported the scene cleared; dispatchers and administrators only, with a note of at least 5 characters.
 */
export interface ActionRequest {
  readonly note?: string;
  readonly outcome?: HandlingOutcome;
  readonly override?: boolean;
}

/** One line of a ticket's chain from RTP timestamp to closure. */
export interface TraceStep {
  readonly stage: string;
  readonly at: UtcMs;
  /** Times, hashes and versions that belong to the step. */
  readonly facts: Readonly<Record<string, string | number>>;
}

/** The whole chain of one ticket. */
export interface TicketTrace {
  readonly ticketId: TicketId;
  readonly number: number;
  readonly traceparent: string;
  readonly steps: readonly TraceStep[];
  readonly alerts: readonly Alert[];
  /** What of the chain cannot be shown, because what is stored was changed: one line each, naming the alert. */
  readonly problems: readonly string[];
}

/** Result of checking the audit log from its first record. */
export interface AuditReport {
  readonly verified: boolean;
  readonly records: number;
  readonly head: Sha256;
  /** Root of the Merkle tree over all records (RFC 9162). */
  readonly root: Sha256;
  /** Signed checkpoints that were compared with it. */
  readonly checkpoints: number;
  /** Breaks of the proof that came in with alerts (gaps, false seals, …) and are on record. */
  readonly integrityIncidents: number;
  readonly problems: readonly string[];
}
