import { rowSha256, type TicketRow } from '../store/ticket-row.ts';
import type { ChainedTicket } from './chain-check.ts';

/** What is wrong with a ticket's row, if anything, by what the log says of it. */
export function ticketProblem(row: TicketRow, chained: ChainedTicket | undefined): string | undefined {
  const name = `ticket ${row.number}`;
  if (chained === undefined) return `${name}: the log knows nothing of it`;
  if (chained.n !== row.audit_n || chained.hash !== row.audit_hash) {
    return `${name}: its newest record is not the one it names`;
  }
  if (chained.state !== row.state) return `${name}: is ${row.state}, but its transitions end in ${chained.state}`;
  if (chained.rowSha256 !== rowSha256(row) || chained.at !== row.updated_at) {
    return `${name}: does not say what it said when its newest record was written`;
  }
  return undefined;
}
