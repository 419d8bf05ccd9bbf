import type { AuditEntry } from '../../contracts/audit-record.ts';
import { type HopSpan, rootHop } from '../../lib/span-sink.ts';
import type { TicketRow } from '../store/ticket-row.ts';

/** A ticket after a change, and when it was changed before. */
export interface SavedTicket {
  readonly row: TicketRow;
  readonly since: number;
  readonly entries: readonly AuditEntry[];
}

/** What was done to tickets: each step from the one before it, under the frame that began it all. */
export function ticketSpans(saved: readonly SavedTicket[]): HopSpan[] {
  return saved.flatMap(({ row, since, entries }) => {
    let startMs = since;
    return entries.map(({ at, kind, to, actor, role }, index): HopSpan => {
      const name = kind === 'transition' ? `ticket.${(to ?? '').toLowerCase()}` : kind;
      const begun = startMs;
      startMs = at;
      return {
        traceparent: row.traceparent,
        name: name.includes('.') ? name : `ticket.${name}`,
        hop: `ticket ${row.audit_n} ${index} ${name}`,
        parent: rootHop,
        startMs: begun,
        endMs: at,
        attributes: {
          'maplebridge.ticket': row.number,
          'maplebridge.ticket.id': row.id,
          'maplebridge.actor.role': role,
          // Persons stay out of a telemetry system; the audit log has their names.
          ...(role === 'system' || role === 'camera' ? { 'maplebridge.actor': actor } : {}),
        },
      };
    });
  });
}
