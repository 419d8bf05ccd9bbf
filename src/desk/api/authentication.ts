import type { IncomingHttpHeaders } from 'node:http';
import type { Me } from '../../contracts/desk-api.ts';
import { AppError } from '../../lib/errors.ts';
import type { LoginLimit } from './login-limit.ts';
import { may, type Permission } from './permissions.ts';
import type { Sessions } from './sessions.ts';

/** Name of the session cookie. */
export const sessionCookie = 'maplebridge_session';

/** What a request says of who sent it. */
export interface Asker {
  readonly headers: IncomingHttpHeaders;
  /** Address it came from. */
  readonly ip: string;
}

/** Tells who asks and whether they may. */
export class Authentication {
  readonly sessions: Sessions;
  readonly #limit: LoginLimit;

  constructor(options: { sessions: Sessions; limit: LoginLimit }) {
    this.sessions = options.sessions;
    this.#limit = options.limit;
  }

  /** The user behind a request. @throws AppError MB_UNAUTHENTICATED, MB_FORBIDDEN. */
  require(request: Asker, permission: Permission): Me {
    const me = this.identify(request);
    if (me === undefined) throw new AppError('MB_UNAUTHENTICATED', 'not signed in');
    if (!may(me.role, permission)) {
      throw new AppError('MB_FORBIDDEN', `the role ${me.role} may not do this`, { details: { permission } });
    }
    return me;
  }

  /** The user behind a request, if there is one. A wrong bearer token counts as a failed sign-in. */
  identify(request: Asker): Me | undefined {
    const bearer = /^Bearer ([\x21-\x7e]{1,512})$/i.exec(request.headers.authorization ?? '')?.[1];
    if (bearer !== undefined) return this.signIn(bearer, request.ip);
    const id = sessionIdOf(request);
    if (id === undefined || isForeign(request)) return undefined;
    return this.sessions.bySession(id);
  }

  /** The user of a token, unless the address guessed too often. @throws AppError MB_UNAUTHENTICATED. */
  signIn(token: string, address: string): Me | undefined {
    const wait = this.#limit.waitSeconds(address);
    if (wait > 0) {
      throw new AppError('MB_UNAUTHENTICATED', `too many wrong tokens: try again in ${wait} s`, {
        details: { retryAfterSeconds: wait },
      });
    }
    const me = this.sessions.byToken(token);
    if (me === undefined) this.#limit.failed(address);
    return me;
  }
}

/** The session id a request carries. */
export function sessionIdOf(request: Asker): string | undefined {
  const cookies = (request.headers.cookie ?? '').split(';').map((part) => part.trim());
  const found = cookies.find((part) => part.startsWith(`${sessionCookie}=`))?.slice(sessionCookie.length + 1);
  return found !== undefined && /^[\w-]{43}$/.test(found) ? found : undefined;
}

/**
 * A browser on another site sent it (Fetch Metadata). Over plain HTTP browsers leave that out: then the origin tells,
 * where there is one (RFC 6454 §7).
 */
function isForeign({ headers }: Asker): boolean {
  const site = headers['sec-fetch-site'];
  if (site !== undefined) return site !== 'same-origin' && site !== 'none';
  const { origin, host } = headers;
  return origin !== undefined && !(URL.canParse(origin) && new URL(origin).host === host);
}
