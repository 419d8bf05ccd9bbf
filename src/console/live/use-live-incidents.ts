import { useCallback, useReducer, useRef, useState } from 'react';
import type { IntegrityCase } from '../../contracts/integrity-case.ts';
import { desk } from '../api/desk-client.ts';
import { type DeskError, toDeskError } from '../api/desk-error.ts';
import { emptyIncidentBook, type IncidentBook, updateIncidents } from './incident-book.ts';

/** The desk's integrity incidents; the event stream and its safety fetch keep them live (useLiveTickets). */
export interface LiveIncidents {
  readonly book: IncidentBook;
  /** Why the last list could not be fetched. */
  readonly error: DeskError | undefined;
  /** They are not for this user: nothing of them is shown. */
  readonly withheld: boolean;
  /** A case heard of by the stream or by the answer to a step. */
  learn(incident: IntegrityCase): void;
  refresh(): void;
}

/** Holds what is known of them; asks no more once the desk has said that they are not for this user. */
export function useLiveIncidents(onSignedOut: () => void): LiveIncidents {
  const [book, dispatch] = useReducer(updateIncidents, emptyIncidentBook);
  const [error, setError] = useState<DeskError>();
  const [withheld, setWithheld] = useState(false);
  const refused = useRef(false);

  const learn = useCallback((incident: IntegrityCase) => dispatch({ kind: 'case', incident }), []);
  const refresh = useCallback(() => {
    if (refused.current) return;
    desk.incidents().then(
      (overview) => {
        setError(undefined);
        dispatch({ kind: 'list', overview });
      },
      (cause: unknown) => {
        const failure = toDeskError(cause);
        if (failure.signedOut) return onSignedOut();
        refused.current ||= failure.status === 403;
        setWithheld(refused.current);
        if (!refused.current) setError(failure);
      },
    );
  }, [onSignedOut]);

  return { book, error, withheld, learn, refresh };
}
