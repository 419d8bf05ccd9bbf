/** A way a server asks for credentials (RFC 7235 §2.1). */
export type AuthChallenge =
  | { readonly scheme: 'basic'; readonly realm: string }
  | {
      readonly scheme: 'digest';
      readonly realm: string;
      readonly nonce: string;
      readonly opaque: string | undefined;
      readonly algorithm: DigestAlgorithm;
      /** Undefined: the server knows RFC 2069 only. */
      readonly qop: 'auth' | 'auth-int' | undefined;
      /** The credentials were right, only the nonce was old (RFC 7616 §3.3). */
      readonly stale: boolean;
    };

/** Digest algorithms in the order of RFC 7616 §3.3, strongest last; `-sess` is folded in. */
type DigestAlgorithm = 'MD5' | 'MD5-sess' | 'SHA-256' | 'SHA-256-sess';

const algorithms: readonly DigestAlgorithm[] = ['MD5', 'MD5-sess', 'SHA-256', 'SHA-256-sess'];

/** The strongest challenge of all `WWW-Authenticate` fields that we can answer; undefined when there is none. */
export function strongestChallenge(fields: readonly string[]): AuthChallenge | undefined {
  const challenges = fields.flatMap(splitChallenges).map(readChallenge);
  return challenges
    .filter((challenge) => challenge !== undefined)
    .sort((a, b) => strength(b) - strength(a))
    .at(0);
}

function strength(challenge: AuthChallenge): number {
  return challenge.scheme === 'basic' ? -1 : algorithms.indexOf(challenge.algorithm);
}

interface RawChallenge {
  readonly scheme: string;
  readonly parameters: Map<string, string>;
}

/** `name = token` or `name = "quoted"`, or else the scheme that starts a challenge. */
const piece = /([\w!#$%&'*+.^`|~-]+)(?:\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^\s,"]*)))?/g;

/** One field may carry several challenges (RFC 7235 §4.1): a word without `=` starts the next. */
function splitChallenges(field: string): RawChallenge[] {
  const challenges: RawChallenge[] = [];
  for (const [text, name = '', quoted, token] of field.matchAll(piece)) {
    if (!text.includes('=')) challenges.push({ scheme: name.toLowerCase(), parameters: new Map() });
    else challenges.at(-1)?.parameters.set(name.toLowerCase(), quoted?.replace(/\\(.)/g, '$1') ?? token ?? '');
  }
  return challenges;
}

function readChallenge({ scheme, parameters }: RawChallenge): AuthChallenge | undefined {
  const realm = parameters.get('realm') ?? '';
  if (scheme === 'basic') return { scheme, realm };
  const nonce = parameters.get('nonce');
  if (scheme !== 'digest' || nonce === undefined) return undefined;
  const asked = (parameters.get('algorithm') || 'MD5').toLowerCase();
  const algorithm = algorithms.find((known) => known.toLowerCase() === asked);
  const qops = parameters
    .get('qop')
    ?.toLowerCase()
    .split(/[\s,]+/)
    .filter(Boolean);
  const qop = qops?.includes('auth') ? 'auth' : qops?.includes('auth-int') ? 'auth-int' : undefined;
  const answerable = qop !== undefined || qops === undefined || qops.length === 0;
  if (algorithm === undefined || !answerable) return undefined;
  return {
    scheme,
    realm,
    nonce,
    opaque: parameters.get('opaque'),
    algorithm,
    qop,
    stale: parameters.get('stale')?.toLowerCase() === 'true',
  };
}
