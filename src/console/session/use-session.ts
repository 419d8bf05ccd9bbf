import { useCallback, useEffect, useState } from 'react';
import type { Me } from '../../contracts/desk-api.ts';
import { desk } from '../api/desk-client.ts';
import { type DeskError, toDeskError } from '../api/desk-error.ts';

/** Who is at the console. The session itself is a cookie that scripts cannot read. */
type Session =
  | { readonly kind: 'checking' }
  | { readonly kind: 'unreachable'; readonly error: DeskError }
  | { readonly kind: 'signed-out'; readonly expired: boolean }
  | { readonly kind: 'signed-in'; readonly me: Me };

/** The session and how to begin and end it. */
export interface SessionControl {
  readonly session: Session;
  /** @throws DeskError when the desk refuses the token or does not answer */
  signIn(token: string): Promise<void>;
  signOut(): void;
  /** The desk said that the session is over. */
  lost(): void;
  retry(): void;
}

/** Finds out on load whether a session is still good. */
export function useSession(): SessionControl {
  const [session, setSession] = useState<Session>({ kind: 'checking' });

  const check = useCallback((signal?: AbortSignal) => {
    desk.me(signal).then(
      (me) => setSession({ kind: 'signed-in', me }),
      (cause: unknown) => {
        if (signal?.aborted === true) return;
        const error = toDeskError(cause);
        setSession(error.signedOut ? { kind: 'signed-out', expired: false } : { kind: 'unreachable', error });
      },
    );
  }, []);

  useEffect(() => {
    const abort = new AbortController();
    check(abort.signal);
    return () => abort.abort();
  }, [check]);

  const signIn = useCallback(async (token: string) => {
    const me = await desk.signIn(token);
    setSession({ kind: 'signed-in', me });
  }, []);
  const signOut = useCallback(() => {
    const leave = () => setSession({ kind: 'signed-out', expired: false });
    desk.signOut().then(leave, leave);
  }, []);
  const lost = useCallback(() => setSession({ kind: 'signed-out', expired: true }), []);
  const retry = useCallback(() => check(), [check]);
  return { session, signIn, signOut, lost, retry };
}
