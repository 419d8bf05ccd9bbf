import type { Sha256, TicketId, UtcMs } from '../domain/ids.ts';
import type { TicketState } from '../domain/ticket.ts';
import type { ClockState } from '../lib/clock-state.ts';
import { canonicalJson, sha256 } from '../lib/hash.ts';
import type { Role } from './desk-api.ts';

/** Who did something. */
export interface Actor {
  readonly name: string;
  readonly role: Role | 'system' | 'camera';
}

/** Something that happened, before it has its place in the chain. */
export interface AuditEntry {
  readonly at: UtcMs;
  readonly actor: string;
  readonly role: Actor['role'];
  /** `alert.raised`, `transition`, `dispatch.assigned`, `sign.overdue`, … */
  readonly kind: string;
  readonly ticketId?: TicketId;
  readonly from?: TicketState;
  readonly to?: TicketState;
  readonly note?: string;
  /** On the newest entry of each change: hash of the ticket's row as it left it, so that no column can be changed unseen. */
  readonly rowSha256?: Sha256;
  readonly details: Readonly<Record<string, unknown>>;
  /** State of the clock that `at` comes from; the log sets it. */
  readonly clock?: ClockState;
}

/** One link of the desk's audit chain. */
export interface AuditRecord {
  /** Counts from 1 without gaps. */
  readonly n: number;
  /** RFC 8785 canonical JSON of `{ n, ...entry }`: exactly what is hashed. */
  readonly body: string;
  /** Hash of the record before; 64 zeros for the first. */
  readonly prevHash: Sha256;
  /** SHA-256(prevHash ‖ body). */
  readonly hash: Sha256;
}

/** Hash of a link. */
export function auditHash(prevHash: Sha256, body: string): Sha256 {
  return sha256(prevHash, body);
}

/** Links entries to a chain that ends in `head`. */
export function chainEntries(head: { n: number; hash: Sha256 }, entries: readonly AuditEntry[]): AuditRecord[] {
  let { n, hash: prevHash } = head;
  return entries.map((entry) => {
    n += 1;
    const body = canonicalJson({ n, ...entry });
    const record: AuditRecord = { n, body, prevHash, hash: auditHash(prevHash, body) };
    prevHash = record.hash;
    return record;
  });
}
