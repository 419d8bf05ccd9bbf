/** Header fields by lower-case name; a field may come more than once (RFC 2326 §4.2, RFC 7235 §4.1). */
export type RtspHeaders = ReadonlyMap<string, readonly string[]>;

/** An answer from the server (RFC 2326 §7). */
export interface RtspResponse {
  readonly kind: 'response';
  readonly status: number;
  readonly reason: string;
  readonly headers: RtspHeaders;
  readonly body: string;
}

/** A request from the server to us (RFC 2326 §10: OPTIONS, ANNOUNCE, SET_PARAMETER, REDIRECT go both ways). */
export interface RtspServerRequest {
  readonly kind: 'request';
  readonly method: string;
  readonly uri: string;
  readonly headers: RtspHeaders;
  readonly body: string;
}

/** First value of a header field, name in lower case. */
export function headerOf(message: { readonly headers: RtspHeaders }, name: string): string | undefined {
  return message.headers.get(name)?.[0];
}

/** CSeq of a message, or undefined where it is missing or not a number: some cameras forget it. */
export function cseqOf(message: { readonly headers: RtspHeaders }): number | undefined {
  const value = headerOf(message, 'cseq');
  return value !== undefined && /^\d{1,10}$/.test(value) ? Number(value) : undefined;
}

const statusLine = /^RTSP\/\d+\.\d+[ \t]+(\d{3})(?:[ \t]+(.*))?$/;
const requestLine = /^([A-Z_]+)[ \t]+(\S+)[ \t]+RTSP\/\d+\.\d+$/;

/** Reads start line and header fields, without the blank line; undefined when the start line is neither kind. */
export function parseHead(text: string): RtspResponse | RtspServerRequest | undefined {
  const lines = text.split(/\r?\n/);
  const first = (lines[0] ?? '').trimEnd();
  const headers = parseHeaderLines(lines.slice(1));
  const status = statusLine.exec(first);
  if (status !== null) {
    return { kind: 'response', status: Number(status[1]), reason: (status[2] ?? '').trim(), headers, body: '' };
  }
  const request = requestLine.exec(first);
  if (request === null) return undefined;
  return { kind: 'request', method: request[1] ?? '', uri: request[2] ?? '', headers, body: '' };
}

/** Lines without a colon are passed over; a line that starts with a blank continues the one before (RFC 2068 §4.2). */
function parseHeaderLines(lines: readonly string[]): RtspHeaders {
  const headers = new Map<string, string[]>();
  let last: string[] | undefined;
  for (const line of lines) {
    if (/^[ \t]/.test(line) && last !== undefined) {
      last.push(`${last.pop() ?? ''} ${line.trim()}`);
      continue;
    }
    const colon = line.indexOf(':');
    if (colon <= 0) continue;
    const name = line.slice(0, colon).trim().toLowerCase();
    last = headers.get(name) ?? [];
    last.push(line.slice(colon + 1).trim());
    headers.set(name, last);
  }
  return headers;
}
