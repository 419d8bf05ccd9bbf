import { softwareVersion } from '../../lib/version.ts';

/** Methods the client uses (RFC 2326 §10). */
export type RtspMethod = 'OPTIONS' | 'DESCRIBE' | 'SETUP' | 'PLAY' | 'GET_PARAMETER' | 'SET_PARAMETER' | 'TEARDOWN';

/** One request, before it is written down. */
export interface RtspRequest {
  readonly method: RtspMethod;
  /** Absolute URL without credentials. */
  readonly uri: string;
  readonly cseq: number;
  readonly headers: Readonly<Record<string, string | undefined>>;
}

/** The bytes of a request (RFC 2326 §6); line breaks in header values are dropped, so that none can be smuggled in. */
export function formatRequest(request: RtspRequest): Buffer {
  const lines = [`${request.method} ${request.uri} RTSP/1.0`, `CSeq: ${request.cseq}`];
  for (const [name, value] of Object.entries(request.headers)) {
    if (value !== undefined) lines.push(`${name}: ${value.replace(/[\r\n]/g, '')}`);
  }
  lines.push(`User-Agent: Maplebridge/${softwareVersion}`);
  return Buffer.from(`${lines.join('\r\n')}\r\n\r\n`);
}

/** Our answer to a request of the server. */
export function formatResponse(status: 200 | 501, cseq: number | undefined, session: string | undefined): Buffer {
  const lines = [`RTSP/1.0 ${status} ${status === 200 ? 'OK' : 'Not Implemented'}`];
  if (cseq !== undefined) lines.push(`CSeq: ${cseq}`);
  if (session !== undefined) lines.push(`Session: ${session}`);
  return Buffer.from(`${lines.join('\r\n')}\r\n\r\n`);
}
