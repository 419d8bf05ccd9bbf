import type { TicketSummary } from '../../contracts/desk-api.ts';
import type { UtcMs } from '../../domain/ids.ts';
import type { TicketState } from '../../domain/ticket.ts';

/** The three groups a dispatcher thinks in. */
export type TicketPhase = 'waiting' | 'working' | 'done';

/** What the list can show. */
export type TicketFilter = 'all' | TicketPhase;

/** In the order they are offered. */
export const ticketFilters = ['waiting', 'working', 'done', 'all'] as const satisfies readonly TicketFilter[];

/** The group of a state. */
export function phaseOf(state: TicketState): TicketPhase {
  switch (state) {
    case 'RECEIVED':
    case 'TRIAGED':
    case 'DISPATCHED':
    case 'RETURNED':
    case 'REOPENED':
      return 'waiting';
    case 'SIGNED':
    case 'DEPARTED':
    case 'ARRIVED':
    case 'HANDLING':
    case 'RESOLVED_ONSITE':
    case 'JOINT_CONSULT':
    case 'DIFFICULT':
    case 'FEEDBACK':
    case 'VERIFYING':
    case 'CALLBACK':
    case 'SUSPENDED':
      return 'working';
    case 'CLOSED':
    case 'TO_POLICE':
    case 'MERGED':
    case 'CANCELLED':
      return 'done';
  }
}

/** Whether a filter shows a ticket. */
export function passes(filter: TicketFilter, ticket: TicketSummary): boolean {
  return filter === 'all' || phaseOf(ticket.state) === filter;
}

/** Tickets by group. */
export function countByFilter(tickets: readonly TicketSummary[]): Readonly<Record<TicketFilter, number>> {
  const count = { all: tickets.length, waiting: 0, working: 0, done: 0 };
  for (const ticket of tickets) count[phaseOf(ticket.state)] += 1;
  return count;
}

/** Tickets whose sign clock has run out and that nobody has signed. */
export function countOverdue(tickets: readonly TicketSummary[], now: UtcMs): number {
  return tickets.filter((ticket) => ticket.signDueAt !== undefined && ticket.signDueAt <= now).length;
}
