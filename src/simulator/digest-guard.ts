import { createHash, randomBytes } from 'node:crypto';

/** Who may watch a simulated camera. */
export interface FarmAccess {
  readonly realm: string;
  readonly username: string;
  readonly password: string;
}

/** Digest authentication as cameras do it: MD5 with qop=auth (RFC 2617 §3.2). One nonce a connection. */
export class DigestGuard {
  readonly #nonce = randomBytes(12).toString('hex');

  /** Value of `WWW-Authenticate`. */
  challenge(access: FarmAccess): string {
    return `Digest realm="${access.realm}", nonce="${this.#nonce}", algorithm=MD5, qop="auth"`;
  }

  /** Whether an `Authorization` value proves the password for this request. */
  allows(access: FarmAccess, method: string, authorization: string | undefined): boolean {
    if (authorization === undefined || !/^digest\s/i.test(authorization)) return false;
    const fields = new Map<string, string>();
    for (const [, name = '', quoted, token] of authorization.matchAll(/(\w+)=(?:"([^"]*)"|([^\s,]*))/g)) {
      fields.set(name.toLowerCase(), quoted ?? token ?? '');
    }
    const field = (name: string) => fields.get(name) ?? '';
    if (field('username') !== access.username || field('nonce') !== this.#nonce) return false;
    const ha1 = md5(`${access.username}:${access.realm}:${access.password}`);
    const ha2 = md5(`${method}:${field('uri')}`);
    const middle = field('qop') === '' ? '' : `${field('nc')}:${field('cnonce')}:${field('qop')}:`;
    return field('response') === md5(`${ha1}:${this.#nonce}:${middle}${ha2}`);
  }
}

function md5(text: string): string {
  return createHash('md5').update(text).digest('hex');
}
