import { expect, test } from 'vitest';
import { DemoAutopilot } from '../../../src/cli/demo-autopilot.ts';
import type { DeskClient } from '../../../src/cli/desk-client.ts';
import type { TicketSummary } from '../../../src/contracts/desk-api.ts';
import { listedTicket } from '../../support/demo-takes.ts';

/** What the autopilot asks the desk for, as `<ticket> <action>`; the desk refuses everything of some tickets. */
async function asked(
  tickets: readonly TicketSummary[],
  refused: readonly TicketSummary[] = [],
): Promise<{ said: string[]; refusal: unknown }> {
  const said: string[] = [];
  const act: DeskClient['act'] = async (id, action) => {
    said.push(`${id} ${action}`);
    if (refused.some((ticket) => ticket.id === id)) throw new Error(`${id} is refused`);
    // The desk's answer is not looked at: the next list tells.
    return {} as never;
  };
  const refusal = await new DemoAutopilot({ act }).work(tickets).then(
    () => undefined,
    (error: unknown) => error,
  );
  return { said, refusal };
}

test.each<[TicketSummary['state'], boolean, string[]]>([
  ['TRIAGED', false, []],
  ['DISPATCHED', false, ['ticket-1 sign']],
  ['SIGNED', false, ['ticket-1 depart']],
  ['DEPARTED', false, ['ticket-1 arrive']],
  ['ARRIVED', false, []],
  ['ARRIVED', true, ['ticket-1 feedback']],
  ['FEEDBACK', true, ['ticket-1 close']],
  ['VERIFYING', true, []],
  ['CLOSED', true, []],
])('%s, cleared %s: %j', async (state, cleared, expected) => {
  expect(await asked([listedTicket(1, 'fire_smoke', { state, cleared })])).toEqual({ said: expected });
});

const several = [
  listedTicket(1, 'fire_smoke'),
  listedTicket(2, 'person_down', { state: 'SIGNED' }),
  listedTicket(3, 'muck_truck', { state: 'DEPARTED' }),
];

test('several tickets side by side', async () => {
  expect(await asked(several)).toEqual({ said: ['ticket-1 sign', 'ticket-2 depart', 'ticket-3 arrive'] });
});

test('a step that is refused holds up no other ticket, and the first refusal is told', async () => {
  const { said, refusal } = await asked(several, several.slice(0, 2));
  expect(said).toEqual(['ticket-1 sign', 'ticket-2 depart', 'ticket-3 arrive']);
  expect(refusal).toEqual(new Error('ticket-1 is refused'));
});
