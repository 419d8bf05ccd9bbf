/** User name and password of a camera. */
export interface Credentials {
  readonly username: string;
  readonly password: string;
}

/** Where a stream is, taken apart. */
export interface RtspTarget {
  readonly host: string;
  readonly port: number;
  /** `rtsps://`: the connection is TLS. */
  readonly secure: boolean;
  /** The URL as requests name it: without credentials, fit for logs. */
  readonly url: string;
  /** Credentials that stood in the URL. */
  readonly credentials: Credentials | undefined;
}

const defaultPort = 554; // RFC 2326 §3.2
const defaultSecurePort = 322; // RFC 7826 §4.2

/**
 * Takes an `rtsp://` or `rtsps://` URL apart; undefined when it is none. Not WHATWG `URL`: passwords in the field hold unescaped
 * `@`, `#` and `%`, so the authority ends at the first `/` or `?` and the credentials at its last `@`.
 */
export function parseRtspUrl(text: string): RtspTarget | undefined {
  const match = /^rtsp(s?):\/\/([^/?]*)(.*)$/i.exec(text.trim());
  const secure = match?.[1] !== '';
  const authority = match?.[2];
  if (authority === undefined || /[\s\0]/.test(text.trim())) return undefined;
  const at = authority.lastIndexOf('@');
  const address = /^(\[[0-9a-f:.]+\]|[^:[\]]+)(?::(\d{1,5}))?$/i.exec(authority.slice(at + 1));
  const host = address?.[1];
  const port = Number(address?.[2] ?? (secure ? defaultSecurePort : defaultPort));
  if (host === undefined || port < 1 || port > 65_535) return undefined;
  return {
    host: host.replace(/^\[|\]$/g, ''),
    port,
    secure,
    url: `rtsp${secure ? 's' : ''}://${authority.slice(at + 1)}${match?.[3] ?? ''}`,
    credentials: at === -1 ? undefined : parseUserInfo(authority.slice(0, at)),
  };
}

function parseUserInfo(text: string): Credentials {
  const colon = text.indexOf(':');
  return colon === -1
    ? { username: percentDecoded(text), password: '' }
    : { username: percentDecoded(text.slice(0, colon)), password: percentDecoded(text.slice(colon + 1)) };
}

/** Percent-decoded; left as written where it is not valid percent-encoding. */
function percentDecoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
