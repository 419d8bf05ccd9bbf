import type { TicketId } from '../domain/ids.ts';

/** Where the reader is. Kept in the address after `#`, so that a link to a ticket can be sent to a colleague. */
export type Route =
  | { readonly page: 'dispatch'; readonly ticketId: undefined; readonly trace: false }
  | { readonly page: 'dispatch'; readonly ticketId: TicketId; readonly trace: boolean };

/** Reads an address' hash; what is not understood is the desk without a ticket. */
export function parseRoute(hash: string): Route {
  const match = /^#\/tickets\/([\w-]{1,64})(\/trace)?$/.exec(hash);
  if (match?.[1] === undefined) return { page: 'dispatch', ticketId: undefined, trace: false };
  return { page: 'dispatch', ticketId: match[1] as TicketId, trace: match[2] !== undefined };
}

/** The hash of a place, for links. */
export function hrefOf(ticketId: TicketId | undefined, trace = false): string {
  if (ticketId === undefined) return '#/';
  return `#/tickets/${ticketId}${trace ? '/trace' : ''}`;
}
