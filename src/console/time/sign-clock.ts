import type { TicketSummary } from '../../contracts/desk-api.ts';
import type { UtcMs } from '../../domain/ids.ts';
import { formatClock } from './format.ts';

/** Below this the clock warns: a quarter of the 60 s a station has (design: desk.md, Clocks). */
const urgentMs = 15_000;

/** What the sign clock of a ticket shows. */
export type SignClock =
  | { readonly kind: 'none' }
  | { readonly kind: 'signed-late' }
  | { readonly kind: 'running' | 'urgent' | 'overdue'; readonly text: string };

/** Reads the clock at `now`. It turns overdue at its end by itself, also when the desk's word for it is still on the way. */
export function signClock(ticket: Pick<TicketSummary, 'signDueAt' | 'signOverdue'>, now: UtcMs): SignClock {
  if (ticket.signDueAt === undefined) return { kind: ticket.signOverdue ? 'signed-late' : 'none' };
  const remainingMs = ticket.signDueAt - now;
  if (remainingMs <= 0) return { kind: 'overdue', text: formatClock(Math.floor(-remainingMs / 1000)) };
  const text = formatClock(Math.ceil(remainingMs / 1000));
  return { kind: remainingMs <= urgentMs ? 'urgent' : 'running', text };
}
