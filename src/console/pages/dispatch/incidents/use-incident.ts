import { useCallback, useEffect, useState } from 'react';
import type { IntegrityCase, IntegrityDetail } from '../../../../contracts/integrity-case.ts';
import { desk } from '../../../api/desk-client.ts';
import { type DeskError, toDeskError } from '../../../api/desk-error.ts';

/** A case with its reports and steps, read again whenever something was heard of it. */
export function useIncident({ id, count, state }: IntegrityCase, onSignedOut: () => void) {
  const [detail, setDetail] = useState<IntegrityDetail>();
  const [error, setError] = useState<DeskError>();
  const [attempt, setAttempt] = useState(0);
  // biome-ignore lint/correctness/useExhaustiveDependencies: a changed case or a new attempt is the reason to load again
  useEffect(() => {
    const abort = new AbortController();
    desk.incident(id, abort.signal).then(
      (loaded) => {
        setDetail(loaded);
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
  }, [id, count, state, attempt]);
  const reload = useCallback(() => setAttempt((before) => before + 1), []);
  return { detail, error, reload, show: setDetail };
}
