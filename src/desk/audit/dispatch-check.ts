import type { AuditEntry } from '../../contracts/audit-record.ts';

/** A dispatch as stored, with the newest audit record of its ticket; `n` is null where the ticket is gone. */
export interface DispatchRow {
  readonly id: string;
  readonly ticket_id: string;
  readonly station: string;
  readonly department: string;
  readonly assigned_at: number;
  readonly sign_due_at: number;
  readonly signed_at: number | null;
  readonly overdue_at: number | null;
  readonly n: number | null;
}

/** What the log says of a dispatch, column for column. */
type LoggedDispatch = { -readonly [K in keyof Omit<DispatchRow, 'id' | 'n'>]: unknown };

/** Follows dispatches through the log, and holds the rows against it. */
export class DispatchCheck {
  readonly #logged = new Map<string, LoggedDispatch>();
  readonly #ofTicket = new Map<string, LoggedDispatch[]>();

  /** Takes the next entry of the log. */
  follow(entry: AuditEntry): void {
    const { dispatchId } = entry.details;
    if (entry.kind === 'dispatch.assigned' && typeof dispatchId === 'string') this.#assigned(dispatchId, entry);
    if (entry.kind === 'sign.overdue' && typeof dispatchId === 'string') {
      const dispatch = this.#logged.get(dispatchId);
      if (dispatch !== undefined) dispatch.overdue_at = entry.at;
    }
    if (entry.kind === 'transition' && entry.to === 'SIGNED') {
      for (const dispatch of this.#ofTicket.get(entry.ticketId ?? '') ?? []) dispatch.signed_at ??= entry.at;
    }
  }

  /** What is wrong with a row, if anything; each may be asked about once. `end`: the last record that was read. */
  compare(row: DispatchRow, end: number): string | undefined {
    const logged = this.#logged.get(row.id);
    this.#logged.delete(row.id);
    // Its ticket has changed since the log was read: the next verification sees it.
    if ((row.n ?? 0) > end) return undefined;
    if (logged === undefined) return `dispatch ${row.id}: the log knows nothing of it`;
    const changed = (Object.keys(logged) as (keyof LoggedDispatch)[]).filter((name) => row[name] !== logged[name]);
    return changed.length === 0
      ? undefined
      : `dispatch ${row.id}: does not say what the log says: ${changed.join(', ')}`;
  }

  /** Dispatches that no row was compared with. */
  left(): Iterable<string> {
    return this.#logged.keys();
  }

  #assigned(id: string, entry: AuditEntry): void {
    const { station, department, signDueAt } = entry.details;
    const dispatch: LoggedDispatch = {
      ticket_id: entry.ticketId,
      station,
      department,
      assigned_at: entry.at,
      sign_due_at: signDueAt,
      signed_at: null,
      overdue_at: null,
    };
    this.#logged.set(id, dispatch);
    const ticketId = entry.ticketId ?? '';
    this.#ofTicket.set(ticketId, [...(this.#ofTicket.get(ticketId) ?? []), dispatch]);
  }
}
