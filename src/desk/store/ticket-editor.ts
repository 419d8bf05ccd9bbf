import type { Actor, AuditEntry } from '../../contracts/audit-record.ts';
import type { Sha256, UtcMs } from '../../domain/ids.ts';
import type { TicketState } from '../../domain/ticket.ts';
import { isAllowed, mustSayWhy } from '../../domain/ticket-lifecycle.ts';
import { AppError } from '../../lib/errors.ts';
import { columnText, rowSha256, type TicketChanges, type TicketRow } from './ticket-row.ts';

/** What goes on record with a step. */
export interface Remark {
  readonly note?: string | undefined;
  readonly details?: Readonly<Record<string, unknown>>;
}

/** One ticket being changed: every change leaves an audit entry, and `TicketBook.save` writes both together. */
export class TicketEditor {
  readonly isNew: boolean;
  readonly entries: AuditEntry[] = [];
  #row: TicketRow;

  constructor(row: TicketRow, isNew: boolean) {
    this.#row = row;
    this.isNew = isNew;
  }

  get row(): TicketRow {
    return this.#row;
  }

  /** @throws AppError MB_TICKET_TRANSITION when the lifecycle does not allow the step. */
  move(to: TicketState, actor: Actor, at: UtcMs, remark: Remark = {}): void {
    const from = this.#row.state;
    if (!isAllowed(from, to) || (mustSayWhy(to) && !remark.note)) {
      throw new AppError('MB_TICKET_TRANSITION', `ticket ${this.#row.number}: ${from} does not lead to ${to}`, {
        details: { state: from, to },
      });
    }
    this.#row = { ...this.#row, state: to };
    this.#enter('transition', actor, at, remark, { from, to });
  }

  /** Records something that is not a step. */
  remark(kind: string, actor: Actor, at: UtcMs, remark: Remark = {}): void {
    this.#enter(kind, actor, at, remark, {});
  }

  /** Records where a new ticket begins. */
  begin(actor: Actor, at: UtcMs, remark: Remark): void {
    this.#enter('ticket.received', actor, at, remark, { to: this.#row.state });
  }

  change(changes: TicketChanges): void {
    this.#row = { ...this.#row, ...changes };
  }

  /** Gives a new ticket its number. */
  number(number: number): void {
    this.#row = { ...this.#row, number };
  }

  /** Puts the row's fingerprint on the newest entry: nothing is changed after this. */
  finish(): void {
    const newest = this.entries.pop();
    if (newest !== undefined) this.entries.push({ ...newest, rowSha256: rowSha256(this.#row) });
  }

  /** Ties the row to its newest audit record. */
  seal(newest: { n: number; hash: Sha256 }, at: UtcMs): void {
    this.#row = { ...this.#row, audit_n: newest.n, audit_hash: newest.hash, updated_at: at };
  }

  #enter(kind: string, actor: Actor, at: UtcMs, remark: Remark, step: { from?: TicketState; to?: TicketState }): void {
    this.entries.push({
      at,
      actor: actor.name,
      role: actor.role,
      kind,
      ticketId: this.#row.id,
      ...step,
      ...(remark.note ? { note: columnText(remark.note) } : {}),
      details: remark.details ?? {},
    });
  }
}
