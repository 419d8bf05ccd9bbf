/** RFC 2326 §11.3.8 and §11.3.10. */
const invalidRange = 457;
const aggregateNotAllowed = 459;

/** How PLAY is asked for, and how else when the server does not like that. */
export class PlayRequest {
  #url: string;
  readonly #trackUrl: string;
  #ranged = true;

  constructor(aggregateUrl: string, trackUrl: string) {
    this.#url = aggregateUrl;
    this.#trackUrl = trackUrl;
  }

  /** What to play: all that was set up, or the one track by itself. */
  get url(): string {
    return this.#url;
  }

  /** From the beginning (RFC 2326 §12.29), which for a camera is now. */
  get headers(): Readonly<Record<string, string>> {
    return this.#ranged ? { Range: 'npt=0.000-' } : {};
  }

  /** Takes a refusal; true when there is another way to ask. */
  refused(status: number): boolean {
    if (status === invalidRange && this.#ranged) this.#ranged = false;
    else if (status === aggregateNotAllowed && this.#url !== this.#trackUrl) this.#url = this.#trackUrl;
    else return false;
    return true;
  }
}
