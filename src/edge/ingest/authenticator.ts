import { type AuthChallenge, strongestChallenge } from './auth-challenge.ts';
import { authorizationFor } from './authorization.ts';
import type { Credentials } from './rtsp-target.ts';

/** What to do about a 401: send the request again, or give up and say why. */
export type ChallengeOutcome = { readonly kind: 'retry' } | { readonly kind: 'rejected'; readonly detail: string };

/** Answers a stale nonce, but not for ever. */
const maxTries = 3;

/** Credentials of one session: remembers the server's challenge and signs every request after it. */
export class Authenticator {
  readonly #credentials: Credentials | undefined;
  readonly #cnonce: () => string;
  #challenge: AuthChallenge | undefined;
  #nonceCount = 0;
  #proven = false;
  /** Whether another connection was opened to go on, and whether its first refusal is still to come. */
  #reopened: 'never' | 'now' | 'before' = 'never';

  constructor(options: { credentials: Credentials | undefined; cnonce: () => string }) {
    this.#credentials = options.credentials;
    this.#cnonce = options.cnonce;
  }

  /** Value of `Authorization` for a request; undefined as long as the server has not asked. */
  authorize(method: string, uri: string): string | undefined {
    if (this.#challenge === undefined || this.#credentials === undefined) return undefined;
    this.#nonceCount += 1;
    return authorizationFor({
      challenge: this.#challenge,
      credentials: this.#credentials,
      method,
      uri,
      nonceCount: this.#nonceCount,
      cnonce: this.#cnonce(),
    });
  }

  /** A request that carried credentials was served. */
  accepted(): void {
    this.#reopened = 'never';
    this.#proven = this.#challenge !== undefined;
  }

  /** Another connection goes on with the challenge of the one before; its nonce may have ended with that. */
  reopened(): void {
    if (this.#reopened === 'never') this.#reopened = 'now';
  }

  /**
   * Takes the challenge of a 401. Wrong credentials are sent once only: cameras lock the account after a few tries.
   * `tries` counts how often this request was sent, `authorized` whether it carried credentials.
   */
  challenged(fields: readonly string[], request: { authorized: boolean; tries: number }): ChallengeOutcome {
    const challenge = strongestChallenge(fields);
    if (challenge === undefined) return rejected('the camera asks for credentials in no way we know');
    if (this.#credentials === undefined) return rejected(`the camera asks for ${nameOf(challenge)}; none configured`);
    const stale = challenge.scheme === 'digest' && challenge.stale;
    // Credentials this session has already accepted can only have failed by their nonce, flagged or not.
    const worthwhile = !request.authorized || stale || this.#proven || this.#newNonce(challenge);
    if (this.#reopened === 'now') this.#reopened = 'before';
    if (!worthwhile || request.tries >= maxTries) {
      return rejected(`user name or password refused (${nameOf(challenge)})`);
    }
    this.#challenge = challenge;
    this.#nonceCount = 0;
    return { kind: 'retry' };
  }

  /** A nonce of the connection before was refused, and this one has its own: the credentials may be right. Once only. */
  #newNonce(challenge: AuthChallenge): boolean {
    const last = this.#challenge;
    if (this.#reopened !== 'now' || challenge.scheme !== 'digest' || last?.scheme !== 'digest') return false;
    return challenge.nonce !== last.nonce;
  }
}

function rejected(detail: string): ChallengeOutcome {
  return { kind: 'rejected', detail };
}

function nameOf(challenge: AuthChallenge): string {
  return challenge.scheme === 'basic' ? 'Basic credentials' : `Digest ${challenge.algorithm} credentials`;
}
