import type { RtspMethod } from './rtsp-request.ts';

/** How a session is kept alive (RFC 2326 §10.8, §10.9, §12.37): as the server offers, until it refuses that. */
export class KeepAlive {
  /** Best first. OPTIONS is known to every server, but not every server takes it as a sign of life. */
  #methods: readonly RtspMethod[] = ['OPTIONS'];

  /** The request to send. */
  get method(): RtspMethod {
    return this.#methods[0] ?? 'OPTIONS';
  }

  /** Takes the `Public` fields of an answer to OPTIONS (RFC 2326 §10.1). */
  offered(fields: readonly string[]): void {
    const known = new Set(
      fields
        .join(',')
        .toUpperCase()
        .split(/[\s,;]+/),
    );
    const offered = (['GET_PARAMETER', 'SET_PARAMETER'] as const).filter((method) => known.has(method));
    this.#methods = [...offered, 'OPTIONS'];
  }

  /** The server does not like the request after all. */
  refused(): void {
    if (this.#methods.length > 1) this.#methods = this.#methods.slice(1);
  }
}
