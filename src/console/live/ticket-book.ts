import type { TicketSummary } from '../../contracts/desk-api.ts';
import type { TicketId } from '../../domain/ids.ts';

/** Tickets kept in the page: a desk's list page and the day's new ones; the oldest go first. */
export const bookLimit = 500;

/** All tickets the page knows. A ticket's object changes exactly when something was heard of it. */
export interface TicketBook {
  readonly byId: ReadonlyMap<TicketId, TicketSummary>;
  /** Newest first. */
  readonly order: readonly TicketSummary[];
  /** False until the first list has come: an empty book is then not yet an empty desk. */
  readonly loaded: boolean;
  /** The ticket that came in last by the event stream and was not known before. */
  readonly newest: TicketSummary | undefined;
}

/** What can happen to the book. */
export type BookEvent =
  | { readonly kind: 'list'; readonly tickets: readonly TicketSummary[] }
  | { readonly kind: 'ticket'; readonly ticket: TicketSummary };

/** A book before anything was heard. */
export const emptyBook: TicketBook = { byId: new Map(), order: [], loaded: false, newest: undefined };

/**
 * Takes in a list or one streamed ticket. The two may overtake each other (the list is fetched while events flow),
 * so per ticket the later `updatedAt` wins and nothing known is dropped for being absent from a list.
 */
export function updateBook(book: TicketBook, event: BookEvent): TicketBook {
  const incoming = event.kind === 'list' ? event.tickets : [event.ticket];
  const byId = new Map(book.byId);
  for (const ticket of incoming) byId.set(ticket.id, newer(byId.get(ticket.id), ticket));
  const order = [...byId.values()].sort(newestFirst).slice(0, bookLimit);
  return {
    byId: new Map(order.map((ticket) => [ticket.id, ticket])),
    order,
    loaded: book.loaded || event.kind === 'list',
    newest: event.kind === 'ticket' && isNew(book, event.ticket) ? event.ticket : book.newest,
  };
}

/** An unknown ticket may also be an old one, past the end of the list, that changed. */
function isNew(book: TicketBook, ticket: TicketSummary): boolean {
  const [first] = book.order;
  return !book.byId.has(ticket.id) && (first === undefined || newestFirst(ticket, first) < 0);
}

function newer(known: TicketSummary | undefined, incoming: TicketSummary): TicketSummary {
  if (known === undefined || incoming.updatedAt > known.updatedAt) return incoming;
  if (incoming.updatedAt < known.updatedAt) return known;
  // Same version: evidence and the all-clear only ever arrive, they never go away.
  return { ...incoming, picture: incoming.picture ?? known.picture, cleared: incoming.cleared || known.cleared };
}

function newestFirst(a: TicketSummary, b: TicketSummary): number {
  return b.createdAt - a.createdAt || b.number - a.number;
}
