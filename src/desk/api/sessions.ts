import { randomBytes, timingSafeEqual } from 'node:crypto';
import type { Me } from '../../contracts/desk-api.ts';
import type { Clock } from '../../lib/clock.ts';
import { sha256 } from '../../lib/hash.ts';
import type { Account } from './desk-service.ts';

/** A working shift and its handover. */
const sessionMs = 12 * 3_600_000;
/** The oldest sessions go first beyond this. */
const maxSessions = 10_000;

/** Who somebody is: by token, or by the session that a token opened. Only hashes of either are kept. */
export class Sessions {
  readonly maxAgeSeconds = sessionMs / 1000;
  readonly #accounts: readonly Account[];
  readonly #clock: Clock;
  readonly #sessions = new Map<string, { me: Me; until: number }>();

  constructor(options: { accounts: readonly Account[]; clock: Clock }) {
    this.#accounts = options.accounts;
    this.#clock = options.clock;
  }

  /** The user of a token. Compares against every account in constant time. */
  byToken(token: string): Me | undefined {
    const offered = Buffer.from(sha256(token), 'hex');
    let found: Me | undefined;
    for (const { name, role, tokenSha256 } of this.#accounts) {
      if (timingSafeEqual(offered, Buffer.from(tokenSha256, 'hex'))) found = { name, role };
    }
    return found;
  }

  /** The user of a session that still runs. */
  bySession(id: string): Me | undefined {
    const key = sha256(id);
    const session = this.#sessions.get(key);
    if (session === undefined) return undefined;
    if (session.until > this.#clock.monotonic()) return session.me;
    this.#sessions.delete(key);
    return undefined;
  }

  /** Opens a session; the id goes into the cookie. */
  open(me: Me): string {
    const id = randomBytes(32).toString('base64url');
    this.#sessions.set(sha256(id), { me, until: this.#clock.monotonic() + sessionMs });
    const [oldest] = this.#sessions.keys();
    if (this.#sessions.size > maxSessions && oldest !== undefined) this.#sessions.delete(oldest);
    return id;
  }

  close(id: string): void {
    this.#sessions.delete(sha256(id));
  }
}
