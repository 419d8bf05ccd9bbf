/** One server-sent event. */
export interface ServerEvent {
  readonly event: string;
  readonly id: string | undefined;
  readonly data: string;
}

/** A reader of server-sent events (WHATWG HTML §9.2) that collects what it gets. */
export class EventSourceReader {
  readonly events: ServerEvent[] = [];
  readonly #stopping = new AbortController();
  #status = 0;

  /** Resolves once the stream is open. */
  async open(url: string, headers: Readonly<Record<string, string>>): Promise<void> {
    const response = await fetch(url, { headers, signal: this.#stopping.signal });
    this.#status = response.status;
    const reader = response.body?.getReader();
    if (reader === undefined) throw new Error('no stream');
    // The server's first comment says that it listens.
    const first = await reader.read();
    const decoder = new TextDecoder();
    let text = decoder.decode(first.value, { stream: true });
    const pump = async () => {
      for (;;) {
        const blocks = text.split('\n\n');
        text = blocks.pop() ?? '';
        for (const block of blocks) this.#take(block);
        const { done, value } = await reader.read();
        if (done) return;
        text += decoder.decode(value, { stream: true });
      }
    };
    pump().catch(() => undefined);
  }

  get status(): number {
    return this.#status;
  }

  close(): void {
    this.#stopping.abort();
  }

  #take(block: string): void {
    const field = (name: string) =>
      block
        .split('\n')
        .find((line) => line.startsWith(`${name}: `))
        ?.slice(name.length + 2);
    const data = field('data');
    if (data !== undefined) this.events.push({ event: field('event') ?? 'message', id: field('id'), data });
  }
}
