import type { Authenticator } from './authenticator.ts';
import { cseqOf, headerOf, type RtspResponse } from './rtsp-message.ts';
import { formatRequest, type RtspMethod } from './rtsp-request.ts';

type Headers = Readonly<Record<string, string | undefined>>;

/** A request that has no answer yet. */
interface PendingRequest {
  readonly method: RtspMethod;
  readonly uri: string;
  readonly headers: Headers;
  readonly cseq: number;
  readonly authorized: boolean;
  readonly tries: number;
}

/** What an answer means for the one who asked. */
export type AnswerOutcome =
  /** The final answer to a request; a refusal is one too. */
  | { readonly kind: 'answered'; readonly method: RtspMethod }
  /** The request was sent again, with credentials. */
  | { readonly kind: 'again' }
  /** It must be sent again, but not here: the server closes this connection. */
  | { readonly kind: 'reopen' }
  | { readonly kind: 'unauthorized'; readonly detail: string }
  /** An answer to nothing that was asked. */
  | { readonly kind: 'unexpected' };

/** Requests and their answers, one at a time (RFC 2326 §10): numbers them, signs them, repeats them after a 401. */
export class RtspDialogue {
  readonly #auth: Authenticator;
  readonly #send: (bytes: Buffer) => void;
  #pending: PendingRequest | undefined;
  #cseq = 0;
  #session: string | undefined;

  constructor(options: { auth: Authenticator; send: (bytes: Buffer) => void }) {
    this.#auth = options.auth;
    this.#send = options.send;
  }

  /** Method of the request that has no answer yet. */
  get waitingFor(): RtspMethod | undefined {
    return this.#pending?.method;
  }

  /** A request was repeated with credentials and has no answer yet: a server that closes now wants a new connection. */
  get repeating(): boolean {
    return this.#pending !== undefined && this.#pending.tries > 1;
  }

  /** Every request from now on names this session (RFC 2326 §12.37). */
  join(session: string): void {
    this.#session = session;
  }

  /** Sends a request; one that has no answer yet is no longer waited for. */
  request(method: RtspMethod, uri: string, headers: Headers = {}, tries = 1): void {
    this.#cseq += 1;
    const authorization = this.#auth.authorize(method, uri);
    const cseq = this.#cseq;
    this.#pending = { method, uri, headers, cseq, authorized: authorization !== undefined, tries };
    const all = { ...headers, Session: this.#session, Authorization: authorization };
    this.#send(formatRequest({ method, uri, cseq, headers: all }));
  }

  /** Takes a response. Cameras that forget the CSeq are taken at their word. */
  take(response: RtspResponse): AnswerOutcome {
    const pending = this.#pending;
    const cseq = cseqOf(response);
    if (pending === undefined || (cseq !== undefined && cseq !== pending.cseq)) return { kind: 'unexpected' };
    // 1xx announces the answer (RFC 2326 §11).
    if (response.status < 200) return { kind: 'again' };
    this.#pending = undefined;
    if (response.status !== 401) {
      if (pending.authorized) this.#auth.accepted();
      return { kind: 'answered', method: pending.method };
    }
    const outcome = this.#auth.challenged(response.headers.get('www-authenticate') ?? [], pending);
    if (outcome.kind === 'rejected') return { kind: 'unauthorized', detail: outcome.detail };
    if (headerOf(response, 'connection')?.toLowerCase() === 'close') return { kind: 'reopen' };
    this.request(pending.method, pending.uri, pending.headers, pending.tries + 1);
    return { kind: 'again' };
  }

  /** Nothing is waited for any more. */
  end(): void {
    this.#pending = undefined;
  }
}
