import type { ServerResponse } from 'node:http';
import type { IntegrityCase } from '../../contracts/integrity-case.ts';
import type { Clock } from '../../lib/clock.ts';
import type { Gauge, Metrics } from '../../lib/metrics.ts';
import type { Change, DeskService, IntegrityDesk } from './desk-service.ts';

/** A comment this often keeps proxies from closing the stream, and finds clients that are gone. */
const heartbeatMs = 15_000;
/** Unsent bytes a client may have before it is dropped: it reconnects and is told what it missed. */
const maxUnsentBytes = 256 * 1024;
const maxClients = 500;
/** Of these, streams of one user: a wall of screens, but not everybody's places. */
const maxClientsPerUser = 50;
/** Changes told again after a reconnect; who missed more reads the list. */
const maxMissed = 500;

/** Who listens. */
export interface Listener {
  readonly name: string;
  /** Asked from time to time: sessions end. */
  readonly mayListen: () => boolean;
  /** Whether integrity incidents are for this listener. */
  readonly integrity?: boolean;
}

/** What the stream needs of the desk. */
type EventSourceService = Pick<DeskService, 'subscribe' | 'changedSince'> & {
  readonly integrity: Pick<IntegrityDesk, 'subscribe'>;
};

interface Client {
  readonly response: ServerResponse;
  readonly listener: Listener;
  /** Newest change sent; undefined while what was missed is still being read. */
  sent: number | undefined;
  /** Changes that came in the meantime. */
  held: Change[];
}

/** Server-sent events (WHATWG HTML §9.2) of changed tickets and integrity incidents. `id` is the audit record, so that a stream can resume. */
export class EventStream {
  readonly #service: EventSourceService;
  readonly #clock: Clock;
  readonly #clients = new Set<Client>();
  readonly #gauge: Gauge;
  /** Ends the news of tickets, which is asked for only while somebody listens: each change is read for it. */
  #unsubscribe: (() => void) | undefined;
  #unsubscribeIntegrity: (() => void) | undefined;
  #cancelBeat: (() => void) | undefined;

  constructor(options: {
    service: EventSourceService;
    clock: Clock;
    metrics: Metrics;
  }) {
    this.#service = options.service;
    this.#clock = options.clock;
    this.#gauge = options.metrics.gauge('maplebridge_desk_event_clients', 'Browsers listening for changes.');
  }

  start(): void {
    this.#unsubscribeIntegrity = this.#service.integrity.subscribe((changed) => this.#tellIntegrity(changed));
    this.#beat();
  }

  stop(): void {
    this.#cancelBeat?.();
    this.#unsubscribeIntegrity?.();
    for (const client of this.#clients) this.#drop(client);
  }

  /** Whether there is no place left, for anybody or for this user. */
  isFullFor(name: string): boolean {
    const own = [...this.#clients].filter(({ listener }) => listener.name === name).length;
    return this.#clients.size >= maxClients || own >= maxClientsPerUser;
  }

  /** Serves a stream until the client leaves; `lastId` is what it saw last. Headers are already set. */
  async serve(response: ServerResponse, lastId: number | undefined, listener: Listener): Promise<void> {
    const client: Client = { response, listener, sent: lastId === undefined ? 0 : undefined, held: [] };
    this.#clients.add(client);
    // Before anything is read: what is committed from now on is told, what was before is in what is read.
    this.#unsubscribe ??= this.#service.subscribe((change) => this.#tell(change));
    this.#gauge.set(this.#clients.size);
    response.on('close', () => this.#drop(client));
    response.on('error', () => this.#drop(client));
    response.write('retry: 2000\n: listening\n\n');
    if (lastId === undefined) return;
    // While Postgres is away nothing changes either; the client reads the list when it is back.
    const missed = await this.#service.changedSince(lastId, maxMissed).catch((): Change[] => []);
    client.sent = lastId;
    for (const change of [...missed, ...client.held]) this.#send(client, change);
    client.held = [];
  }

  #tell(change: Change): void {
    for (const client of this.#clients) {
      if (client.sent !== undefined) this.#send(client, change);
      else if (client.held.length < maxMissed) client.held.push(change);
      else this.#drop(client);
    }
  }

  /** Without an id: who was away reads the overview again, as with a long absence. */
  #tellIntegrity(changed: IntegrityCase): void {
    for (const client of this.#clients) {
      if (client.listener.integrity) this.#write(client, `event: integrity\ndata: ${JSON.stringify(changed)}\n\n`);
    }
  }

  #send(client: Client, { n, ticket }: Change): void {
    if (n <= (client.sent ?? 0)) return;
    client.sent = n;
    this.#write(client, `event: ticket\nid: ${n}\ndata: ${JSON.stringify(ticket)}\n\n`);
  }

  #write(client: Client, text: string): void {
    if (client.response.writableLength > maxUnsentBytes) this.#drop(client);
    else client.response.write(text);
  }

  #beat(): void {
    this.#cancelBeat = this.#clock.after(heartbeatMs, () => {
      for (const client of this.#clients) {
        if (client.listener.mayListen()) this.#write(client, ': still here\n\n');
        else this.#drop(client);
      }
      this.#beat();
    });
  }

  #drop(client: Client): void {
    if (!this.#clients.delete(client)) return;
    this.#gauge.set(this.#clients.size);
    if (this.#clients.size === 0) {
      this.#unsubscribe?.();
      this.#unsubscribe = undefined;
    }
    client.response.destroy();
  }
}
