import type { TicketDetail, TimelineEntry } from '../contracts/desk-api.ts';
import type { TicketId } from '../domain/ids.ts';
import type { TicketAction } from '../domain/ticket.ts';
import { type Clock, sleep } from '../lib/clock.ts';
import type { DeskClient } from './desk-client.ts';

const lookEveryMs = 250;

/** Who the demo plays: the person at the station, with the words they would leave. */
const steps: readonly { action: TicketAction; note: string; when: (ticket: TicketDetail) => boolean }[] = [
  { action: 'sign', note: 'on duty, taking it', when: () => true },
  { action: 'depart', note: 'on the way', when: () => true },
  { action: 'arrive', note: 'at the kerb', when: () => true },
  // The driver is spoken to; the case is fed back once the car is gone.
  { action: 'feedback', note: 'driver asked to leave, lane clear', when: (ticket) => ticket.cleared },
  { action: 'close', note: 'checked', when: () => true },
];

/** Works one ticket from DISPATCHED to CLOSED over REST, as a person would, and tells what happens on the way. */
export class DemoAutopilot {
  readonly #client: DeskClient;
  readonly #clock: Clock;
  readonly #tell: (entry: TimelineEntry, ticket: TicketDetail) => void;
  #told = 0;

  constructor(options: {
    client: DeskClient;
    clock: Clock;
    tell: (entry: TimelineEntry, ticket: TicketDetail) => void;
  }) {
    this.#client = options.client;
    this.#clock = options.clock;
    this.#tell = options.tell;
  }

  /** Waits for the first ticket; undefined when the signal aborts before there is one. */
  async firstTicket(signal: AbortSignal): Promise<TicketId | undefined> {
    while (!signal.aborted) {
      const [ticket] = await this.#client.tickets();
      if (ticket !== undefined) return ticket.id;
      await sleep(this.#clock, lookEveryMs, signal);
    }
    return undefined;
  }

  /** Follows one ticket until it is closed; with `work`, takes every step itself. */
  async follow(id: TicketId, work: boolean, signal: AbortSignal): Promise<TicketDetail> {
    let ticket = await this.#look(id);
    while (ticket.state !== 'CLOSED' && !signal.aborted) {
      const step = work ? this.#next(ticket) : undefined;
      if (step === undefined) await sleep(this.#clock, lookEveryMs, signal);
      else await this.#client.act(id, step.action, requestOf(step));
      ticket = await this.#look(id);
    }
    return ticket;
  }

  #next(ticket: TicketDetail) {
    const done = new Set(ticket.timeline.map((entry) => entry.to));
    const reached = {
      sign: 'SIGNED',
      depart: 'DEPARTED',
      arrive: 'ARRIVED',
      feedback: 'FEEDBACK',
      close: 'VERIFYING',
    } as const;
    const step = steps.find(({ action }) => !done.has(reached[action]));
    if (step === undefined || !ticket.actions.includes(step.action) || !step.when(ticket)) return undefined;
    return step;
  }

  async #look(id: TicketId): Promise<TicketDetail> {
    const ticket = await this.#client.ticket(id);
    for (const entry of ticket.timeline.slice(this.#told)) this.#tell(entry, ticket);
    this.#told = ticket.timeline.length;
    return ticket;
  }
}

function requestOf({ action, note }: { action: TicketAction; note: string }) {
  return action === 'feedback' ? { note, outcome: 'RESOLVED_ONSITE' as const } : { note };
}
