import type { TicketDetail } from '../../../../contracts/desk-api.ts';
import type { UtcMs } from '../../../../domain/ids.ts';
import type { TicketState } from '../../../../domain/ticket.ts';

/** The way of an ordinary ticket, as shown above the detail (design: desk.md, Lifecycle). */
const milestoneStates = [
  'RECEIVED',
  'DISPATCHED',
  'SIGNED',
  'DEPARTED',
  'ARRIVED',
  'FEEDBACK',
  'CLOSED',
] as const satisfies readonly TicketState[];

/** One station on the way and when it was reached. */
export interface Milestone {
  readonly state: (typeof milestoneStates)[number];
  readonly at: UtcMs | undefined;
}

/** States that send a ticket back: what was reached after this milestone no longer counts. */
const backTo: Partial<Record<TicketState, Milestone['state']>> = {
  TRIAGED: 'RECEIVED',
  RETURNED: 'RECEIVED',
  REOPENED: 'RECEIVED',
};

/** When each milestone of the present round was reached. */
export function milestones(ticket: Pick<TicketDetail, 'timeline' | 'createdAt'>): readonly Milestone[] {
  const order: readonly TicketState[] = milestoneStates;
  const reached = new Map<TicketState, UtcMs>([['RECEIVED', ticket.createdAt]]);
  for (const { to, at } of ticket.timeline) {
    if (to === undefined) continue;
    const rank = order.indexOf(backTo[to] ?? to);
    if (rank < 0) continue;
    for (const later of order.slice(rank + 1)) reached.delete(later);
    if (rank > 0) reached.set(to, at);
  }
  return milestoneStates.map((state) => ({ state, at: reached.get(state) }));
}
