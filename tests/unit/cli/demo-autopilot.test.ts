import { expect, test } from 'vitest';
import { DemoAutopilot } from '../../../src/cli/demo-autopilot.ts';
import type { DeskClient } from '../../../src/cli/desk-client.ts';
import type { TicketSummary } from '../../../src/contracts/desk-api.ts';
import { listedTicket } from '../../support/demo-takes.ts';

/** What the autopilot asks the desk for, as `<ticket> <action>`. */
async function asked(...tickets: TicketSummary[]): Promise<string[]> {
  const said: string[] = [];
  const act: DeskClient['act'] = (id, action) => {
    said.push(`${id} ${action}`);
    return Promise.reject(new Error('not needed'));
  };
  // The desk's answer is not looked at: the next list tells.
  await new DemoAutopilot({ act: (...request) => act(...request).catch(() => ({}) as never) }).work(tickets);
  return said;
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
  expect(await asked(listedTicket(1, 'fire_smoke', { state, cleared }))).toEqual(expected);
});

test('several tickets side by side', async () => {
  const tickets = [listedTicket(1, 'fire_smoke'), listedTicket(2, 'person_down', { state: 'SIGNED' })];
  expect(await asked(...tickets)).toEqual(['ticket-1 sign', 'ticket-2 depart']);
});
