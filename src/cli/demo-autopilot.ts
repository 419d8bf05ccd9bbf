import type { TicketSummary } from '../contracts/desk-api.ts';
import type { TicketAction, TicketState } from '../domain/ticket.ts';
import type { DeskClient } from './desk-client.ts';

/** Who the demo plays: the person at the station, with the words they would leave. */
const steps: Readonly<
  Partial<Record<TicketState, { action: TicketAction; note: string; when?: (ticket: TicketSummary) => boolean }>>
> = {
  DISPATCHED: { action: 'sign', note: 'on duty, taking it' },
  SIGNED: { action: 'depart', note: 'on the way' },
  DEPARTED: { action: 'arrive', note: 'on site' },
  // What is the matter is put right; the case is fed back once the camera sees that it is over.
  ARRIVED: { action: 'feedback', note: 'spoken to those concerned, place clear', when: ({ cleared }) => cleared },
  FEEDBACK: { action: 'close', note: 'checked' },
};

/** Works tickets from DISPATCHED to CLOSED over REST, as people would, one step of each at a time. */
export class DemoAutopilot {
  readonly #client: Pick<DeskClient, 'act'>;

  constructor(client: Pick<DeskClient, 'act'>) {
    this.#client = client;
  }

  /**
   * Takes the next step of each ticket that has one; tickets as the desk lists them. A step that the desk refuses keeps no
   * other from being taken.
   * @throws what the first refused step rejected with, once all have been tried.
   */
  async work(tickets: readonly TicketSummary[]): Promise<void> {
    const refusals: unknown[] = [];
    for (const ticket of tickets) {
      const step = steps[ticket.state];
      if (step === undefined || step.when?.(ticket) === false) continue;
      const { action, note } = step;
      const request = action === 'feedback' ? { note, outcome: 'RESOLVED_ONSITE' as const } : { note };
      await this.#client.act(ticket.id, action, request).catch((error: unknown) => refusals.push(error));
    }
    if (refusals.length > 0) throw refusals[0];
  }
}
