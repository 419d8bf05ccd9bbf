import { type AuditEntry, auditHash } from '../../contracts/audit-record.ts';
import type { AuditReport } from '../../contracts/desk-api.ts';
import type { Sha256 } from '../../domain/ids.ts';
import type { TicketState } from '../../domain/ticket.ts';
import { isAllowed } from '../../domain/ticket-lifecycle.ts';
import { zeroHash } from '../../lib/hash.ts';
import { CompactRange } from '../../lib/merkle/compact-range.ts';
import { leafHash } from '../../lib/merkle/tree-hash.ts';
import { AlertCheck } from './alert-check.ts';
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
  /** When the newest record was written. */
  readonly at: number;
  /** Fingerprint of its row after the newest record. */
  readonly rowSha256: Sha256 | undefined;
}

/** Problems named before the rest is only counted. */
const maxProblems = 200;

/** Walks chain and tree from its first record; what it does not see, nobody may claim. */
export class ChainCheck {
  readonly tickets = new Map<string, ChainedTicket>();
  readonly alerts = new AlertCheck();
  readonly dispatches = new DispatchCheck();
  readonly problems: string[] = [];
  readonly tree = new CompactRange();
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
    this.tree.append(leafHash(record.body));
    this.#hash = record.hash;
    const entry = parsed(record.body);
    if (entry === undefined || !matches(entry, record)) {
      this.problem(`record ${record.n}: its columns do not say what its body says`);
    }
    if (entry !== undefined) this.#follow(entry, record);
  }

  /** Notes a problem, if there is one. */
  problem(text: string | undefined): void {
    if (text === undefined) return;
    this.#problemCount += 1;
    if (this.problems.length < maxProblems) this.problems.push(text);
  }

  /** What came out. */
  report(): AuditReport {
    const unnamed = this.#problemCount - this.problems.length;
    return {
      verified: this.#problemCount === 0,
      records: this.#n,
      head: this.#hash,
      root: this.tree.root().toString('hex') as Sha256,
      checkpoints: 0,
      integrityIncidents: this.#integrityIncidents,
      problems: unnamed > 0 ? [...this.problems, `and ${unnamed} more`] : this.problems,
    };
  }

  #follow(entry: AuditEntry, record: StoredRecord): void {
    this.alerts.follow(entry);
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
    this.tickets.set(entry.ticketId, {
      state: entry.to ?? before,
      n: record.n,
      hash: record.hash,
      at: entry.at,
      rowSha256,
    });
  }
}

function parsed(body: string): (AuditEntry & { readonly n: number }) | undefined {
  try {
    const value = JSON.parse(body) as (AuditEntry & { readonly n: number }) | null;
    const isEntry = typeof value === 'object' && value !== null && typeof value.kind === 'string';
    return isEntry && typeof value.details === 'object' && value.details !== null ? value : undefined;
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
