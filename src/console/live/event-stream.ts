import type { TicketSummary } from '../../contracts/desk-api.ts';
import type { IntegrityCase } from '../../contracts/integrity-case.ts';
import { Backoff } from '../../lib/backoff.ts';
import { eventsUrl } from '../api/desk-client.ts';

/** State of the connection, for the header; `at` is when the next attempt starts (workstation clock). */
export type StreamState =
  | { readonly kind: 'connecting' }
  | { readonly kind: 'live' }
  | { readonly kind: 'retrying'; readonly at: number; readonly since: number };

/** Who listens. */
export interface StreamListener {
  onState(state: StreamState): void;
  onTicket(ticket: TicketSummary): void;
  onIncident(incident: IntegrityCase): void;
  /** The stream is open: fetch what happened before it was. */
  onOpen(): void;
  /** The stream broke: find out whether the session is the reason. */
  onLost(): void;
}

/**
 * The desk's event stream with its own reconnection: an EventSource gives up for good when a proxy answers 502
 * or the session ends (WHATWG HTML §9.2.2, "fail the connection"), so every error closes it and opens a new one later.
 */
export class EventStream {
  readonly #listener: StreamListener;
  readonly #backoff = new Backoff({ minMs: 1_000, maxMs: 15_000 });
  #source: EventSource | undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #lostSince: number | undefined;
  #stopped = false;

  constructor(options: { listener: StreamListener }) {
    this.#listener = options.listener;
  }

  /** Opens it, or tries again at once while it waits. */
  start(): void {
    if (this.#stopped || this.#source !== undefined) return;
    clearTimeout(this.#timer);
    this.#listener.onState({ kind: 'connecting' });
    const source = new EventSource(eventsUrl);
    source.onopen = () => this.#opened();
    source.onerror = () => this.#broke();
    source.addEventListener('ticket', (event) => this.#received(event));
    source.addEventListener('integrity', (event) => this.#receivedIncident(event));
    this.#source = source;
  }

  /** Closes it for good. */
  stop(): void {
    this.#stopped = true;
    clearTimeout(this.#timer);
    this.#source?.close();
    this.#source = undefined;
  }

  #opened(): void {
    this.#backoff.reset();
    this.#lostSince = undefined;
    this.#listener.onState({ kind: 'live' });
    this.#listener.onOpen();
  }

  #broke(): void {
    this.#source?.close();
    this.#source = undefined;
    if (this.#stopped) return;
    this.#lostSince ??= Date.now();
    const delayMs = this.#backoff.next();
    this.#timer = setTimeout(() => this.start(), delayMs);
    this.#listener.onState({ kind: 'retrying', at: Date.now() + delayMs, since: this.#lostSince });
    this.#listener.onLost();
  }

  #received(event: MessageEvent<string>): void {
    const ticket = readTicket(event.data);
    if (ticket === undefined)
      this.#listener.onOpen(); // Unreadable: the list has the truth.
    else this.#listener.onTicket(ticket);
  }

  #receivedIncident(event: MessageEvent<string>): void {
    const incident = readIncident(event.data);
    if (incident === undefined) this.#listener.onOpen();
    else this.#listener.onIncident(incident);
  }
}

function readTicket(data: string): TicketSummary | undefined {
  const value = parse<TicketSummary>(data);
  return typeof value?.id === 'string' && typeof value.updatedAt === 'number' ? (value as TicketSummary) : undefined;
}

function readIncident(data: string): IntegrityCase | undefined {
  const value = parse<IntegrityCase>(data);
  const readable = typeof value?.id === 'string' && typeof value.state === 'string' && typeof value.count === 'number';
  return readable ? (value as IntegrityCase) : undefined;
}

function parse<T>(data: string): Partial<T> | null | undefined {
  try {
    return JSON.parse(data) as Partial<T> | null;
  } catch {
    return undefined;
  }
}
