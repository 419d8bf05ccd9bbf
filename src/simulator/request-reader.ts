/** A request of a client. */
export interface FarmRequest {
  readonly method: string;
  readonly uri: string;
  /** Names in lower case. */
  readonly headers: ReadonlyMap<string, string>;
}

const maxRequestBytes = 16 * 1024;

/** Cuts what a client sends into requests; its interleaved RTCP and request bodies are passed over. */
export class RequestReader {
  #rest = Buffer.alloc(0);

  /** The requests that are complete now; undefined when this is not RTSP and the connection is best closed. */
  push(chunk: Buffer): FarmRequest[] | undefined {
    this.#rest = Buffer.concat([this.#rest, chunk]);
    const requests: FarmRequest[] = [];
    for (;;) {
      const size = this.#frameBytes();
      if (size !== undefined) {
        if (this.#rest.length < size) return requests;
        this.#rest = this.#rest.subarray(size);
        continue;
      }
      const end = this.#rest.indexOf('\r\n\r\n');
      if (end === -1) return this.#rest.length > maxRequestBytes ? undefined : requests;
      const request = parseRequest(this.#rest.toString('utf8', 0, end));
      const bodyBytes = Number(request?.headers.get('content-length') ?? 0);
      if (request === undefined || !(bodyBytes >= 0 && bodyBytes <= maxRequestBytes)) return undefined;
      if (this.#rest.length < end + 4 + bodyBytes) return requests;
      this.#rest = this.#rest.subarray(end + 4 + bodyBytes);
      requests.push(request);
    }
  }

  /** Size of the interleaved frame at the front, or undefined when there is none (RFC 2326 §10.12). */
  #frameBytes(): number | undefined {
    if (this.#rest[0] !== 0x24) return undefined;
    return this.#rest.length < 4 ? 4 : 4 + this.#rest.readUInt16BE(2);
  }
}

function parseRequest(text: string): FarmRequest | undefined {
  const [first = '', ...lines] = text.trimStart().split('\r\n');
  const match = /^([A-Z_]+) (\S+) RTSP\/1\.\d$/.exec(first);
  if (match === null) return undefined;
  const headers = lines.map((line): [string, string] => {
    const colon = line.indexOf(':');
    return [line.slice(0, colon).trim().toLowerCase(), line.slice(colon + 1).trim()];
  });
  return { method: match[1] ?? '', uri: match[2] ?? '', headers: new Map(headers) };
}
