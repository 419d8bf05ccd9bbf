import { type AuditEntry, auditHash } from '../../contracts/audit-record.ts';
import type { Sha256 } from '../../domain/ids.ts';
import type { TicketState } from '../../domain/ticket.ts';
import { isAllowed } from '../../domain/ticket-lifecycle.ts';
import { zeroHash } from '../../lib/hash.ts';
import { DispatchCheck } from './dispatch-check.ts';

/** An audit row as stored: the columns beside the body are there to be searched, and are checked against it. */
export interface StoredRecord {
  readonly n: number;
  readonly ticket_id: string | null;
  readonly at: number;
  readonly kind: string;
  readonly body: string;
  readonly prev_hash: Sha256;
  readonly hash: Sha256;
}

/** What the chain says of one ticket. */
export interface ChainedTicket {
  readonly state: TicketState | undefined;
  readonly n: number;
  readonly hash: Sha256;
  /** Fingerprint of its row after the newest record. */
  readonly rowSha256: Sha256 | undefined;
}

/** Problems named before the rest is only counted. */
const maxProblems = 200;

/** Walks the chain from its first record; what it does not see, nobody may claim. */
export class ChainCheck {
  readonly tickets = new Map<string, ChainedTicket>();
  /** Alert id → hash of its seal, as recorded when it came in. */
  readonly alerts = new Map<string, string>();
  readonly dispatches = new DispatchCheck();
  readonly problems: string[] = [];
  #n = 0;
  #hash: Sha256 = zeroHash;
  #problemCount = 0;
  #integrityIncidents = 0;

  get records(): number {
    return this.#n;
  }

  get head(): Sha256 {
    return this.#hash;
  }

  get integrityIncidents(): number {
    return this.#integrityIncidents;
  }

  /** Problems found, also those no longer named. */
  get problemCount(): number {
    return this.#problemCount;
  }

  /** Takes the next record in order of `n`. */
  add(record: StoredRecord): void {
    if (record.n !== this.#n + 1) {
      this.problem(`record ${this.#n + 1}: missing (next is ${record.n})`);
    }
    if (record.prev_hash !== this.#hash) this.problem(`record ${record.n}: does not follow the record before it`);
    if (auditHash(record.prev_hash, record.body) !== record.hash) {
      this.problem(`record ${record.n}: was changed after it was written`);
    }
    this.#n = record.n;
    this.#hash = record.hash;
    const entry = parsed(record.body);
    if (entry === undefined || !matches(entry, record)) {
      this.problem(`record ${record.n}: its columns do not say what its body says`);
    }
    if (entry !== undefined) this.#follow(entry, record);
  }

  problem(text: string): void {
    this.#problemCount += 1;
    if (this.problems.length < maxProblems) this.problems.push(text);
  }

  #follow(entry: AuditEntry, record: StoredRecord): void {
    const { alertId, hash } = entry.details;
    const isAlert = entry.kind.startsWith('alert.') && typeof alertId === 'string' && typeof hash === 'string';
    if (isAlert) this.alerts.set(alertId, hash);
    if (entry.kind === 'integrity.incident') this.#integrityIncidents += 1;
    this.dispatches.follow(entry);
    if (entry.ticketId === undefined) return;
    const before = this.tickets.get(entry.ticketId)?.state;
    if (entry.from !== undefined && entry.to !== undefined) {
      if (before !== entry.from) {
        this.problem(`record ${record.n}: moves ticket ${entry.ticketId} from ${entry.from}, but it was ${before}`);
      } else if (!isAllowed(entry.from, entry.to)) {
        this.problem(`record ${record.n}: ${entry.from} does not lead to ${entry.to}`);
      }
    }
    const { rowSha256 } = entry;
    this.tickets.set(entry.ticketId, { state: entry.to ?? before, n: record.n, hash: record.hash, rowSha256 });
  }
}

function parsed(body: string): (AuditEntry & { readonly n: number }) | undefined {
  try {
    const value = JSON.parse(body) as (AuditEntry & { readonly n: number }) | null;
    return typeof value === 'object' && value !== null && typeof value.details === 'object' ? value : undefined;
  } catch {
    return undefined;
  }
}

function matches(entry: AuditEntry & { readonly n: number }, record: StoredRecord): boolean {
  return (
    entry.n === record.n &&
    entry.at === record.at &&
    entry.kind === record.kind &&
    (entry.ticketId ?? null) === record.ticket_id
  );
}
