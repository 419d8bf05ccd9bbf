import type { Readable } from 'node:stream';
import type { AuditProof } from '../../contracts/audit-proof.ts';
import type { Actor } from '../../contracts/audit-record.ts';
import type {
  ActionRequest,
  AuditReport,
  Role,
  TicketDetail,
  TicketSummary,
  TicketTrace,
} from '../../contracts/desk-api.ts';
import type {
  IntegrityAction,
  IntegrityCase,
  IntegrityDetail,
  IntegrityOverview,
} from '../../contracts/integrity-case.ts';
import type { Sha256, TicketId } from '../../domain/ids.ts';
import type { TicketAction, TicketState } from '../../domain/ticket.ts';
import type { CrossingHealth } from '../crossing/crossing-health.ts';
import type { QuarantineDesk } from '../quarantine/quarantine-desk.ts';

/** A changed ticket, with the growing number of its newest audit record. */
export interface Change {
  readonly n: number;
  readonly ticket: TicketSummary;
}

/** What the API needs of the desk. Everything here throws MB_DATABASE_UNREACHABLE while Postgres is away. */
export interface DeskService {
  list(filter: { state?: TicketState | undefined; limit: number }): Promise<TicketSummary[]>;
  detail(id: TicketId, reader: Role): Promise<TicketDetail>;
  act(id: TicketId, action: TicketAction, request: ActionRequest, actor: Actor): Promise<void>;
  trace(id: TicketId): Promise<TicketTrace>;
  /** The bytes of a file that some ticket lists; undefined: not listed, not here yet, or no longer what it was. */
  evidence(hash: Sha256): Promise<{ bytes: Uint8Array; mediaType: string } | undefined>;
  verifyAudit(): Promise<AuditReport>;
  /** What was refused on its way in. */
  readonly quarantine: Pick<QuarantineDesk, 'list' | 'get' | 'decide'>;
  /** The whole log as a file (contracts/audit-export.ts). */
  exportAudit(options: { withEvidence: boolean }): Promise<Readable>;
  /** That a record, or those of a ticket, are in the log; `since`: size of an older log that it begins with. */
  proveAudit(what: { record: number } | { ticket: TicketId }, since?: number): Promise<AuditProof>;
  subscribe(listener: (change: Change) => void): () => void;
  changedSince(n: number, limit: number): Promise<Change[]>;
  readonly integrity: IntegrityDesk;
  health(): Promise<DeskHealth>;
  /** Prometheus text. */
  metrics(): Promise<{ contentType: string; body: string }>;
}

/** What `/healthz` tells. */
export type DeskHealth = Readonly<Record<'database' | 'queue' | 'audit', 'up' | 'down'>> & {
  readonly crossing?: CrossingHealth;
};

/** What breaks the proof, and what people do about it. */
export interface IntegrityDesk {
  overview(limit: number): Promise<IntegrityOverview>;
  detail(id: string, maySettle: boolean): Promise<IntegrityDetail>;
  act(id: string, action: IntegrityAction, note: string | undefined, actor: Actor): Promise<void>;
  subscribe(listener: (changed: IntegrityCase) => void): () => void;
}

/** A configured user. */
export interface Account {
  readonly name: string;
  readonly role: Role;
  readonly tokenSha256: string;
}
