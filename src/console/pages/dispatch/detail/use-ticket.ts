import { useCallback, useEffect, useState } from 'react';
import type { TicketDetail, TicketSummary } from '../../../../contracts/desk-api.ts';
import type { TicketId } from '../../../../domain/ids.ts';
import { desk } from '../../../api/desk-client.ts';
import { type DeskError, toDeskError } from '../../../api/desk-error.ts';

/** A ticket with all that is known of it, kept current. */
export interface LoadedTicket {
  readonly detail: TicketDetail | undefined;
  readonly error: DeskError | undefined;
  /** Takes in a newer detail, e.g. the answer of a step. */
  replace(detail: TicketDetail): void;
  reload(): void;
}

/** Loads a ticket and loads it again whenever something is heard of it (`summary` is then another object). */
export function useTicket(id: TicketId, summary: TicketSummary | undefined, onSignedOut: () => void): LoadedTicket {
  const [detail, setDetail] = useState<TicketDetail>();
  const [error, setError] = useState<DeskError>();
  const [attempt, setAttempt] = useState(0);

  // biome-ignore lint/correctness/useExhaustiveDependencies: a new summary or attempt is the reason to load again
  useEffect(() => {
    const abort = new AbortController();
    desk.ticket(id, abort.signal).then(
      (loaded) => {
        setDetail((known) => newer(known, loaded));
        setError(undefined);
      },
      (cause: unknown) => {
        if (abort.signal.aborted) return;
        const failure = toDeskError(cause);
        if (failure.signedOut) onSignedOut();
        else setError(failure);
      },
    );
    return () => abort.abort();
  }, [id, summary, attempt, onSignedOut]);

  const replace = useCallback((next: TicketDetail) => setDetail((known) => newer(known, next)), []);
  const reload = useCallback(() => setAttempt((count) => count + 1), []);
  return { detail, error, replace, reload };
}

function newer(known: TicketDetail | undefined, loaded: TicketDetail): TicketDetail {
  return known !== undefined && known.updatedAt > loaded.updatedAt ? known : loaded;
}
