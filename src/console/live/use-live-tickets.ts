import { useCallback, useEffect, useReducer, useRef, useState } from 'react';
import type { TicketSummary } from '../../contracts/desk-api.ts';
import { desk } from '../api/desk-client.ts';
import { type DeskError, toDeskError } from '../api/desk-error.ts';
import { EventStream, type StreamState } from './event-stream.ts';
import { emptyBook, type TicketBook, updateBook } from './ticket-book.ts';
import type { LiveIncidents } from './use-live-incidents.ts';

/** The list is fetched this often beside the stream: a half-open connection shows no error. */
const safetyFetchMs = 60_000;

/** The desk's tickets, live. */
export interface LiveTickets {
  readonly book: TicketBook;
  readonly stream: StreamState;
  /** Why the last list could not be fetched. */
  readonly error: DeskError | undefined;
  /** A ticket learnt from somewhere else, e.g. the answer of a step. */
  learn(ticket: TicketSummary): void;
  refresh(): void;
  reconnect(): void;
}

/**
 * Subscribes to the event stream, then fetches the lists: in this order nothing falls between the two. Integrity
 * incidents come by the same stream.
 */
export function useLiveTickets(onSignedOut: () => void, incidents: LiveIncidents): LiveTickets {
  const [book, dispatch] = useReducer(updateBook, emptyBook);
  const [stream, setStream] = useState<StreamState>({ kind: 'connecting' });
  const [error, setError] = useState<DeskError>();
  const source = useRef<EventStream>(undefined);

  const learn = useCallback((ticket: TicketSummary) => dispatch({ kind: 'ticket', ticket }), []);
  const refresh = useCallback(() => {
    desk.tickets().then(
      (tickets) => {
        setError(undefined);
        dispatch({ kind: 'list', tickets });
      },
      (cause: unknown) => {
        const failure = toDeskError(cause);
        if (failure.signedOut) onSignedOut();
        else setError(failure);
      },
    );
  }, [onSignedOut]);

  const { learn: learnIncident, refresh: refreshIncidents } = incidents;
  useEffect(() => {
    const refreshAll = () => {
      refresh();
      refreshIncidents();
    };
    const listener = {
      onState: setStream,
      onTicket: learn,
      onIncident: learnIncident,
      onOpen: refreshAll,
      onLost: refreshAll,
    };
    const events = new EventStream({ listener });
    source.current = events;
    events.start();
    const wake = () => {
      if (document.visibilityState === 'visible') events.start();
    };
    const timer = setInterval(refreshAll, safetyFetchMs);
    window.addEventListener('online', wake);
    document.addEventListener('visibilitychange', wake);
    return () => {
      clearInterval(timer);
      window.removeEventListener('online', wake);
      document.removeEventListener('visibilitychange', wake);
      events.stop();
    };
  }, [learn, refresh, learnIncident, refreshIncidents]);

  const reconnect = useCallback(() => source.current?.start(), []);
  return { book, stream, error, learn, refresh, reconnect };
}
